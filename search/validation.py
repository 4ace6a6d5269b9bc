"""Refuses the specs, questions and documents that no index can take, alike for both engines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from search.contract import (
    MAX_LIMIT,
    All,
    AnyOf,
    Document,
    Eq,
    Exists,
    Field,
    Filter,
    GeoRadius,
    In,
    IndexSpec,
    InvalidQuery,
    Kind,
    Not,
    Range,
    SearchQuery,
)

MAX_INTEGER = 2**53  # JSON numbers are exact up to here
MAX_KEYWORD = 400  # bytes; Meilisearch filters by nothing longer

_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_ABSENT: tuple[Any, ...] = (None, "", [], ())
_COMPARED = (Kind.KEYWORD, Kind.INTEGER, Kind.BOOLEAN)


def check_spec(spec: IndexSpec) -> None:
    """Raises InvalidQuery where a spec asks for something no engine can do."""
    for each in spec.fields:
        if each.weight and each.kind not in (Kind.TEXT, Kind.CODE):
            raise InvalidQuery(f"{spec.name}.{each.name}: only words are searched")
        if (each.facet or each.filterable) and each.kind not in (*_COMPARED, Kind.GEO):
            raise InvalidQuery(f"{spec.name}.{each.name}: {each.kind} cannot be filtered")
    if sum(each.kind is Kind.GEO for each in spec.fields) > 1:
        raise InvalidQuery(f"{spec.name} has more than one place")
    for name, _ in [key for keys in (*spec.orders.values(), spec.tie_breakers) for key in keys]:
        if not (spec.get(name).sortable and spec.get(name).kind is Kind.INTEGER):
            raise InvalidQuery(f"{spec.name}.{name} is not a sortable integer")


def check_query(spec: IndexSpec, query: SearchQuery) -> None:
    """Raises InvalidQuery for unknown names, values of the wrong type and senseless pages."""
    if query.offset < 0 or not 0 <= query.limit <= MAX_LIMIT:
        raise InvalidQuery(f"no page at offset {query.offset} with limit {query.limit}")
    if query.order is not None and query.order not in spec.orders:
        raise InvalidQuery(f"{spec.name} has no order {query.order!r}")
    for name in (*query.facets, *query.groups):
        check_facet(spec, name)
    for name in query.fields or ():
        spec.get(name)
    for condition in (query.where, *query.groups.values()):
        if condition is not None:
            check_filter(spec, condition)


def check_facet(spec: IndexSpec, name: str) -> None:
    if not spec.get(name).facet:
        raise InvalidQuery(f"{spec.name}.{name} is not a facet")


def check_filter(spec: IndexSpec, condition: Filter) -> None:
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                check_filter(spec, part)
        case Not(part):
            check_filter(spec, part)
        case Eq(name, value):
            _check_asked(_filtered(spec, name, _COMPARED), value)
        case In(name, values):
            compared = _filtered(spec, name, _COMPARED)
            for value in values:
                _check_asked(compared, value)
        case Range(name, low, high):
            ranged = _filtered(spec, name, (Kind.INTEGER,))
            for end in (low, high):
                if end is not None:
                    _check_asked(ranged, end)
        case Exists(name):
            _filtered(spec, name, tuple(Kind))
        case GeoRadius(name, lat, lng, metres):
            _check_asked(_filtered(spec, name, (Kind.GEO,)), {"lat": lat, "lng": lng})
            if type(metres) is not int or metres < 0:
                raise InvalidQuery(f"{metres!r} metres is no radius")
        case _:
            raise InvalidQuery(f"{condition!r} is not a filter")


def clean_documents(spec: IndexSpec, documents: Iterable[Document]) -> dict[str, dict[str, Any]]:
    """The documents by id, the last of each, without their absent fields.

    None, "" and an empty list all mean absent, and come back as absent. Raises InvalidQuery for
    a document without a good id, with a field the index does not declare (nothing reaches an
    index by accident), or with a value of the wrong type.
    """
    declared = {each.name: each for each in spec.fields}
    cleaned: dict[str, dict[str, Any]] = {}
    for document in documents:
        identity = document.get(spec.id_field)
        check_id(identity)
        kept = {name: value for name, value in document.items() if value not in _ABSENT}
        for name, value in kept.items():
            if name not in declared:
                raise InvalidQuery(f"{spec.name} has no field {name!r}")
            _check_held(declared[name], value)
        cleaned.pop(str(identity), None)
        cleaned[str(identity)] = kept
    return cleaned


def check_id(identity: object) -> None:
    if not isinstance(identity, str) or not _ID.fullmatch(identity):
        raise InvalidQuery(f"{identity!r} is not a document id")


def _filtered(spec: IndexSpec, name: str, kinds: tuple[Kind, ...]) -> Field:
    found = spec.get(name)
    if not (found.filterable or found.facet) or found.kind not in kinds:
        raise InvalidQuery(f"{spec.name}.{name} cannot be filtered so")
    return found


def _check_held(declared: Field, value: Any) -> None:
    good = _HELD[declared.kind]
    several = isinstance(value, (list, tuple)) and declared.kind not in (Kind.GEO, Kind.STORED)
    if not (all(map(good, value)) if several else good(value)):
        raise InvalidQuery(f"{declared.name}: {str(value)[:40]!r} is not {declared.kind}")


def _check_asked(declared: Field, value: Any) -> None:
    if not _ASKED[declared.kind](value):
        raise InvalidQuery(f"{declared.name}: {str(value)[:40]!r} is not {declared.kind}")


def _is_text(value: Any) -> bool:
    """Also no half of a surrogate pair, which no encoding can write."""
    if not isinstance(value, str):
        return False
    return value.isascii() or value.encode("utf-8", "ignore").decode() == value


def _is_keyword(value: Any) -> bool:
    return _is_text(value) and len(value.encode()) <= MAX_KEYWORD


def _is_integer(value: Any) -> bool:
    return type(value) is int and abs(value) <= MAX_INTEGER


def _is_boolean(value: Any) -> bool:
    return type(value) is bool


def _is_place(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and value.keys() == {"lat", "lng"}
        and all(type(part) in (int, float) for part in value.values())
        and abs(value["lat"]) <= 90
        and abs(value["lng"]) <= 180
    )


def _is_json(value: Any) -> bool:
    if isinstance(value, str):
        return _is_text(value)
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return False
    return True


_ASKED = {
    Kind.KEYWORD: _is_text,
    Kind.INTEGER: _is_integer,
    Kind.BOOLEAN: _is_boolean,
    Kind.GEO: _is_place,
}
_HELD = {
    **_ASKED,
    Kind.TEXT: _is_text,
    Kind.CODE: _is_text,
    Kind.KEYWORD: _is_keyword,
    Kind.STORED: _is_json,
}
