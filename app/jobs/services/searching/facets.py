"""The filters beside the results: which values to offer, in which order, with how many listings."""

from __future__ import annotations

from dataclasses import dataclass

from app.jobs.services.searching.criteria import FILTERS, FLAGS, SINCE, Filter
from app.jobs.services.searching.search import Answer

SHORT = 9  # values a group shows in the order of the taxonomy; longer ones go by their counts
SHOWN = 8  # of a longer group; the others open on demand
_SELECTED_FROM_A_LIST = "state"  # everyone works from one of fifty


@dataclass(slots=True)
class Option:
    value: str
    label: str
    count: int | None  # None where nobody counted
    chosen: bool


@dataclass(slots=True)
class Group:
    name: str
    label: str
    options: list[Option]
    more: list[Option]
    chosen: int  # how many of its values are


@dataclass(slots=True)
class Facets:
    groups: list[Group]
    states: list[Option]
    flags: list[Option]  # the value is the name of the flag
    since: list[Option]
    employers: list[Option]


def facets_of(answer: Answer) -> Facets:
    criteria = answer.criteria
    groups = [_group(known, answer) for name, known in FILTERS.items()
              if name != _SELECTED_FROM_A_LIST]  # fmt: skip
    return Facets(
        groups=[group for group in groups if group.options],
        states=_options(FILTERS[_SELECTED_FROM_A_LIST], answer),
        flags=[
            Option(name, label, _count(answer, name, "1"), name in criteria.flags)
            for name, label in FLAGS.items()
        ],
        since=[
            Option(str(days), label, _count(answer, "since", str(days)), days == criteria.since)
            for days, label in SINCE.items()
        ],
        employers=_employers(answer),
    )


def _count(answer: Answer, name: str, value: str) -> int | None:
    return None if answer.limited else answer.counts.get(name, {}).get(value, 0)


def _employers(answer: Answer) -> list[Option]:
    """Those with the most listings, and the chosen one first; none where nobody counted."""
    chosen = answer.employer
    first = (
        [Option(chosen.slug, chosen.name, _count(answer, "employer", chosen.slug), True)]
        if chosen
        else []
    )
    others = [
        Option(slug, name, _count(answer, "employer", slug), False)
        for slug, name in answer.employers.items()
        if not chosen or slug != chosen.slug
    ]
    return first + others


def _group(known: Filter, answer: Answer) -> Group:
    options = _options(known, answer)
    chosen = sum(option.chosen for option in options)
    if len(known.values) <= SHORT:
        return Group(known.name, known.label, options, [], chosen)
    options.sort(key=lambda option: (not option.chosen, -(option.count or 0)))
    cut = max(SHOWN, chosen)
    return Group(known.name, known.label, options[:cut], options[cut:], chosen)


def _options(known: Filter, answer: Answer) -> list[Option]:
    """Values that lead somewhere, and the chosen ones; all of them where nobody counted."""
    counts = None if answer.limited else answer.counts.get(known.name, {})
    chosen = answer.criteria.chosen.get(known.name, ())
    if counts is None:
        return [Option(v, label, None, v in chosen) for v, label in known.values.items()]
    return [
        Option(value, label, counts.get(value, 0), value in chosen)
        for value, label in known.values.items()
        if value in counts or value in chosen
    ]
