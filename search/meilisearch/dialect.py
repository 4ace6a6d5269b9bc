"""How a spec, a filter, a document and typed words are written for Meilisearch."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from search.contract import (
    MAX_FACET_VALUES,
    MAX_TOTAL,
    All,
    AnyOf,
    Eq,
    Exists,
    Filter,
    GeoRadius,
    In,
    IndexSpec,
    Kind,
    Not,
    Range,
    Scalar,
)
from search.words import ONE_TYPO, TWO_TYPOS, words

LAYOUT = 1  # raised when documents are written otherwise, so that every index is rebuilt

_PLACE = "_geo"  # the only attribute Meilisearch measures distances to
_UNORDERED = ("sortableAttributes", "filterableAttributes")


def settings(spec: IndexSpec, *, built: bool) -> dict[str, Any]:
    """The settings of an index as code.

    A built index carries the fingerprint of its spec, as a synonym nobody types: Meilisearch has
    no other place for it that is swapped together with the documents. An index that was only
    created, or built for another spec, differs from what is wanted and so asks for a rebuild.
    """
    filtered = [f.name for f in spec.fields if f.filterable or f.facet]
    places = [f.name for f in spec.fields if f.kind is Kind.GEO]
    keys = [key for keys in (*spec.orders.values(), spec.tie_breakers) for key in keys]
    synonyms = {key: list(values) for key, values in spec.synonyms.items()}
    marker = {_fingerprint(spec): [spec.name]} if built else {}
    return {
        "searchableAttributes": [_searched(f.name, f.kind) for f in spec.searched],
        "displayedAttributes": [f.name for f in spec.fields],
        "filterableAttributes": sorted(
            {spec.id_field, *filtered, *places, *(f"{p}.lat" for p in places)}
            | ({_PLACE} if places else set())
        ),
        "sortableAttributes": sorted({spec.id_field, *(name for name, _ in keys)}),
        # An order that is asked for by name outranks the text; then the best match; then ties.
        "rankingRules": [
            *("sort", "words", "typo", "attributeRank", "exactness"),
            *order(spec, None),
        ],
        "typoTolerance": {
            "enabled": True,
            "minWordSizeForTypos": {"oneTypo": ONE_TYPO, "twoTypos": TWO_TYPOS},
            "disableOnWords": [],
            "disableOnAttributes": [
                _searched(f.name, f.kind) for f in spec.searched if f.kind is Kind.CODE
            ],
            "disableOnNumbers": True,
        },
        "faceting": {
            "maxValuesPerFacet": MAX_FACET_VALUES,
            "sortFacetValuesBy": {"*": "count"},
        },
        "pagination": {"maxTotalHits": MAX_TOTAL},
        "synonyms": synonyms | marker,
        # How near two words stand is no part of our ranking, and costs most of the indexing.
        "proximityPrecision": "byAttribute",
    }


def differ(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    def plain(name: str, value: Any) -> Any:
        return sorted(value) if name in _UNORDERED and value else value

    return any(plain(name, found.get(name)) != value for name, value in wanted.items())


def order(spec: IndexSpec, name: str | None) -> list[str]:
    """A named order, or the tie-breakers, as sort expressions; ids settle the rest."""
    keys = spec.orders[name] if name is not None else spec.tie_breakers
    written = [f"{key}:{'desc' if descending else 'asc'}" for key, descending in keys]
    return [*written, f"{spec.id_field}:asc"]


def document(spec: IndexSpec, cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """A cleaned document with the attributes that only Meilisearch reads."""
    written = dict(cleaned)
    for field in spec.fields:
        if field.name not in cleaned:
            continue
        value = cleaned[field.name]
        if field.kind is Kind.CODE:
            # Meilisearch would split a code at its dot; see `words`.
            items = value if isinstance(value, (list, tuple)) else [value]
            written[_searched(field.name, field.kind)] = [" ".join(words(item)) for item in items]
        if field.kind is Kind.GEO:
            written[_PLACE] = value
    return written


def typed_text(typed: list[str]) -> str:
    """Typed words as a query without any syntax of the visitor's own.

    Quotes keep Meilisearch from forgiving typos in a word with digits. The last word has none:
    they would keep it from being a prefix. In text fields a long last word with letters and
    digits may therefore still match with a typo; in code fields never.
    """
    *earlier, last = typed or [""]
    quoted = [f'"{word}"' if any(c.isdigit() for c in word) else word for word in earlier]
    return " ".join((*quoted, last))


def filter_text(spec: IndexSpec, condition: Filter) -> str:
    """A checked filter as an expression, in brackets where it needs them."""
    match condition:
        case All(parts):
            every = " AND ".join(filter_text(spec, part) for part in parts)
            return f"({every})" if parts else f"NOT {_nothing(spec)}"
        case AnyOf(parts):
            either = " OR ".join(filter_text(spec, part) for part in parts)
            return f"({either})" if parts else _nothing(spec)
        case Not(part):
            return f"(NOT {filter_text(spec, part)})"
        case Eq(name, value):
            return f"{name} = {_literal(value)}"
        case In(name, values):
            return f"{name} IN [{', '.join(map(_literal, values))}]"
        case Range(name, None, None):
            return f"{name} EXISTS"
        case Range(name, low, None):
            return f"{name} >= {low}"
        case Range(name, None, high):
            return f"{name} <= {high}"
        case Range(name, low, high):
            # Two comparisons could be met by two different items of a list.
            return f"{name} {low} TO {high}"
        case Exists(name):
            is_place = spec.get(name).kind is Kind.GEO
            return f"{name}.lat EXISTS" if is_place else f"{name} EXISTS"
        case GeoRadius(_, lat, lng, metres):
            return f"_geoRadius({lat:f}, {lng:f}, {metres})"


def _fingerprint(spec: IndexSpec) -> str:
    return "spec" + hashlib.sha256(f"{LAYOUT} {spec!r}".encode()).hexdigest()[:24]


def _searched(name: str, kind: Kind) -> str:
    return f"{name}_joined" if kind is Kind.CODE else name


def _nothing(spec: IndexSpec) -> str:
    return f"{spec.id_field} IN []"


def _literal(value: Scalar) -> str:
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return str(value).lower()
