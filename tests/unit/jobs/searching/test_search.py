"""Finding listings: with the engine, without it, and the same either way."""

from __future__ import annotations

from datetime import timedelta
from itertools import chain

import pytest
import time_machine
from flask import Flask

from app import clock
from app.employers.models import Organisation
from app.extensions import db
from app.jobs.models import Facet, Job, JobState
from app.jobs.services.index import rebuild_index, update_index
from app.jobs.services.searching.criteria import read_criteria
from app.jobs.services.searching.search import Found, find_jobs
from app.places import find_city
from search import open_engine
from tests.factories.employers import make_organisation
from tests.factories.jobs import make_job

pytestmark = pytest.mark.usefixtures("app")

NOBODY_LISTENS = "http://127.0.0.1:9"


@pytest.fixture
def engine_down(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, "search_engine", open_engine(NOBODY_LISTENS))


def look(**parameters: str | list[str]) -> Found:
    return find_jobs(
        read_criteria({k: v if isinstance(v, list) else [v] for k, v in parameters.items()})
    )


def found(**parameters: str | list[str]) -> list[int]:
    result = look(**parameters)
    return [card.id for card in (*result.featured, *result.cards)]


def credential(*slugs: str) -> list[tuple[Facet, str, str]]:
    return [(Facet.CREDENTIAL, slug, "required") for slug in slugs]


def in_town(city: str, state: str) -> Job:
    place = find_city(city, state)
    assert place is not None
    return make_job(place_kind="onsite", city=city, state_code=state, lat=place.lat, lng=place.lng)


SURGEON = [(Facet.SPECIALTY, "hem-onc"), (Facet.SETTING, "outpatient")]


class TestTypedWords:
    def test_a_word_with_a_typo_and_the_beginning_of_a_word_find(self):
        job = make_job(title="Radiology auditor")
        make_job(title="Surgery coder")
        rebuild_index()

        assert found(q="radiolgy") == [job.id]
        assert found(q="radio") == [job.id]

    def test_the_title_counts_more_than_the_description(self):
        inside = make_job(title="Coder", description="<p>You help the weekend desk.</p>")
        titled = make_job(title="Weekend specialist")
        rebuild_index()

        assert found(q="weekend") == [titled.id, inside.id]

    def test_a_title_that_says_what_was_chosen_comes_before_a_box_that_was_ticked(self):
        at = clock.now() - timedelta(days=1)
        plain = make_job(title="Coder", terms=SURGEON, published_at=at)
        some = make_job(title="Oncology coder", terms=[(Facet.SETTING, "profee")], published_at=at)
        every = make_job(title="Outpatient coder, oncology", published_at=at)
        make_job(title="Coder", featured_until=clock.now() + timedelta(days=9))
        both = make_job(title="Outpatient coder", terms=SURGEON, published_at=at)
        rebuild_index()

        assert found(q="oncology") == [every.id, some.id, plain.id, both.id]
        assert found(q="oncology outpatient") == [every.id, both.id, plain.id]
        # Whoever asks for an order gets it, whatever titles say.
        assert found(q="oncology outpatient", sort="newest") == [plain.id, every.id, both.id]

    def test_pages_go_on_where_the_page_before_ended(self):
        titled = [make_job(title="Oncology coder").id for _ in range(25)]
        ticked = [make_job(title="Coder", terms=SURGEON).id for _ in range(25)]
        rebuild_index()

        pages = [found(specialty="hem-onc", page=str(page)) for page in (1, 2, 3)]

        assert [len(page) for page in pages] == [20, 20, 10]
        assert {*chain(*pages)} == {*titled, *ticked}
        assert set([*chain(*pages)][:25]) == set(titled)
        assert found(specialty="hem-onc", page="9") == pages[2]

    def test_a_credential_is_exact(self):
        ccs = make_job(terms=credential("ccs"))
        ccs_p = make_job(terms=credential("ccs-p"))
        cpc = make_job(terms=credential("cpc"))
        make_job(terms=credential("cpco"))
        rebuild_index()

        assert found(q="CCS") == [ccs.id]
        assert found(q="ccs-p") == [ccs_p.id]
        assert found(q="CPC") == [cpc.id]

    def test_the_employer_the_setting_and_a_synonym_are_found(self):
        named = make_job(organisation=make_organisation(name="Lakeside Clinic"))
        hcc = make_job(terms=[(Facet.SETTING, "risk-adjustment")], title="Chart reviewer")
        rebuild_index()

        assert found(q="lakeside") == [named.id]
        assert found(q="hcc") == [hcc.id]


