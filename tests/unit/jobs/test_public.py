"""Who sees which listing when, and what its page shows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from app import clock
from app.errors import Gone, NotFound
from app.extensions import db
from app.jobs.models import Facet, Job, JobState, visible
from app.jobs.services.public import (
    listing_view,
    newest_visible,
    page_of,
    shown_job,
    similar_cards,
    structured_data,
    visible_job,
)
from tests.factories.employers import make_organisation
from tests.factories.jobs import make_job
from tests.factories.listings import make_codes

pytestmark = pytest.mark.usefixtures("app")

CLOSED = (JobState.FILLED, JobState.EXPIRED, JobState.ARCHIVED)
NEVER_SHOWN = (JobState.DRAFT, JobState.AWAITING_PAYMENT, JobState.IN_REVIEW, JobState.REJECTED)


class TestWhoSeesIt:
    def test_a_live_listing_is_seen(self):
        job = make_job()

        assert visible_job(job.id) is job
        assert shown_job(job.id).closed_at is None

    @pytest.mark.parametrize("state", NEVER_SHOWN)
    def test_one_that_was_never_public_does_not_exist(self, state):
        job = make_job(state=state, published_at=None, expires_at=None)

        with pytest.raises(NotFound):
            shown_job(job.id)

    def test_nor_does_one_that_never_was(self):
        with pytest.raises(NotFound):
            page_of(404)

    def test_one_that_is_scheduled_does_not_exist_before_its_time(self):
        starts = clock.now() + timedelta(hours=2)
        job = make_job(state=JobState.SCHEDULED, published_at=starts)

        with pytest.raises(NotFound):
            shown_job(job.id)
        with time_machine.travel(starts + timedelta(seconds=1)):
            assert visible_job(job.id) is job

    def test_nothing_of_a_suspended_organisation_exists(self):
        job = make_job(organisation=make_organisation(suspended_at=clock.now()))

        with pytest.raises(NotFound):
            shown_job(job.id)

    @pytest.mark.parametrize("state", CLOSED)
    def test_a_closed_one_says_so_for_thirty_days_and_is_gone_then(self, state):
        job = make_job(state=state, changed_at=clock.now())
        if state is JobState.EXPIRED:
            job.expires_at = clock.now()
            db.session.commit()

        assert shown_job(job.id).closed_at is not None
        with pytest.raises(Gone):
            visible_job(job.id)
        with time_machine.travel(clock.now() + timedelta(days=29)):
            assert shown_job(job.id).closed_at is not None
        with time_machine.travel(clock.now() + timedelta(days=31)), pytest.raises(Gone):
            shown_job(job.id)

    def test_time_closes_a_live_one_with_nothing_running(self):
        job = make_job(closes_on=None)
        expires = job.expires_at
        assert expires is not None

        with time_machine.travel(expires):
            assert shown_job(job.id).closed_at == expires

    def test_the_last_day_to_apply_closes_it_where_a_day_ends_last(self):
        job = make_job(closes_on=date(2026, 12, 1), expires_at=clock.now() + timedelta(days=300))
        shown = select(Job.id).join(Job.organisation).where(Job.id == job.id, visible())

        with time_machine.travel("2026-12-02 09:59Z", tick=False):
            assert shown_job(job.id).closed_at is None
            assert db.session.scalar(shown) == job.id
        with time_machine.travel("2026-12-02 10:00Z", tick=False):  # midnight in Honolulu
            assert shown_job(job.id).closed_at == clock.end_of(date(2026, 12, 1))
            assert page_of(job.id).structured is None
            closed = select(Job.id).join(Job.organisation).where(Job.id == job.id, visible())
            assert db.session.scalar(closed) is None
        with time_machine.travel("2027-01-01 12:00Z", tick=False), pytest.raises(Gone):
            shown_job(job.id)

    def test_a_paused_one_says_that_it_is_paused(self):
        shown = shown_job(make_job(state=JobState.PAUSED).id)

        assert shown.is_paused
        assert shown.closed_at is not None

    def test_a_removed_one_is_gone_at_once(self):
        with pytest.raises(Gone):
            shown_job(make_job(state=JobState.REMOVED).id)


class TestThePage:
    def test_it_follows_every_change(self):
        job = make_job()
        assert page_of(job.id).listing.title == "Inpatient coder"

        job.title, job.revision = "Auditor", job.revision + 1
        job.organisation.name = "Renamed Health"
        db.session.commit()

        listing = page_of(job.id).listing
        assert (listing.title, listing.employer.name) == ("Auditor", "Renamed Health")

    def test_it_closes_with_the_listing(self):
        job = make_job()
        assert page_of(job.id).closed_at is None

        job.state = JobState.FILLED
        db.session.commit()

        page = page_of(job.id)
        assert page.closed_at is not None
        assert page.structured is None

    def test_it_goes_with_its_employer(self):
        job = make_job()
        page_of(job.id)

        job.organisation.suspended_at = clock.now()
        db.session.commit()

        with pytest.raises(NotFound):
            page_of(job.id)

    def test_only_an_open_listing_of_a_real_employer_is_offered_to_crawlers(self):
        real = make_job()
        invented = make_job(organisation=make_organisation(is_sample=True))
        closed = make_job(state=JobState.FILLED)

        assert structured_data(shown_job(real.id)) is not None
        assert structured_data(shown_job(invented.id)) is None
        assert structured_data(shown_job(closed.id)) is None


class TestWhatIsShown:
    def test_everything_has_the_words_people_read(self):
        make_codes("I21")
        job = make_job(
            place_kind="hybrid",
            city="Reno",
            state_code="NV",
            experience="3-4",
            terms=[
                (Facet.CREDENTIAL, "ccs-p", "required"),
                (Facet.CREDENTIAL, "cpc", "preferred"),
                (Facet.SETTING, "ed"),
                (Facet.SPECIALTY, "hem-onc"),
                (Facet.CODE_SET, "icd10cm"),
                (Facet.CODE_SET, "cpt"),
                (Facet.TOOL, "epic", "trained"),
            ],
        )

        listing = listing_view(job)

        assert listing.place == "Hybrid, Reno, NV"
        assert [c.label for c in listing.required] == ["CCS-P"]
        assert [c.label for c in listing.preferred] == ["CPC"]
        assert listing.settings == [("ed", "Emergency department")]
        assert listing.specialties == [("hem-onc", "Hematology, oncology, radiation")]
        assert listing.code_sets == [("icd10cm", "ICD-10-CM", True), ("cpt", "CPT", False)]
        assert listing.tools == [("Epic", "We train you")]
        assert listing.experience == "3 to 4 years"

    def test_a_draft_in_which_nothing_is_written_can_be_shown(self):
        organisation = make_organisation()
        draft = Job(
            id=None, organisation=organisation, title="", description="", pay_unit="", city="",
            state_code="", place_kind="", engagement="", role="", experience="", requisition="",
            productivity="", benefits="", pay_low_cents=0, pay_high_cents=0, apply_method="here",
        )  # fmt: skip

        listing = listing_view(draft)

        assert listing.pay == listing.pay_compared == ""
        assert listing.bar is None

    @pytest.mark.parametrize(
        ("unit", "low", "high", "compared"),
        [
            ("hour", 28_00, 36_00, "about $58,000 to $75,000 a year, full time"),
            ("hour", 30_00, 30_00, "about $62,000 a year, full time"),
            ("year", 65_000_00, 80_000_00, "about $31 to $38.50 an hour"),
            ("chart", 8_00, 9_00, ""),
        ],
    )
    def test_pay_is_compared_where_it_can_be(self, unit, low, high, compared):
        job = make_job(pay_unit=unit, pay_low_cents=low, pay_high_cents=high)

        assert listing_view(job).pay_compared == compared

    @pytest.mark.parametrize(
        ("unit", "low", "high"),
        [("hour", 1, 1), ("hour", 500_00, 900_00), ("year", 15_000_00, 750_000_00)],
    )
    def test_pay_is_drawn_within_its_scale(self, unit, low, high):
        bar = listing_view(make_job(pay_unit=unit, pay_low_cents=low, pay_high_cents=high)).bar

        assert bar is not None
        assert bar.start >= 0
        assert bar.width > 0
        assert bar.start + bar.width <= 100.01

    @pytest.mark.parametrize("unit", ["chart", "encounter", "rvu"])
    def test_piece_rates_are_not_drawn(self, unit):
        assert listing_view(make_job(pay_unit=unit)).bar is None

    def test_both_ends_of_a_range_of_codes_are_there_to_be_linked(self):
        job = make_job(codes=[("icd10cm", "E08", "E13~"), ("icd10cm", "I21", "I21~")])
        job.codes[0].shown = "E08-E13"

        assert [code.ends for code in listing_view(job).codes] == [("E08", "E13"), ("I21",)]

    @pytest.mark.parametrize(
        ("states", "place"),
        [
            ((), "Remote, any US state"),
            (("TX", "OH"), "Remote, TX, OH"),
            (("TX", "OH", "NV", "CA", "UT"), "Remote, 5 states"),
        ],
    )
    def test_few_states_are_named_and_many_counted(self, states, place):
        job = make_job(place_kind="remote", terms=[(Facet.STATE, state) for state in states])

        assert listing_view(job).place == place

    def test_applications_are_taken_through_the_close_date(self):
        close = datetime(2026, 12, 1, tzinfo=UTC).date()
        listing = listing_view(make_job(closes_on=close))

        assert listing.takes_applications(close)
        assert not listing.takes_applications(close + timedelta(days=1))

    def test_a_listing_has_a_readable_address_whatever_its_title(self):
        titles = ("Inpatient coder, III", "Codierer für Häuser", "编码员", "a" * 300)

        slugs = [listing_view(make_job(title=title)).slug for title in titles]

        assert slugs == ["inpatient-coder-iii", "codierer-fur-hauser", "listing", "a" * 60]


def test_similar_jobs_are_of_the_same_role_and_first_of_the_same_setting():
    job = make_job()
    newer = make_job(terms=[(Facet.SETTING, "ed")], published_at=clock.now())
    alike = make_job()
    make_job(role="auditor")
    make_job(state=JobState.PAUSED)

    assert [card.id for card in similar_cards(job)] == [alike.id, newer.id]


def test_the_newest_are_those_that_went_up_last():
    now = clock.now()
    jobs = [make_job(published_at=now - timedelta(hours=hours)) for hours in (3, 1, 2)]
    make_job(state=JobState.DRAFT)

    assert [card.id for card in newest_visible(2)] == [jobs[1].id, jobs[2].id]
