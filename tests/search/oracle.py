"""What the contract means, said again without an index: slow, plain and apart from both engines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import asin, cos, radians, sin, sqrt
from typing import Any

from search.contract import All, AnyOf, Eq, Exists, Filter, GeoRadius, In, Not, Range

ABSENT = (None, "", [])


def items(document: Mapping[str, Any], field: str) -> list[Any]:
    value = document.get(field)
    if value in ABSENT:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def holds(document: Mapping[str, Any], condition: Filter) -> bool:
    match condition:
        case All(parts):
            return all(holds(document, part) for part in parts)
        case AnyOf(parts):
            return any(holds(document, part) for part in parts)
        case Not(part):
            return not holds(document, part)
        case Eq(field, value):
            return any(type(i) is type(value) and i == value for i in items(document, field))
        case In(field, values):
            return any(holds(document, Eq(field, value)) for value in values)
        case Range(field, low, high):
            return any(
                (low is None or i >= low) and (high is None or i <= high)
                for i in items(document, field)
            )
        case Exists(field):
            return bool(items(document, field))
        case GeoRadius(field, lat, lng, metres):
            return any(
                metres_between((place["lat"], place["lng"]), (lat, lng)) <= metres
                for place in items(document, field)
            )


def metres_between(here: tuple[float, float], there: tuple[float, float]) -> float:
    (lat1, lng1), (lat2, lng2) = (tuple(map(radians, point)) for point in (here, there))
    root = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lng2 - lng1) / 2) ** 2
    return 2 * 6_371_008.8 * asin(sqrt(min(1.0, root)))


def in_order(
    documents: Sequence[Mapping[str, Any]], keys: Sequence[tuple[str, bool]]
) -> list[Mapping[str, Any]]:
    """By each key, then by id; a document without a value comes last either way."""
    ordered = sorted(documents, key=lambda document: document["id"])
    for field, descending in reversed(keys):
        ordered.sort(
            key=lambda document: (
                document.get(field) is None,
                (document.get(field) or 0) * (-1 if descending else 1),
            )
        )
    return ordered


def counts(documents: Sequence[Mapping[str, Any]], field: str) -> dict[str, int]:
    shown = Counter(
        str(item).lower() if isinstance(item, bool) else str(item)
        for document in documents
        for item in set(items(document, field))
    )
    return dict(shown)