class TestFilters:
    def test_a_remote_job_open_to_texas_is_in_every_texas_search(self):
        anywhere = make_job(title="A")
        listed = make_job(title="B", terms=[(Facet.STATE, "TX"), (Facet.STATE, "OH")])
        local = make_job(title="C", place_kind="onsite", city="Waco", state_code="TX")
        make_job(title="D", terms=[(Facet.STATE, "OH")])
        make_job(title="E", place_kind="hybrid", city="Reno", state_code="NV")
        rebuild_index()

        wanted = {anywhere.id, listed.id, local.id}
        assert set(found(state="TX")) == wanted
        assert set(found(q="Texas")) == wanted

    def test_values_of_one_filter_widen_and_filters_together_narrow(self):
        both = make_job(terms=[*credential("cpc"), (Facet.SETTING, "ed")])
        other = make_job(terms=[*credential("coc"), (Facet.SETTING, "asc")])
        rebuild_index()

        assert set(found(credential=["cpc", "coc"])) == {both.id, other.id}
        assert found(credential=["cpc", "coc"], setting="ed") == [both.id]

    def test_hourly_and_yearly_pay_compare_and_piece_rates_do_not(self):
        hourly = make_job(pay_low_cents=30_00, pay_high_cents=36_00)
        yearly = make_job(
            pay_unit="year", pay_low_cents=60_000_00, pay_high_cents=74_000_00, title="Auditor"
        )
        make_job(pay_unit="chart", pay_low_cents=50_00, pay_high_cents=90_00)
        make_job(pay_low_cents=20_00, pay_high_cents=34_00)
        rebuild_index()

        assert set(found(pay_min="35")) == {hourly.id, yearly.id}
        assert set(found(pay_min="74000", pay_per="year")) == {hourly.id, yearly.id}
        assert found(pay_min="74500", pay_per="year") == [hourly.id]

    def test_apprentices_find_where_they_are_welcome(self):
        welcome = make_job(apprentice_welcome=True)
        make_job()
        rebuild_index()

        result = look(apprentice="1")

        assert [card.id for card in result.cards] == [welcome.id]
        assert result.answer.counts["apprentice"] == {"1": 1}

    def test_a_rate_per_chart_compares_with_rates_per_chart(self):
        well_paid = make_job(pay_unit="chart", pay_low_cents=2_00, pay_high_cents=4_00)
        make_job(pay_unit="chart", pay_low_cents=2_00, pay_high_cents=2_50)
        make_job(pay_unit="encounter", pay_low_cents=2_00, pay_high_cents=9_00)
        make_job(pay_low_cents=30_00, pay_high_cents=36_00)
        rebuild_index()

        assert found(q="$3 per chart") == [well_paid.id]

    def test_a_credential_may_be_asked_for_as_required_or_as_preferred(self):
        required = make_job(terms=[(Facet.CREDENTIAL, "cpc", "required")])
        preferred = make_job(terms=[(Facet.CREDENTIAL, "cpc", "preferred")])
        rebuild_index()

        assert set(found(credential="cpc")) == {required.id, preferred.id}
        assert found(credential="cpc", need="required") == [required.id]
        assert found(credential="cpc", need="preferred") == [preferred.id]
        assert look(credential="cpc", need="required").answer.counts["credential"] == {"cpc": 1}

    def test_near_a_place_is_in_the_circle_or_remote_and_open_to_its_state(self):
        here = in_town("St. Louis", "MO")
        over_the_river = in_town("Belleville", "IL")
        in_town("Kansas City", "MO")
        open_to_it = make_job(terms=[(Facet.STATE, "MO")])
        make_job(terms=[(Facet.STATE, "IL")])
        anywhere = make_job()
        rebuild_index()

        wanted = {here.id, over_the_river.id, open_to_it.id, anywhere.id}
        assert set(found(near="63101")) == wanted
        assert set(found(q="St. Louis, MO")) == wanted
        assert set(found(near="63101", miles="10")) == wanted - {over_the_river.id}
        assert set(found(near="63101", place="onsite")) == {here.id, over_the_river.id}

    def test_the_nearest_come_first_and_nothing_featured_before_them(self):
        soon = clock.now() + timedelta(days=9)
        anywhere = make_job(featured_until=soon)
        named = make_job(terms=[(Facet.STATE, "MO")])
        here = in_town("St. Louis", "MO")
        rebuild_index()

        result = look(near="63101")

        assert result.featured == []
        assert [card.id for card in result.cards] == [here.id, named.id, anywhere.id]
        assert [card.id for card in look(state="MO").featured] == [anywhere.id]

    def test_a_remote_job_open_to_a_state_is_in_every_search_of_that_state(self):
        texas = make_job(terms=[(Facet.STATE, "TX"), (Facet.STATE, "OK")])
        anywhere = make_job()
        make_job(terms=[(Facet.STATE, "OK")])
        onsite = in_town("Austin", "TX")
        rebuild_index()

        for question in ({"state": "TX"}, {"q": "texas"}, {"q": "coder TX"}):
            assert set(found(**question)) == {texas.id, anywhere.id, onsite.id}
        assert set(found(q="Austin, TX")) == {texas.id, anywhere.id, onsite.id}

    def test_tools_experience_and_what_is_stated(self):
        stated = make_job(
            terms=[(Facet.TOOL, "epic", "trained")],
            experience="none",
            productivity="4 charts an hour",
            accuracy_percent=95,
        )
        make_job(experience="5-plus")
        rebuild_index()

        for question in (
            {"tool": "epic"},
            {"q": "epic"},
            {"experience": "none"},
            {"apprentice": "1"},
            {"q": "no experience"},
            {"productivity": "1"},
            {"accuracy": "1"},
        ):
            assert found(**question) == [stated.id], question
        counts = look().answer.counts
        assert counts["tool"] == {"epic": 1}
        assert counts["accuracy"] == {"1": 1}

    def test_listings_are_counted_by_the_days_since_they_were_posted(self):
        now = clock.now()
        new = make_job(published_at=now - timedelta(hours=5))
        make_job(published_at=now - timedelta(days=5))
        rebuild_index()

        assert found(since="3") == [new.id]
        counts = look(since="3").answer.counts["since"]
        assert counts == {"1": 1, "3": 1, "7": 2, "14": 2, "30": 2}

    def test_the_title_counts_as_if_it_had_been_ticked(self):
        titled = make_job(title="Outpatient coder, cardiology (CCC)", terms=[])
        make_job(title="Coder", terms=[])
        rebuild_index()

        for question in ("outpatient", "cardiology", "ccc"):
            assert found(q=question) == [titled.id]

    def test_employers_are_counted_whichever_is_chosen(self):
        ours = make_job()
        other = make_job()
        rebuild_index()

        answer = look(employer=ours.organisation.slug).answer

        assert answer.counts["employer"] == {
            ours.organisation.slug: 1,
            other.organisation.slug: 1,
        }
        assert answer.employers[other.organisation.slug] == other.organisation.name

    def test_one_employers_listings(self):
        ours = make_job()
        make_job()
        rebuild_index()

        result = look(employer=ours.organisation.slug)

        assert [card.id for card in result.cards] == [ours.id]
        assert result.answer.employer is not None
        assert result.answer.employer.name == ours.organisation.name

    @pytest.mark.parametrize("slug", ["no-such-employer", "suspended"])
    def test_an_employer_who_is_not_there_has_no_listings(self, slug):
        make_job(organisation=make_organisation(slug="suspended", suspended_at=clock.now()))
        make_job()
        rebuild_index()

        assert look(employer=slug).answer.total == 0

    def test_a_code_finds_the_listings_that_name_it_or_a_range_over_it(self):
        exact = make_job(title="A", codes=[("icd10cm", "E119", "E119")])
        category = make_job(title="B", codes=[("icd10cm", "E11", "E11~")])
        ranged = make_job(title="C", codes=[("icd10cm", "E08", "E13~")])
        make_job(title="D", codes=[("icd10cm", "E10", "E10~"), ("icd10cm", "E110", "E110")])
        rebuild_index()

        assert set(found(code="icd10cm:E11.9")) == {exact.id, category.id, ranged.id}
        assert set(found(q="E11.9")) == {exact.id, category.id, ranged.id}

    def test_a_code_nobody_names_finds_nothing(self):
        make_job()
        rebuild_index()

        assert look(code="icd10cm:Z99").answer.total == 0


