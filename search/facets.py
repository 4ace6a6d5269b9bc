"""The order in which both engines show facet values: most frequent first, then by name."""

from __future__ import annotations

from collections.abc import Mapping

from search.contract import MAX_FACET_VALUES, FacetValue


def most_frequent(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(_ranked(counts)[:MAX_FACET_VALUES])


def beginning_with(counts: Mapping[str, int], begun: str, limit: int) -> tuple[FacetValue, ...]:
    folded = begun.casefold()
    matching = {v: count for v, count in counts.items() if v.casefold().startswith(folded)}
    return tuple(FacetValue(*each) for each in _ranked(matching)[: max(0, limit)])


def _ranked(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
