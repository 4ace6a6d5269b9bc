"""The relevance set is what it says: 500 unlike listings, 150 queries, answers that exist."""

from __future__ import annotations

from collections import Counter

import pytest

from app.jobs.services.rules import missing
from app.places import find_city, find_zip
from tests.relevance.board import content_of_listing, read_listings
from tests.relevance.scoring import GRADES, NOTHING, read_queries

LISTINGS = list(read_listings())
QUERIES = read_queries()


def test_there_are_500_listings_and_150_queries():
    assert [listing["id"] for listing in LISTINGS] == list(range(1, 501))
    assert len({query.text for query in QUERIES}) == len(QUERIES) == 150


def test_no_two_listings_are_alike():
    assert Counter(listing["description"] for listing in LISTINGS).most_common(1)[0][1] == 1
    named = Counter((listing["title"], listing["employer"]) for listing in LISTINGS)
    assert named.most_common(1)[0][1] == 1


def test_descriptions_have_40_to_120_words():
    lengths = [len(listing["description"].split()) for listing in LISTINGS]
    assert (min(lengths), max(lengths)) >= (40, 0)
    assert max(lengths) <= 120


def test_every_listing_is_complete_but_for_its_last_day():
    for listing in LISTINGS:
        faults = {fault.field for fault in missing(content_of_listing(listing))}
        assert faults <= {"closes_on"}, listing["id"]


def test_every_place_exists():
    for listing in LISTINGS:
        if listing["place_kind"] != "remote":
            assert find_zip(listing["postal_code"]), listing["postal_code"]
            assert find_city(listing["city"], listing["state_code"]), listing["city"]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.text)
def test_a_query_says_why_and_its_answers_exist(query):
    assert query.why.endswith(".")
    assert set(query.grades) <= {listing["id"] for listing in LISTINGS}
    assert set(query.grades.values()) <= set(GRADES.values())
    assert bool(query.grades) is (query.kind != NOTHING)