class TestCounts:
    def test_they_ignore_the_choice_of_their_own_filter_only(self):
        make_job(terms=[*credential("cpc"), (Facet.SETTING, "ed")])
        make_job(terms=[*credential("cpc"), (Facet.SETTING, "asc")])
        make_job(terms=[*credential("ccs"), (Facet.SETTING, "ed")])
        rebuild_index()

        counts = look(credential="cpc", setting="ed").answer.counts

        assert counts["credential"] == {"cpc": 1, "ccs": 1}
        # The title of all three says inpatient.
        assert counts["setting"] == {"ed": 1, "asc": 1, "inpatient": 2}
        assert counts["place"] == {"remote": 1}


class TestOrder:
    @pytest.fixture
    def three(self) -> list[int]:
        now = clock.now()
        jobs = [
            make_job(published_at=now - timedelta(days=days), expires_at=now + timedelta(days=left),
                     closes_on=None, pay_high_cents=cents)
            for days, left, cents in ((3, 5, 40_00), (1, 9, 38_00), (2, 7, 39_00))
        ]  # fmt: skip
        rebuild_index()
        return [job.id for job in jobs]

    @pytest.mark.parametrize(
        ("sort", "order"), [("newest", (1, 2, 0)), ("pay", (0, 2, 1)), ("closing", (0, 2, 1))]
    )
    def test_it_is_the_one_asked_for(self, three, sort, order):
        assert found(sort=sort) == [three[i] for i in order]

    def test_without_words_it_is_quality_and_then_date(self):
        now = clock.now()
        plain = make_job(published_at=now - timedelta(hours=1))
        full = make_job(productivity="4 charts an hour", accuracy_percent=95)
        old = make_job(published_at=now - timedelta(days=9))
        rebuild_index()

        assert found() == [full.id, plain.id, old.id]

    def test_three_featured_at_most_come_first_without_words(self):
        soon = clock.now() + timedelta(days=9)
        featured = [make_job(featured_until=soon) for _ in range(5)]
        better = make_job(productivity="4 charts an hour", accuracy_percent=95)
        rebuild_index()

        result = look()

        assert len(result.featured) == 3
        assert all(card.featured for card in result.featured)
        assert result.cards[0].id == better.id
        everything = [card.id for card in (*result.featured, *result.cards)]
        assert sorted(everything) == sorted(job.id for job in [*featured, better])

    def test_with_words_featured_only_breaks_ties(self):
        soon = clock.now() + timedelta(days=9)
        inside = make_job(title="Coder", description="<p>Weekend charts.</p>", featured_until=soon)
        titled = make_job(title="Weekend coder")
        tied = make_job(title="Weekend coder", featured_until=soon)
        rebuild_index()

        assert found(q="weekend") == [tied.id, titled.id, inside.id]
        assert look(q="weekend").featured == []

    def test_featuring_that_has_ended_is_neither_labelled_nor_first(self):
        ended = make_job(featured_until=clock.now() + timedelta(minutes=5))
        better = make_job(productivity="4 charts an hour")
        rebuild_index()

        with time_machine.travel(clock.now() + timedelta(minutes=6)):
            update_index([ended.id])
            assert found() == [better.id, ended.id]
            assert not any(card.featured for card in look().cards)


