"""What the embedded engine keeps of a document: its words, values, order keys and source."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from search.contract import Document, IndexSpec, Kind
from search.embedded.index import (
    IDENTITY,
    SOURCE,
    order_column,
    start_column,
    text_column,
    value_column,
)
from search.words import words

SHORT_PREFIX = 3  # letters; longer prefixes are looked up in the dictionary of words

_OFFSET = 2**62  # lifts every integer above zero, so that its digits sort as it does
_LAST = "~"  # sorts after every digit: a document without the value comes last in every order


class Columns:
    """Works out the columns of cleaned documents of one spec."""

    def __init__(self, spec: IndexSpec) -> None:
        self._spec = spec
        self._orders = {order: order_column(order) for order in (None, *spec.orders)}
        self._texts = [
            (field.name, text_column(field.name), start_column(field.name))
            for field in spec.searched
        ]
        self._values = [
            (field.name, field.kind, value_column(field.name))
            for field in spec.fields
            if field.filterable or field.facet
        ]

    def of(self, document: Document) -> dict[str, Any]:
        row: dict[str, Any] = {
            IDENTITY: document[self._spec.id_field],
            SOURCE: json.dumps(document, separators=(",", ":")).encode(),
        }
        for order, column in self._orders.items():
            row[column] = order_key(self._spec, order, document)
        for name, column, starts in self._texts:
            if name in document:
                texts = [words(text) for text in _items(document[name])]
                row[column] = [" ".join(text) for text in texts]
                row[starts] = " ".join(_starts(texts))
        for name, kind, column in self._values:
            if name in document:
                row[column] = _values(kind, document[name])
        return row


def order_key(spec: IndexSpec, order: str | None, document: Document) -> str:
    """Text that sorts documents as a named order does, or the tie-breakers; ids settle the rest.

    A list counts with its best value, as the order sees it.
    """
    keys = spec.orders[order] if order is not None else spec.tie_breakers
    identity = str(document[spec.id_field])
    parts = [_sortable(document.get(name), descending) for name, descending in keys]
    return "".join((*parts, identity.lower(), " ", identity))


def point(place: Mapping[str, float]) -> str:
    return f"{float(place['lat'])!r},{float(place['lng'])!r}"


def keyword(value: object) -> str:
    """A keyword or a boolean as it is indexed and as facets show it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _sortable(value: Any, descending: bool) -> str:
    if value is None:
        return _LAST
    number = max(_items(value)) if descending else min(_items(value))
    return f"{_OFFSET - number if descending else _OFFSET + number:019d}"


def _starts(texts: Iterable[list[str]]) -> set[str]:
    distinct = {word[:SHORT_PREFIX] for text in texts for word in text}
    return {start[:length] for start in distinct for length in range(1, len(start) + 1)}


def _values(kind: Kind, value: Any) -> list[Any]:
    if kind is Kind.GEO:
        return [point(value)]
    distinct = set(_items(value))
    return list(distinct) if kind is Kind.INTEGER else [keyword(item) for item in distinct]


def _items(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]
