"""Alerts: found once, sent once, fairly mixed, to people who may be written to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
import time_machine
from sqlalchemy import select

from app import clock, tasks
from app.accounts.signals import email_confirmed
from app.extensions import db
from app.jobs.models import Facet, Job, JobState
from app.jobs.services.index import rebuild_index
from app.seekers.commands import tell_of_new_listings
from app.seekers.models import AlertMatch, MatchedJob
from app.seekers.services import (
    alerts,
    change_search,
    delete_search,
    forget_told,
    match_new_listings,
    pause_search,
    recipients_due,
    send_alert,
    stop,
    suppress,
)
from app.seekers.services.alerts import pick
from search import open_engine
from tests.at_once import at_once
from tests.factories.accounts import make_account
from tests.factories.employers import make_organisation
from tests.factories.jobs import make_job
from tests.factories.seekers import make_saved_search
from tests.mailbox import Mail, mails_to

pytestmark = pytest.mark.usefixtures("app")

CCS = [(Facet.CREDENTIAL, "ccs", "required")]
CPC = [(Facet.CREDENTIAL, "cpc", "required")]


@pytest.fixture
def reader():
    return make_account(email="ann@example.com")


@pytest.fixture(autouse=True)
def _index(app):
    rebuild_index()


def listed(**fields) -> Job:
    return make_job(**{"published_at": clock.now() - timedelta(minutes=1), **fields})


def alerts_to(account) -> list[Mail]:
    tell_of_new_listings()
    return [mail for mail in mails_to(account.email) if mail.name == "job_alert"]


class TestWhatIsToldOf:
    def test_a_new_listing_that_a_search_finds(self, reader):
        make_saved_search(account=reader, credential="ccs")
        job = listed(title="Trauma coder", terms=CCS)
        listed(title="Clinic coder", terms=CPC)
        [mail] = alerts_to(reader)
        assert mail.subject == "1 new job: CCS"
        assert "Trauma coder" in mail.text
        assert f"/jobs/{job.id}-trauma-coder" in mail.text
        assert "Clinic coder" not in mail.text
        assert "$28 to $36 an hour" in mail.text

    def test_a_listing_once_however_many_searches_and_runs_find_it(self, reader):
        with time_machine.travel(clock.now(), tick=False) as travel:
            for parameters in ({"credential": "ccs"}, {"place": "remote"}, {"q": "trauma"}):
                make_saved_search(account=reader, **parameters)
            listed(title="Trauma coder", terms=CCS)
            [mail] = alerts_to(reader)
            assert mail.text.count("Trauma coder") == 1
            travel.shift(timedelta(hours=1))
            assert len(alerts_to(reader)) == 1

    def test_a_change_or_a_renewal_tells_of_nothing_again(self, reader):
        with time_machine.travel(clock.now(), tick=False) as travel:
            job = listed(terms=CPC)
            match_new_listings()
            db.session.commit()
            make_saved_search(account=reader, place="remote")
            alerts_to(reader)
            travel.shift(timedelta(hours=1))
            job = db.session.get_one(Job, job.id)
            job.expires_at += timedelta(days=30)
            job.revision += 1
            db.session.commit()
            assert len(alerts_to(reader)) <= 1

    def test_a_listing_whose_start_was_planned_when_it_starts(self, reader):
        with time_machine.travel(clock.now(), tick=False) as travel:
            make_saved_search(account=reader)
            make_job(state=JobState.SCHEDULED, published_at=clock.now() + timedelta(hours=3))
            assert alerts_to(reader) == []
            travel.shift(timedelta(hours=4))
            assert len(alerts_to(reader)) == 1

    def test_nothing_older_than_seven_days(self, reader):
        make_job(published_at=clock.now() - timedelta(days=8))
        make_saved_search(account=reader)
        assert alerts_to(reader) == []

    def test_nothing_that_closed_between_finding_and_telling(self, reader):
        make_saved_search(account=reader)
        job = listed()
        match_new_listings()
        db.session.commit()
        db.session.get_one(Job, job.id).state = JobState.FILLED
        db.session.commit()
        assert alerts_to(reader) == []
        assert db.session.scalars(select(AlertMatch)).one().done_at is not None


class TestOneMail:
    def test_a_person_gets_one_mail_for_all_searches(self, reader):
        make_saved_search(account=reader, credential="ccs", name="Inpatient")
        make_saved_search(account=reader, credential="cpc", name="Clinics")
        listed(title="Trauma coder", terms=CCS)
        listed(title="Clinic coder", terms=CPC)
        [mail] = alerts_to(reader)
        assert mail.subject == "2 new jobs: Inpatient and 1 other search"
        assert mail.text.index("Inpatient") < mail.text.index("Trauma coder")
        assert mail.text.index("Clinics") < mail.text.index("Clinic coder")

    def test_two_mails_are_ten_minutes_apart(self, reader):
        with time_machine.travel(clock.now(), tick=False) as travel:
            make_saved_search(account=reader)
            listed(title="First coder")
            assert len(alerts_to(reader)) == 1
            travel.shift(timedelta(minutes=5))
            listed(title="Second coder")
            assert len(alerts_to(reader)) == 1
            travel.shift(timedelta(minutes=6))
            assert "Second coder" in alerts_to(reader)[1].text

    def test_a_daily_search_tells_in_the_morning_and_a_weekly_one_on_monday(self, reader):
        wednesday = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)
        other = make_account()
        with time_machine.travel(wednesday, tick=False) as travel:
            make_saved_search(account=reader, frequency="daily")
            make_saved_search(account=other, frequency="weekly")
            listed()
            assert alerts_to(reader) == []
            travel.move_to(datetime(2026, 11, 26, 12, 1, tzinfo=UTC))
            assert len(alerts_to(reader)) == 1
            assert alerts_to(other) == []
            travel.move_to(datetime(2026, 11, 30, 12, 1, tzinfo=UTC))
            assert len(alerts_to(other)) == 1
            assert len(alerts_to(reader)) == 1

    def test_of_two_searches_the_sooner_one_tells(self, reader):
        make_saved_search(account=reader, frequency="weekly", name="Slow")
        make_saved_search(account=reader, place="remote", name="Fast")
        listed()
        [mail] = alerts_to(reader)
        assert "Fast" in mail.subject

    def test_a_search_made_slower_waits_and_one_made_faster_does_not(self, reader):
        saved = make_saved_search(account=reader, frequency="weekly")
        listed()
        match_new_listings()
        db.session.commit()
        assert alerts_to(reader) == []
        change_search(saved, name="", frequency="instant")
        db.session.commit()
        assert len(alerts_to(reader)) == 1

    def test_two_workers_write_once(self, app, reader):
        make_saved_search(account=reader)
        listed()
        at_once(app, *[match_new_listings] * 4)
        reader_id = db.session.scalars(select(AlertMatch.recipient_id)).one()
        outcomes = at_once(app, *[lambda: send_alert(reader_id)] * 4)
        assert sorted(outcomes) == [False, False, False, True]
        assert len(mails_to(reader.email)) == 1

    def test_alerts_wait_while_much_other_mail_does(self, reader, monkeypatch):
        make_saved_search(account=reader)
        listed()
        match_new_listings()
        db.session.commit()
        for _ in range(alerts.LONGEST_LINE + 1):
            tasks.defer("seekers.look_back", {"search_id": 0})
        db.session.commit()
        assert recipients_due() == ()
        tasks.drain()
        assert len(recipients_due()) == 1


class TestTheOrder:
    def test_it_is_that_of_the_page_and_featured_only_breaks_ties(self, reader):
        make_saved_search(account=reader, credential="ccs")
        poor = listed(title="Poor coder", terms=CCS, benefits="", experience="",
                      featured_until=clock.now() + timedelta(days=3))  # fmt: skip
        rich = listed(title="Rich coder", terms=CCS, productivity="4 charts an hour")
        rebuild_index()
        [mail] = alerts_to(reader)
        assert mail.text.index(rich.title) < mail.text.index(poor.title)
        assert "Poor coder (Featured)" in mail.text

    def test_without_the_engine_every_listing_is_still_told_of(self, app, reader, monkeypatch):
        monkeypatch.setitem(app.extensions, "search_engine", open_engine("http://127.0.0.1:9"))
        make_saved_search(account=reader)
        listed(title="First coder")
        listed(title="Second coder")
        [mail] = alerts_to(reader)
        assert "First coder" in mail.text
        assert "Second coder" in mail.text

    def test_of_ten_in_a_row_two_are_from_one_employer_and_the_rest_is_a_link(self, reader):
        make_saved_search(account=reader)
        large = make_organisation(name="Large Health")
        for number in range(6):
            listed(title=f"Large coder {number}", organisation=large)
        for number in range(3):
            listed(title=f"Small coder {number}")
        rebuild_index()
        [mail] = alerts_to(reader)
        assert mail.subject.startswith("9 new jobs")
        assert mail.text.count("Large coder") == 2
        assert mail.text.count("Small coder") == 3
        assert "4 more new jobs in this search" in mail.text
        assert (
            db.session.scalars(select(AlertMatch).where(AlertMatch.done_at.is_(None))).all() == []
        )


@dataclass
class _Card:
    organisation: str


class TestPicking:
    def test_no_ten_in_a_row_hold_three_of_one_employer(self):
        chance = Random(3)
        for _ in range(50):
            lists = [
                [_Card(chance.choice("aaaaabcde")) for _ in range(chance.randint(0, 40))]
                for _ in range(chance.randint(1, 4))
            ]
            picked = pick(lists)
            read = [card.organisation for cards in picked for card in cards]
            assert len(read) <= 20
            for start in range(len(read)):
                window = read[start : start + 10]
                assert max(map(window.count, window)) <= 2

    def test_room_that_one_search_leaves_is_the_others(self):
        many = [[_Card(str(n)) for n in range(40)], [_Card("x")]]
        assert [len(cards) for cards in pick(many)] == [19, 1]

    def test_nothing_is_picked_from_nothing(self):
        assert pick([]) == []
        assert pick([[]]) == [[]]


class TestSavedJustNow:
    def test_the_first_mail_brings_the_last_seven_days(self, reader):
        make_job(title="Old coder", published_at=clock.now() - timedelta(days=9))
        make_job(title="Recent coder", published_at=clock.now() - timedelta(days=6))
        match_new_listings()
        db.session.commit()
        rebuild_index()
        make_saved_search(account=reader, q="coder")
        tasks.drain()
        [mail] = alerts_to(reader)
        assert "Recent coder" in mail.text
        assert "Old coder" not in mail.text

    def test_the_look_back_takes_words_as_they_are_spelled(self, reader):
        make_job(title="Radiology auditor")
        match_new_listings()
        db.session.commit()
        rebuild_index()
        make_saved_search(account=reader, q="radiolgy")
        tasks.drain()
        assert alerts_to(reader) == []

    @pytest.mark.parametrize("end", [pause_search, delete_search])
    def test_what_a_paused_or_deleted_search_had_found_another_may_tell(self, reader, end):
        first = make_saved_search(account=reader, frequency="instant")
        make_saved_search(account=reader, frequency="daily", place="remote", name="Remote")
        listed(title="Trauma coder")
        rebuild_index()
        match_new_listings()
        db.session.commit()
        end(first)
        db.session.commit()
        tasks.drain()
        with time_machine.travel(clock.now() + timedelta(days=1, minutes=1), tick=False):
            [mail] = alerts_to(reader)
        assert "Trauma coder" in mail.text
        assert "Remote" in mail.subject


class TestWhoIsWrittenTo:
    @pytest.mark.parametrize("end", ["pause", "stop", "suppress"])
    def test_nobody_who_paused_stopped_or_bounced(self, reader, end):
        saved = make_saved_search(account=reader)
        listed()
        match_new_listings()
        db.session.commit()
        if end == "pause":
            pause_search(saved)
        elif end == "stop":
            stop(saved.recipient)
        else:
            suppress(reader.email, "bounce")
        db.session.commit()
        listed(title="Another coder")
        assert alerts_to(reader) == []

    def test_the_address_that_an_account_has_now(self, reader):
        make_saved_search(account=reader)
        reader.email = "ann@elsewhere.example.com"
        db.session.commit()
        email_confirmed.send(reader)
        db.session.commit()
        listed()
        assert len(alerts_to(reader)) == 1


def test_what_was_told_of_long_ago_is_forgotten(reader):
    make_saved_search(account=reader)
    listed()
    alerts_to(reader)
    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        forget_told()
        db.session.commit()
        assert db.session.scalars(select(AlertMatch)).all() == []
        assert db.session.scalars(select(MatchedJob)).all() == []