class TestPages:
    @pytest.fixture
    def many(self) -> None:
        organisation = make_organisation()
        soon = clock.now() + timedelta(days=9)
        for number in range(45):
            make_job(organisation=organisation, featured_until=soon if number % 9 == 0 else None)
        rebuild_index()

    def test_each_listing_is_on_one_page_once(self, many):
        pages = [found(page=str(number)) for number in (1, 2, 3)]

        everything = [job_id for page in pages for job_id in page]
        assert len(everything) == len(set(everything)) == 45

    def test_a_page_beyond_the_last_is_the_last(self, many):
        result = look(page="999999")

        assert result.answer.criteria.page == result.answer.last_page == 3
        assert [card.id for card in result.cards] == found(page="3")


class TestWhatMayBeSeen:
    """The index may be behind; what is shown is re-read from the database."""

    @pytest.fixture
    def job(self) -> Job:
        job = make_job()
        rebuild_index()
        assert found() == [job.id]
        return job

    @pytest.mark.parametrize("state", sorted(set(JobState) - {JobState.LIVE, JobState.SCHEDULED}))
    def test_a_listing_that_was_taken_down_is_gone_at_once(self, job, state):
        job.state = state
        db.session.commit()

        assert found() == []

    def test_a_suspended_employer_is_gone_at_once(self, job):
        job.organisation.suspended_at = clock.now()
        db.session.commit()

        assert found() == []

    def test_time_ends_a_listing_with_nothing_running(self, job):
        with time_machine.travel(clock.now() + timedelta(days=30)):
            assert found() == []
            assert look().answer.total == 0

    def test_time_begins_a_listing_with_nothing_running(self):
        starts = clock.now() + timedelta(days=2)
        job = make_job(state=JobState.SCHEDULED, published_at=starts)
        rebuild_index()

        assert found() == []
        with time_machine.travel(starts + timedelta(seconds=1)):
            assert found() == [job.id]

    def test_past_its_close_date_nobody_is_sent_there(self, job):
        job.closes_on = clock.today() + timedelta(days=1)
        db.session.commit()
        rebuild_index()

        with time_machine.travel(clock.now() + timedelta(days=2)):
            assert found() == []

    def test_what_a_card_says_is_what_the_database_says_now(self, job):
        job.title, job.pay_high_cents = "Auditor", 50_00
        job.organisation.name = "Renamed Health"
        job.revision += 1
        db.session.commit()

        (card,) = look().cards
        assert (card.title, card.organisation) == ("Auditor", "Renamed Health")
        assert card.pay == "$28 to $50 an hour"


