"""Listings of before the map: found by distance once the worker has looked."""

from __future__ import annotations

import pytest

from app.extensions import db
from app.jobs.services.index import rebuild_index
from app.jobs.services.placing import place_listings
from app.jobs.services.searching.criteria import read_criteria
from app.jobs.services.searching.search import find_jobs
from app.tasks import drain
from tests.factories.jobs import make_job

pytestmark = pytest.mark.usefixtures("app")


def near_st_louis() -> list[int]:
    return [card.id for card in find_jobs(read_criteria({"near": ["63101"]})).cards]


def test_a_listing_without_coordinates_gets_those_of_its_town():
    job = make_job(place_kind="onsite", city="St. Louis", state_code="MO")
    rebuild_index()
    assert near_st_louis() == []

    assert place_listings() == 1
    db.session.commit()
    drain()

    assert near_st_louis() == [job.id]
    assert place_listings() == 0


def test_of_two_places_the_zip_code_is_the_exact_one():
    job = make_job(place_kind="onsite", city="St. Louis", state_code="MO", postal_code="63139")
    place_listings()
    by_zip = (job.lat, job.lng)
    job.postal_code, job.lat, job.lng = "", None, None
    place_listings()

    assert by_zip != (job.lat, job.lng)


@pytest.mark.parametrize(
    "fields",
    [
        {"place_kind": "remote"},
        {"place_kind": "onsite", "city": "Nowhereville", "state_code": "MO"},
        {"place_kind": "onsite", "city": "St. Louis", "state_code": "MO", "state": "draft"},
        {"place_kind": "onsite", "city": "St. Louis", "state_code": "MO", "lat": 1.0, "lng": 2.0},
    ],
    ids=["remote", "a town nobody knows", "a draft", "placed before"],
)
def test_the_others_are_left_alone(fields):
    job = make_job(**fields)
    before = (job.lat, job.lng, job.revision)

    assert place_listings() == 0

    db.session.commit()
    assert (job.lat, job.lng, job.revision) == before
