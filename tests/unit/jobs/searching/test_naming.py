"""Which listings name a code."""

from __future__ import annotations

import pytest

from app.jobs.models import JobState
from app.jobs.services.searching.criteria import read_code
from app.jobs.services.searching.naming import cards_naming, jobs_naming
from tests.factories.jobs import make_job

pytestmark = pytest.mark.usefixtures("app")

NAMED = {
    "exact": ("E119", "E119"),
    "category": ("E11", "E11~"),
    "range": ("E08", "E13~"),
    "neighbor": ("E110", "E110"),
    "elsewhere": ("I21", "I21~"),
}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("E11.9", {"exact", "category", "range"}),
        ("E11", {"category", "range"}),
        ("E13.9", {"range"}),
        ("E14", set()),
        ("E07.9", set()),
        ("I21.4", {"elsewhere"}),
        ("E08-E13", {"exact", "category", "range", "neighbor"}),
        ("E10-E11", {"exact", "category", "range", "neighbor"}),
        ("E12-E14", {"range"}),
        ("A00-A09", set()),
    ],
)
def test_a_code_is_covered_by_what_is_above_it_and_a_section_by_what_overlaps_it(asked, expected):
    for name, (first, last) in NAMED.items():
        make_job(title=name, codes=[("icd10cm", first, last)])
    code = read_code(f"icd10cm:{asked}")
    assert code is not None

    cards, count = cards_naming(code, 10)

    assert {card.title for card in cards} == expected
    assert count == len(expected)


def test_only_listings_that_can_be_seen_are_counted():
    codes = [("icd10cm", "E11", "E11~")]
    seen = make_job(codes=codes)
    make_job(codes=codes, state=JobState.FILLED)
    make_job(codes=[("other", "E11", "E11~")])
    code = read_code("icd10cm:E11.9")
    assert code is not None

    assert jobs_naming(code) == [seen.id]


def test_a_listing_that_names_a_code_twice_is_listed_once():
    job = make_job(codes=[("icd10cm", "E11", "E11~"), ("icd10cm", "E119", "E119")])
    code = read_code("icd10cm:E11.9")
    assert code is not None

    cards, count = cards_naming(code, 10)

    assert ([card.id for card in cards], count) == ([job.id], 1)