class TestNothingFound:
    def test_what_to_leave_out_is_said_with_what_it_gives(self):
        make_job(place_kind="onsite", city="Waco", state_code="TX", terms=credential("cpc"))
        make_job(title="Other", terms=credential("cpc"))
        rebuild_index()

        result = look(place="onsite", state="OH", credential="cpc")

        assert result.answer.total == 0
        assert [(d.choice.label, d.count) for d in result.answer.drops] == [
            ("On site", 1),
            ("Ohio", 1),
        ]

    def test_where_no_single_choice_helps_none_is_offered(self):
        make_job()
        rebuild_index()

        assert look(credential="cpma", setting="hospice").answer.drops == ()

    def test_the_employer_can_be_what_is_left_out(self):
        elsewhere = make_job(terms=credential("cpc"))
        ours = make_job(terms=credential("ccs"))
        rebuild_index()

        result = look(credential="cpc", employer=ours.organisation.slug)

        assert {d.choice.label for d in result.answer.drops} == {"CPC", ours.organisation.name}
        assert found(credential="cpc") == [elsewhere.id]

    def test_the_next_circle_that_holds_anything_is_offered(self):
        make_job(place_kind="onsite", city="Austin", state_code="TX", lat=30.27, lng=-97.74)
        rebuild_index()

        wider = look(near="Waco, TX", miles="10").answer.wider

        assert wider is not None
        assert (wider.choice.label, wider.count) == ("Within 100 miles of Waco, TX", 1)
        assert look(near="Waco, TX", miles="100").answer.wider is None
        assert look(near="Seattle, WA").answer.wider is None
        assert look(state="OH").answer.wider is None


QUESTIONS = [
    {},
    {"credential": "cpc"},
    {"credential": ["cpc", "ccs"], "place": "remote"},
    {"state": "TX"},
    {"state": ["TX", "OH"], "setting": "ed"},
    {"apprentice": "1"},
    {"pay_min": "35"},
    {"pay_min": "70000", "pay_per": "year"},
    {"paid": ["chart", "hour"]},
    {"code": "icd10cm:E11.9"},
    {"role": "auditor", "engagement": ["full-time", "prn"]},
    {"specialty": "cardiology", "code_set": "cpt"},
    {"employer": "mercy"},
    {"credential": "cuc"},
    {"credential": "cpc", "need": "preferred"},
    {"credential": "cpc", "need": "required"},
    {"tool": ["epic", "codify"], "experience": "1-2"},
    {"productivity": "1"},
    {"accuracy": "1", "productivity": "1"},
    {"pay_min": "9", "pay_per": "chart"},
    {"since": "1"},
    {"near": "Reno, NV", "miles": "10"},
    {"near": "Houston, TX"},
]
SORTED = [{"sort": sort} for sort in ("newest", "pay", "closing")]


TOWNS = {
    state: place
    for state, name in (("TX", "Houston"), ("OH", "Dayton"), ("NV", "Reno"))
    if (place := find_city(name, state))
}


