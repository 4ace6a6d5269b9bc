"""Which filters are offered beside the results."""

from __future__ import annotations

from app.jobs.services.searching.criteria import FILTERS, Criteria
from app.jobs.services.searching.facets import SHOWN, facets_of
from app.jobs.services.searching.search import Answer


def answer(counts: dict[str, dict[str, int]], **chosen: tuple[str, ...]) -> Answer:
    return Answer(Criteria(chosen=chosen), (), 1, counts=counts)


def group(found: Answer, name: str):
    return next((g for g in facets_of(found).groups if g.name == name), None)


def test_a_value_nobody_offers_is_left_out_unless_it_was_chosen():
    found = group(answer({"place": {"remote": 3}}, place=("onsite",)), "place")

    assert [(o.value, o.count, o.chosen) for o in found.options] == [
        ("remote", 3, False),
        ("onsite", 0, True),
    ]


def test_a_filter_without_values_is_not_offered():
    assert group(answer({}), "setting") is None


def test_a_long_group_shows_the_most_frequent_and_keeps_the_rest_at_hand():
    slugs = list(FILTERS["credential"].values)[:20]
    counts = {slug: number for number, slug in enumerate(slugs)}

    found = group(answer({"credential": counts}), "credential")

    assert [o.count for o in found.options] == sorted(counts.values(), reverse=True)[:SHOWN]
    assert len(found.options) + len(found.more) == 20


def test_what_is_chosen_is_always_in_sight():
    slugs = list(FILTERS["specialty"].values)
    chosen = tuple(slugs[-10:])
    counts = {slug: 100 - number for number, slug in enumerate(slugs)}

    found = group(answer({"specialty": counts}, specialty=chosen), "specialty")

    assert [o.value for o in found.options] == list(chosen)
    assert not any(o.chosen for o in found.more)


def test_without_the_engine_every_value_is_offered_without_a_number():
    limited = Answer(Criteria(), (), 1, limited=True)

    facets = facets_of(limited)

    assert {g.name for g in facets.groups} == set(FILTERS) - {"state"}
    assert all(o.count is None for g in facets.groups for o in (*g.options, *g.more))
    assert all(o.count is None for o in (*facets.flags, *facets.since))
    assert facets.employers == []
    assert len(facets.states) == len(FILTERS["state"].values)
