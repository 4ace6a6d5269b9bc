"""The one order of listings: what it is asked by, and that both engines keep it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from app.jobs.documents import search_document
from app.jobs.services.searching.criteria import SORTS, read_criteria
from app.jobs.services.searching.ranking import (
    BROWSE,
    order_of,
    pins_featured,
    rank_key,
    searched_places,
    ties_in_words,
)
from search.contract import SearchEngine, SearchQuery
from search.indexes import JOBS
from tests.factories.jobs import make_job
from tests.search.conftest import KINDS, engine_maker, filled

LISTINGS = 90


def document(number: int, chance: random.Random) -> dict[str, Any]:
    """Many share a value, and some have none, so that every key and the ids decide somewhere."""
    return {
        "id": str(number),
        "title": "Coder",
        "featured": chance.choice((0, 0, 1)),
        "quality": chance.choice((0, 40, 60)),
        "published": chance.choice((1_700_000_000, 1_700_000_001)),
        "pay_high": chance.choice((None, 60_000_00, 60_000_01)),
        "expires": chance.choice((None, 1_800_000_000, 1_800_000_001)),
        "revision": 1,
    }


@pytest.fixture(scope="module")
def documents() -> list[dict[str, Any]]:
    chance = random.Random(11)
    made = [document(number, chance) for number in range(1, LISTINGS + 1)]
    chance.shuffle(made)
    return made


@pytest.fixture(scope="module", params=KINDS)
def engine(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    documents: list[dict[str, Any]],
) -> Iterator[SearchEngine]:
    given = [{k: v for k, v in d.items() if v is not None} for d in documents]
    made = filled(engine_maker(request.param, tmp_path_factory.mktemp("ranking")), JOBS, given)
    yield made
    made.close()


@pytest.mark.parametrize("text", ["", "coder"])
@pytest.mark.parametrize("order", [None, *JOBS.orders])
def test_an_engine_orders_as_the_key_sorts(
    engine: SearchEngine, documents: list[dict[str, Any]], order: str | None, text: str
):
    result = engine.search(SearchQuery(JOBS.name, text, order=order, limit=LISTINGS))

    expected = sorted(documents, key=lambda found: rank_key(found, order))
    assert [hit.id for hit in result.hits] == [found["id"] for found in expected]


def test_the_key_sorts_the_documents_of_listings(app):
    full = make_job(productivity="4 charts an hour")
    plain = make_job()
    found = sorted([search_document(plain), search_document(full)], key=rank_key)

    assert [document["id"] for document in found] == [str(full.id), str(plain.id)]


def test_the_order_chosen_outranks_words_and_words_outrank_browsing():
    assert order_of(read_criteria({})) == BROWSE
    assert order_of(read_criteria({"q": ["charts"]})) is None
    assert order_of(read_criteria({"q": ["CPC"]})) == BROWSE  # a filter, no word is left
    for sort in [s for s in SORTS if s != "relevance"]:
        assert order_of(read_criteria({"q": ["charts"], "sort": [sort]})) == sort
        assert order_of(read_criteria({"sort": [sort]})) == sort
        assert sort in JOBS.orders
    assert BROWSE in JOBS.orders


def test_featured_listings_stand_above_only_where_nothing_is_typed_or_chosen():
    assert pins_featured(read_criteria({"state": ["TX"]}))
    assert not pins_featured(read_criteria({"q": ["charts"]}))
    assert not pins_featured(read_criteria({"sort": ["newest"]}))


def test_all_that_is_searched_and_all_that_settles_ties_has_words():
    assert [place.weight for place in searched_places()] == [f.weight for f in JOBS.searched]
    assert len(ties_in_words()) == len(JOBS.tie_breakers)
