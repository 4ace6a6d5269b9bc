"""The labels and lines of feeds, in our own words."""

from __future__ import annotations

import pytest

from app.jobs.intake.addresses import feed_address
from app.jobs.intake.wording import (
    Location,
    engagement_of,
    experience_in,
    experience_of,
    location_of,
    place_kind_of,
    state_code,
)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Remote - US (TX, FL, GA)", Location("remote", states=("TX", "FL", "GA"))),
        ("Nashville, TN", Location(city="Nashville", state="TN")),
        ("St. Louis, Missouri", Location(city="St. Louis", state="MO")),
        ("New York, NY 10001", Location(city="New York", state="NY", postal_code="10001")),
        ("Toledo, OH, United States", Location(city="Toledo", state="OH")),
        ("Remote", Location("remote")),
        ("Remote, USA", Location("remote")),
        ("United States", Location()),
        ("Remote in Texas", Location("remote", states=("TX",))),
        ("Remote (Ohio or Michigan only)", Location("remote", states=("OH", "MI"))),
        ("Hybrid - Austin, TX", Location("hybrid", "Austin", "TX")),
        ("Fully Remote - Nashville, TN", Location("remote", "Nashville", "TN")),
        ("Washington, DC", Location(city="Washington", state="DC")),
        ("Winston-Salem, NC (On-site)", Location("onsite", "Winston-Salem", "NC")),
    ],
)
def test_a_line_about_a_place(label, expected):
    assert location_of(label) == expected


@pytest.mark.parametrize("label", ["Bangalore, India", "Main campus", "Texas", "Remote - EMEA"])
def test_a_line_that_is_not_understood_says_so(label):
    assert not location_of(label).is_read


@pytest.mark.parametrize(
    ("label", "code"),
    [("MO", "MO"), ("mo", "MO"), ("Missouri", "MO"), ("US-MO", "MO"), (" missouri. ", "MO"),
     ("State of Ohio", "OH"), ("Ontario", ""), ("", ""), ("XX", "")],
)  # fmt: skip
def test_states(label, code):
    assert state_code(label) == code


@pytest.mark.parametrize(
    ("label", "slug"),
    [("fulltime", "full-time"), ("Full-time", "full-time"), ("FULL_TIME", "full-time"),
     ("Part Time", "part-time"), ("PER_DIEM", "prn"), ("CONTRACTOR", "contract"),
     ("Contract-to-hire", "temp-to-perm"), ("1099", "1099"), ("Seasonal", "")],
)  # fmt: skip
def test_kinds_of_employment(label, slug):
    assert engagement_of(label) == slug


@pytest.mark.parametrize(
    ("label", "slug"),
    [("Fully remote", "remote"), ("TELECOMMUTE", "remote"), ("hybrid", "hybrid"),
     ("Hybrid remote", "hybrid"), ("on-site", "onsite"), ("COVID-19", "")],
)  # fmt: skip
def test_kinds_of_place(label, slug):
    assert place_kind_of(label) == slug


@pytest.mark.parametrize(
    ("label", "slug"),
    [("2+ years", "1-2"), ("2-4 years", "1-2"), ("3 years", "3-4"), ("five (5) years", "5-plus"),
     ("6 months", "under-1"), ("24 months", "1-2"), ("No experience", "none"),
     ("Entry level", "none"), ("0 years", "none"), ("Senior", "")],
)  # fmt: skip
def test_experience(label, slug):
    assert experience_of(label) == slug


def test_experience_in_a_description_is_taken_where_it_agrees():
    assert experience_in("At least 3 years of coding experience. 10 years in business.") == (
        "3-4",
        True,
    )
    assert experience_in("2 years inpatient experience; 5 years auditing experience") == ("", False)
    assert experience_in("Nothing is asked.") == ("", True)


@pytest.mark.parametrize(
    ("shown", "read"),
    [
        (
            "https://boards.greenhouse.io/example/jobs/1",
            "https://boards-api.greenhouse.io/v1/boards/example/jobs?content=true&pay_transparency=true",
        ),
        (
            "https://job-boards.greenhouse.io/example",
            "https://boards-api.greenhouse.io/v1/boards/example/jobs?content=true&pay_transparency=true",
        ),
        (
            "https://boards.greenhouse.io/embed/job_board?for=example",
            "https://boards-api.greenhouse.io/v1/boards/example/jobs?content=true&pay_transparency=true",
        ),
        ("https://jobs.lever.co/example", "https://api.lever.co/v0/postings/example?mode=json"),
        (
            "https://jobs.eu.lever.co/example/1",
            "https://api.eu.lever.co/v0/postings/example?mode=json",
        ),
        (" https://ats.example/feed.xml?a=b ", "https://ats.example/feed.xml?a=b"),
        ("https://boards.greenhouse.io.evil.example/x", "https://boards.greenhouse.io.evil.example/x"),
        ("https://boards.greenhouse.io/%2e%2e", "https://boards.greenhouse.io/%2e%2e"),
    ],
)  # fmt: skip
def test_the_feed_behind_a_board(shown, read):
    assert feed_address(shown) == read