@pytest.fixture
def varied() -> None:
    now = clock.now()
    mercy = make_organisation(slug="mercy")
    for number in range(18):
        place = ("remote", "onsite", "hybrid")[number % 3]
        state = ("TX", "OH", "NV")[number % 3]
        terms = [
            (
                Facet.CREDENTIAL,
                "cpc" if number % 2 else "ccs",
                "required" if number % 3 else "preferred",
            ),
            (Facet.TOOL, "epic" if number % 2 else "meditech", "required"),
            (Facet.SETTING, "ed" if number % 4 else "asc"),
            (Facet.CODE_SET, "cpt"),
        ]
        if number % 5 == 0:
            terms.append((Facet.SPECIALTY, "cardiology"))
        if place == "remote" and number % 2:
            terms.append((Facet.STATE, "TX"))
        unit = ("hour", "year", "chart")[number % 3]
        cents = {"hour": 30_00, "year": 65_000_00, "chart": 8_00}[unit]
        make_job(
            organisation=mercy if number % 6 == 0 else None,
            terms=terms,
            codes=[("icd10cm", "E08", "E13~")] if number % 7 == 0 else [],
            title=f"Job {number}",
            role="auditor" if number % 4 == 0 else "coder",
            engagement="prn" if number % 5 == 1 else "full-time",
            place_kind=place,
            city="" if place == "remote" else TOWNS[state].name,
            state_code="" if place == "remote" else state,
            lat=None if place == "remote" else TOWNS[state].lat,
            lng=None if place == "remote" else TOWNS[state].lng,
            productivity="4 charts an hour" if number % 4 == 1 else "",
            accuracy_percent=95 if number % 3 else None,
            experience=("none", "1-2", "5-plus")[number % 3],
            apprentice_welcome=number % 6 == 1,
            pay_unit=unit,
            pay_low_cents=cents,
            pay_high_cents=cents + number * cents // 10,
            published_at=now - timedelta(hours=number + 1),
            closes_on=(now + timedelta(days=number + 1)).date(),
        )
    make_job(state=JobState.PAUSED)
    make_job(expires_at=now - timedelta(days=1))


class TestWithoutTheEngine:
    @pytest.mark.parametrize("question", QUESTIONS, ids=str)
    def test_the_same_filters_find_the_same_listings(
        self, app, varied, question, monkeypatch: pytest.MonkeyPatch
    ):
        rebuild_index()
        expected = look(**question)
        monkeypatch.setitem(app.extensions, "search_engine", open_engine(NOBODY_LISTENS))
        db.session.commit()  # a later second, without waiting for it

        plain = look(**question)

        assert plain.answer.limited
        assert not expected.answer.limited
        assert {c.id for c in plain.cards} == {c.id for c in expected.cards}
        assert plain.answer.total == expected.answer.total

    @pytest.mark.parametrize("question", SORTED, ids=str)
    def test_the_same_order_is_kept(self, app, varied, question, monkeypatch: pytest.MonkeyPatch):
        rebuild_index()
        expected = found(**question)
        monkeypatch.setitem(app.extensions, "search_engine", open_engine(NOBODY_LISTENS))
        db.session.commit()

        assert found(**question) == expected

    def test_words_that_name_a_filter_are_understood_and_the_others_left_out(self, engine_down):
        auditor = make_job(role="auditor", title="Chart reviewer")
        make_job()

        result = look(q="auditor sunflower")  # the first is a role

        assert [card.id for card in result.cards] == [auditor.id]
        assert result.answer.ignored == "sunflower"

    def test_pages_beyond_the_last_are_the_last(self, engine_down):
        job = make_job()

        result = look(page="400")

        assert [card.id for card in result.cards] == [job.id]
        assert result.answer.criteria.page == 1

    def test_an_index_that_was_never_built_is_no_failure(self, app, monkeypatch, tmp_path):
        monkeypatch.setitem(app.extensions, "search_engine", open_engine(f"embedded:{tmp_path}"))
        job = make_job()

        result = look()

        assert result.answer.limited
        assert [card.id for card in result.cards] == [job.id]


def test_a_suspended_organisation_is_no_employer_to_ask_for():
    organisation: Organisation = make_organisation(suspended_at=clock.now())

    assert look(employer=organisation.slug).answer.employer is None
