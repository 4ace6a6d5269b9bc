"""Listings as search documents."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from app import clock, taxonomy
from app.jobs.documents import (
    cents_a_year,
    last_day,
    last_moment,
    search_document,
    states_of,
)
from app.jobs.models import Facet
from search.indexes import JOBS
from search.validation import clean_documents
from tests.factories.jobs import make_job

pytestmark = pytest.mark.usefixtures("app")

COMPLETE = (
    (Facet.SETTING, "inpatient"),
    (Facet.SPECIALTY, "cardiology"),
    (Facet.CREDENTIAL, "ccs-p", "required"),
    (Facet.CODE_SET, "icd10cm"),
    (Facet.TOOL, "epic", "required"),
)


def test_a_document_holds_only_what_the_index_declares():
    job = make_job(terms=COMPLETE, codes=[("icd10cm", "E08", "E13~")])

    cleaned = clean_documents(JOBS, [search_document(job)])

    assert list(cleaned) == [str(job.id)]


def test_an_empty_draft_has_a_document_too():
    clean_documents(JOBS, [search_document(make_job(terms=(), **_blank()))])


def _blank() -> dict[str, object]:
    texts = ("title", "role", "description", "benefits", "place_kind", "engagement", "pay_unit")
    return {
        **dict.fromkeys(texts, ""),
        "pay_low_cents": 0,
        "pay_high_cents": 0,
        "closes_on": None,
        "published_at": None,
        "expires_at": None,
    }


def test_a_remote_job_that_lists_no_state_is_open_to_every_one():
    assert states_of(make_job(place_kind="remote")) == list(taxonomy.STATES)


def test_a_remote_job_is_open_to_the_states_it_lists_and_to_no_other():
    job = make_job(place_kind="remote", terms=[(Facet.STATE, "TX"), (Facet.STATE, "OH")])

    assert states_of(job) == ["TX", "OH"]


@pytest.mark.parametrize("kind", ["onsite", "hybrid"])
def test_other_jobs_are_open_to_the_state_they_are_in(kind):
    assert states_of(make_job(place_kind=kind, city="Reno", state_code="NV")) == ["NV"]


@pytest.mark.parametrize(
    ("unit", "cents", "expected"),
    [("hour", 30_00, 62_400_00), ("year", 65_000_00, 65_000_00), ("chart", 9_00, None)],
)
def test_pay_compares_by_the_year_except_for_piece_rates(unit, cents, expected):
    assert cents_a_year(cents, unit) == expected
    document = search_document(make_job(pay_unit=unit, pay_low_cents=cents, pay_high_cents=cents))
    assert document["pay_low"] == document["pay_high"] == expected


def test_codes_are_found_with_and_without_their_dot_and_ranges_by_their_ends():
    job = make_job(codes=[("icd10cm", "E119", "E119"), ("icd10cm", "E08", "E13~")])
    job.codes[0].shown, job.codes[1].shown = "E11.9", "E08-E13"

    assert search_document(job)["code_words"] == ["e08", "e11.9", "e119", "e13"]


def test_the_words_of_a_credential_are_its_code_and_its_name():
    words = search_document(make_job(terms=COMPLETE))["credential_words"]

    assert words == ["CCS-P Certified Coding Specialist, Physician-based AHIMA"]


def test_the_body_is_text_without_tags():
    body = search_document(make_job(description="<p>Code <b>charts</b>.</p>"))["body"]

    assert body.startswith("Code charts.\n")


def test_featured_ends_with_its_time():
    moment = clock.now()
    lasting = make_job(featured_until=moment + timedelta(hours=1))
    ended = make_job(featured_until=moment - timedelta(hours=1))

    assert search_document(lasting)["featured"] == 1
    assert search_document(ended)["featured"] == 0


def test_applications_end_on_the_close_date_or_at_expiry_whichever_comes_first():
    expires = datetime(2026, 12, 20, 9, tzinfo=UTC)
    close = datetime(2026, 12, 1, tzinfo=UTC).date()

    early, both = make_job(expires_at=expires, closes_on=close), make_job(expires_at=expires)
    both.closes_on = expires.date()
    assert last_moment(early) == datetime(2026, 12, 2, 9, 59, 59, tzinfo=UTC)
    assert last_day(early) == close
    assert last_moment(both) == expires
    assert last_moment(make_job(expires_at=expires, closes_on=None)) == expires


def test_nobody_is_told_of_a_day_on_which_the_listing_is_down_already():
    job = make_job(expires_at=datetime(2026, 12, 20, 9, tzinfo=UTC), closes_on=date(2027, 6, 1))

    assert last_day(job) == date(2026, 12, 19)  # in Honolulu it is 11 p.m. of the 19th
