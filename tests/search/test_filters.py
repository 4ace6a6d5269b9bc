"""Filters, totals, facets and orders, held against the oracle."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.contract import (
    All,
    AnyOf,
    Eq,
    Exists,
    Filter,
    GeoRadius,
    In,
    InvalidQuery,
    Not,
    Range,
    SearchEngine,
    SearchQuery,
)
from tests.search.conftest import KINDS, engine_maker, filled
from tests.search.oracle import counts, holds, in_order
from tests.search.things import COLOURS, DALLAS, TAGS, THINGS, assorted, found

DOCUMENTS = assorted(120)


@pytest.fixture(scope="module", params=KINDS)
def stocked(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SearchEngine]:
    made = filled(engine_maker(request.param, tmp_path_factory.mktemp("i")), THINGS, DOCUMENTS)
    yield made
    made.close()


numbers = st.sampled_from((-(2**53), -3, -1, 0, 1, 2, 4, 10, 2**53))
tags = st.sampled_from((*TAGS, "unheard-of", '" OR size = 1', "\\", 'x" OR tags EXISTS OR "'))
circles = st.builds(
    GeoRadius,
    st.just("place"),
    st.floats(-80, 80),
    st.floats(-180, 180),
    st.integers(0, 15_000_000),
) | st.builds(GeoRadius, st.just("place"), st.just(32.78), st.just(-96.8), st.integers(0, 10**6))
leaves: st.SearchStrategy[Filter] = st.one_of(
    st.builds(Eq, st.just("tags"), tags),
    st.builds(Eq, st.just("open"), st.booleans()),
    st.builds(Eq, st.sampled_from(("size", "days")), numbers),
    st.builds(In, st.just("tags"), st.lists(tags, max_size=3).map(tuple)),
    st.builds(In, st.just("size"), st.lists(numbers, max_size=3).map(tuple)),
    st.builds(Range, st.sampled_from(("size", "days")), st.none() | numbers, st.none() | numbers),
    st.builds(Exists, st.sampled_from(("tags", "colour", "open", "size", "days", "place"))),
    circles,
)
filters = st.recursive(
    leaves,
    lambda parts: st.one_of(
        st.builds(All, st.lists(parts, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(parts, max_size=3).map(tuple)),
        st.builds(Not, parts),
    ),
    max_leaves=5,
)
groups = st.fixed_dictionaries(
    {},
    optional={
        "tags": st.builds(In, st.just("tags"), st.lists(tags, max_size=3).map(tuple)),
        "colour": st.builds(Eq, st.just("colour"), st.sampled_from(COLOURS)),
        "open": st.builds(Eq, st.just("open"), st.booleans()),
    },
)
quick = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@quick
@given(where=filters, order=st.sampled_from((None, "smallest", "largest")))
def test_a_filter_finds_what_the_oracle_finds_in_its_order(
    stocked: SearchEngine, where: Filter, order: str | None
):
    expected = [document for document in DOCUMENTS if holds(document, where)]
    keys = THINGS.orders[order] if order else THINGS.tie_breakers

    result = stocked.search(SearchQuery("things", where=where, order=order, limit=200))

    assert [hit.id for hit in result.hits] == [each["id"] for each in in_order(expected, keys)]
    assert result.total == len(expected)


@quick
@given(where=st.none() | filters, chosen=groups, text=st.sampled_from(("", "coder")))
def test_the_counts_of_a_facet_ignore_its_own_choice_and_no_other(
    stocked: SearchEngine, where: Filter | None, chosen: dict[str, Filter], text: str
):
    facets = ("tags", "colour", "open")
    asked = SearchQuery("things", text, where=where, groups=chosen, facets=facets, limit=0)

    result = stocked.search(asked)

    def left(but: str) -> list[dict[str, Any]]:
        conditions = [choice for name, choice in chosen.items() if name != but]
        conditions += [where] if where else []
        return [
            document
            for document in DOCUMENTS
            if all(holds(document, condition) for condition in conditions)
            and (not text or document["title"] == "Coder")
        ]

    assert result.total == len(left(but=""))
    assert not result.hits
    for facet in facets:
        assert result.facets[facet] == counts(left(but=facet), facet)


def test_facet_values_come_most_frequent_first(stocked: SearchEngine):
    (result,) = stocked.multi_search([SearchQuery("things", facets=("tags",))])

    expected = sorted(counts(DOCUMENTS, "tags").items(), key=lambda item: (-item[1], item[0]))
    assert list(result.facets["tags"].items()) == expected


def test_a_credential_is_never_mistaken_for_a_longer_one(stocked: SearchEngine):
    ids = found(stocked, where=Eq("tags", "cpc"), limit=200)

    assert ids
    assert set(ids) == {each["id"] for each in DOCUMENTS if "cpc" in each["tags"]}


def test_a_circle_holds_the_places_inside_it(stocked: SearchEngine):
    near = GeoRadius("place", 32.75, -97.33, 60_000)  # Fort Worth is 50 km from Dallas
    nearer = GeoRadius("place", 32.75, -97.33, 40_000)

    dallas = {each["id"] for each in DOCUMENTS if each["place"] == DALLAS}
    assert dallas
    assert dallas <= set(found(stocked, where=near, limit=200))
    assert not dallas & set(found(stocked, where=nearer, limit=200))


def test_a_facet_is_searched_by_how_its_values_begin(stocked: SearchEngine):
    red = [each for each in DOCUMENTS if each["colour"] == "red"]

    values = stocked.facet_search("things", "tags", "Cp", where=Eq("colour", "red"))

    expected = {k: v for k, v in counts(red, "tags").items() if k.startswith("cp")}
    assert {each.value: each.count for each in values} == expected
    assert [each.count for each in values] == sorted(expected.values(), reverse=True)
    assert len(stocked.facet_search("things", "tags", "", limit=2)) == 2
    assert stocked.facet_search("things", "tags", "zzz") == ()


@pytest.mark.parametrize(
    "asked",
    [
        {"where": Eq("nonsense", "x")},
        {"where": Eq("title", "Coder")},
        {"where": Eq("size", "1")},
        {"where": Eq("size", True)},
        {"where": Eq("size", 1.5)},
        {"where": Eq("size", 2**53 + 1)},
        {"where": Eq("tags", 1)},
        {"where": Eq("open", "true")},
        {"where": Eq("place", "here")},
        {"where": In("tags", ("cpc", 3))},
        {"where": In("note", ())},
        {"where": Range("tags", 1, 2)},
        {"where": Range("rank")},
        {"where": Exists("note")},
        {"where": GeoRadius("size", 1.0, 1.0, 1)},
        {"where": GeoRadius("place", 91.0, 1.0, 1)},
        {"where": GeoRadius("place", 1.0, float("nan"), 1)},
        {"where": GeoRadius("place", 1.0, 1.0, -1)},
        {"where": All((Not(AnyOf((Eq("nonsense", 1),))),))},
        {"where": "tags = cpc"},
        {"groups": {"size": Eq("size", 1)}},
        {"groups": {"tags": Eq("nonsense", 1)}},
        {"facets": ("size",)},
        {"facets": ("nonsense",)},
        {"fields": ("nonsense",)},
        {"order": "nonsense"},
        {"offset": -1},
        {"limit": -1},
        {"limit": 201},
    ],
    ids=str,
)
def test_an_unknown_name_or_a_wrong_type_is_refused(stocked: SearchEngine, asked: dict[str, Any]):
    with pytest.raises(InvalidQuery):
        stocked.search(SearchQuery("things", **asked))


def test_an_unknown_index_is_refused(stocked: SearchEngine):
    with pytest.raises(InvalidQuery):
        stocked.search(SearchQuery("nonsense"))
    with pytest.raises(InvalidQuery):
        stocked.facet_search("things", "size", "1")
