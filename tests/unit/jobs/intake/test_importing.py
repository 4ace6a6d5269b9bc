"""Imports: a feed makes, changes and closes listings, once, and only those of its own employer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app import clock, tasks
from app.errors import Conflict, Invalid, NotFound
from app.extensions import db
from app.jobs.content import content_of
from app.jobs.models import ImportedJob, ImportItem, ImportPhrase, ImportRun, Job, JobRevision
from app.jobs.services import listings
from app.jobs.services.intake import importing, phrases, source_pages, sources
from tests.factories.accounts import make_account, make_operator
from tests.factories.employers import make_organisation
from tests.factories.jobs import make_job
from tests.factories.sources import DESCRIPTION, board, make_source, posting, send, worked_off
from tests.web_server import serving


@pytest.fixture
def employer(app):
    return make_account()


@pytest.fixture
def organisation(employer):
    return make_organisation(owner=employer)


def jobs_of(organisation):
    return db.session.scalars(
        select(Job).where(Job.organisation_id == organisation.id).order_by(Job.id)
    ).all()


def counts(run):
    return {
        name: getattr(run, name)
        for name in ("added", "changed", "unchanged", "closed", "duplicates", "refused")
        if getattr(run, name)
    }


def said(run):
    return "\n".join(message for _, message in run.messages)


def complete(number=1, **changes):
    """A posting that states all a listing needs, but for its benefits."""
    return posting(
        number,
        **{
            "content": DESCRIPTION + "<p>Inpatient, 2 years of experience. Pay $30 - $38/hr.</p>",
            "application_deadline": (clock.today() + timedelta(days=20)).isoformat(),
            **changes,
        },
    )


def make_live(job, **fields):
    job.state, job.paid_days, job.benefits = "live", 30, "Health"
    job.published_at = clock.now() - timedelta(days=1)
    job.expires_at = clock.now() + timedelta(days=29)
    for name, value in fields.items():
        setattr(job, name, value)
    db.session.commit()


def test_a_posting_becomes_a_draft_with_what_could_be_read(employer, organisation):
    run = send(employer, organisation, board(complete()))
    assert counts(run) == {"added": 1}
    (job,) = jobs_of(organisation)
    content = content_of(job)
    assert job.state == "draft"
    assert (content.title, content.role, content.requisition) == ("Inpatient Coder", "coder", "R-1")
    assert (content.pay_unit, content.pay_low_cents, content.pay_high_cents) == ("hour", 3000, 3800)
    assert (content.place_kind, content.engagement) == ("remote", "full-time")
    assert content.settings == ("inpatient",)
    source = db.session.get(ImportRun, run.id).source
    ((row,), last_page) = source_pages.drafts_of(source, 1)
    assert [fault.field for fault in row.missing] == ["benefits"]
    assert last_page == 1


def test_a_draft_still_has_to_be_paid_for(employer, organisation):
    send(employer, organisation, board(complete()))
    (job,) = jobs_of(organisation)
    assert job.paid_days == 0
    assert job.published_at is None


def test_running_twice_changes_nothing(employer, organisation):
    send(employer, organisation, board(complete(), posting(2)))
    again = send(employer, organisation, board(posting(2), complete()))
    assert counts(again) == {"unchanged": 2}
    assert len(jobs_of(organisation)) == 2


def test_a_changed_posting_changes_its_draft_and_leaves_what_was_edited_here(
    employer, organisation
):
    send(employer, organisation, board(complete()))
    (job,) = jobs_of(organisation)
    job.title, job.benefits = "Inpatient coder, nights", "Health"
    db.session.commit()
    changed = complete(title="Inpatient Coder II", location={"name": "Remote - US (TX, FL)"})
    run = send(employer, organisation, board(changed))
    content = content_of(jobs_of(organisation)[0])
    assert content.states == ("FL", "TX")
    assert content.title == "Inpatient coder, nights"
    assert content.benefits == "Health"
    assert counts(run) == {"changed": 1}
    assert "what was edited here stays: title" in said(run)


def test_a_changed_posting_of_a_live_listing_is_proposed(employer, organisation):
    send(employer, organisation, board(complete()))
    (job,) = jobs_of(organisation)
    make_live(job)
    run = send(employer, organisation, board(complete(title="Inpatient Coder II")))
    proposal = db.session.scalars(select(JobRevision)).one()
    assert proposal.content["title"] == "Inpatient Coder II"
    assert job.title == "Inpatient Coder"
    assert "waits for a moderator" in said(run)


def test_a_change_that_cannot_be_made_yet_is_tried_again(employer, organisation):
    send(employer, organisation, board(complete()))
    (job,) = jobs_of(organisation)
    job.state = "in_review"
    db.session.commit()
    run = send(employer, organisation, board(complete(title="Inpatient Coder II")))
    assert counts(run) == {"refused": 1}
    job.state = "draft"
    db.session.commit()
    run = send(employer, organisation, board(complete(title="Inpatient Coder II")))
    assert counts(run) == {"changed": 1}
    assert jobs_of(organisation)[0].title == "Inpatient Coder II"


def test_what_vanished_is_closed_and_a_draft_put_away(employer, organisation):
    send(employer, organisation, board(*(complete(n) for n in range(1, 6))))
    make_live(jobs_of(organisation)[0])
    run = send(employer, organisation, board(*(complete(n) for n in range(3, 6))))
    assert counts(run) == {"unchanged": 3, "closed": 2}
    assert [job.state for job in jobs_of(organisation)[:2]] == ["filled", "archived"]
    assert "no longer in the feed, so it was closed" in said(run)


def test_more_than_half_at_once_is_not_closed_unasked(employer, organisation):
    send(employer, organisation, board(*(complete(n) for n in range(1, 7))))
    for _ in range(3):
        run = send(employer, organisation, board(complete(1)))
        assert run.kept_open == 5
        assert run.closed == 0
    assert {job.state for job in jobs_of(organisation)} == {"draft"}


def test_the_few_jobs_of_a_small_feed_go_when_two_readings_agree(employer, organisation):
    send(employer, organisation, board(complete(1)))
    assert send(employer, organisation, board()).kept_open == 1
    assert send(employer, organisation, board()).closed == 1
    assert jobs_of(organisation)[0].state == "archived"


def test_a_feed_that_is_not_whole_closes_nothing(employer, organisation):
    send(employer, organisation, board(complete(1), complete(2), complete(3)))
    short = board(complete(1), complete(2)).replace(b'"total": 2', b'"total": 3')
    run = send(employer, organisation, short)
    assert run.closed == 0
    assert "not whole" in said(run)


def test_what_comes_back_is_opened_again(employer, organisation):
    everything = board(*(complete(n) for n in range(1, 5)))
    send(employer, organisation, everything)
    first, second, *_ = jobs_of(organisation)
    make_live(first)
    send(employer, organisation, board(complete(3), complete(4)))
    run = send(employer, organisation, everything)
    assert first.state == "live"
    assert "reopened" in said(run)
    assert second.state == "archived"
    assert jobs_of(organisation)[-1].state == "draft"  # the archived draft was made anew
    assert counts(send(employer, organisation, everything)) == {"unchanged": 4}


def test_a_requisition_that_was_entered_by_hand_is_not_added_again(employer, organisation):
    by_hand = make_job(organisation=organisation, requisition="r-1", title="Coder (inpatient)")
    run = send(employer, organisation, board(complete(1), complete(2)))
    assert counts(run) == {"added": 1, "duplicates": 1}
    assert f"this is listing {by_hand.id}" in said(run)
    send(employer, organisation, board(complete(2), complete(3)))
    assert by_hand.state == "live"  # the feed closes only what it made


def test_the_same_requisition_elsewhere_is_another_job(employer, organisation):
    places = [{"name": "Austin, TX"}, {"name": "Dallas, TX"}, {"name": "Austin, Texas"}]
    run = send(
        employer,
        organisation,
        board(*(complete(n, requisition_id="R-9", location=p) for n, p in enumerate(places))),
    )
    assert counts(run) == {"added": 2, "duplicates": 1}


def test_without_a_requisition_title_place_and_pay_tell(employer, organisation):
    alike = [complete(n, requisition_id=None) for n in (1, 2)]
    other = complete(3, requisition_id=None, location={"name": "Remote - US (TX)"})
    unknown = [posting(n, requisition_id=None) for n in (4, 5)]  # no pay: too little to tell
    run = send(employer, organisation, board(*alike, other, *unknown))
    assert counts(run) == {"added": 4, "duplicates": 1}


def test_an_id_that_comes_twice_counts_once(employer, organisation):
    run = send(employer, organisation, board(complete(1), complete(1), complete(1, title="Coder")))
    assert counts(run) == {"added": 1, "refused": 2}
    assert "says the same" in said(run)
    assert "something else" in said(run)


def test_what_a_phrase_means_is_asked_once_and_remembered(employer, organisation):
    strange = {"metadata": [{"name": "Employment Type", "value": "Regular benefitted"}]}
    send(employer, organisation, board(complete(1, **strange), complete(2, **strange)))
    source = db.session.scalars(select(importing.JobSource)).one()
    (question,) = phrases.questions_of(source)
    assert (question.phrase.shown, question.count) == ("Regular benefitted", 2)
    assert sources.decide_phrases(employer, source, {question.phrase.id: "full-time"}) == 2
    db.session.commit()
    assert {content_of(job).engagement for job in jobs_of(organisation)} == {"full-time"}
    assert phrases.questions_of(source) == []
    assert len(phrases.questions_of(source, decided=True)) == 1
    send(employer, organisation, board(*(complete(n, **strange) for n in (1, 2, 3))))
    assert content_of(jobs_of(organisation)[2]).engagement == "full-time"
    sources.decide_phrases(employer, source, {question.phrase.id: "-"})
    assert {content_of(job).engagement for job in jobs_of(organisation)} == {""}


def test_a_decision_leaves_what_was_chosen_by_hand(employer, organisation):
    strange = {"metadata": [{"name": "Employment Type", "value": "Regular benefitted"}]}
    send(employer, organisation, board(complete(1, **strange)))
    (job,) = jobs_of(organisation)
    job.engagement = "prn"
    db.session.commit()
    source = db.session.scalars(select(importing.JobSource)).one()
    (question,) = phrases.questions_of(source)
    sources.decide_phrases(employer, source, {question.phrase.id: "full-time"})
    assert job.engagement == "prn"


def test_a_decision_must_be_one_of_the_answers_and_about_ones_own_phrase(employer, organisation):
    send(employer, organisation, board(complete(1, title="Tax clerk")))
    source = db.session.scalars(select(importing.JobSource)).one()
    (question,) = phrases.questions_of(source)
    with pytest.raises(Invalid):
        sources.decide_phrases(employer, source, {question.phrase.id: "emperor"})
    other = make_account()
    theirs = make_source(organisation=make_organisation(owner=other), account=other)
    assert sources.decide_phrases(other, theirs, {question.phrase.id: "coder"}) == 0
    assert db.session.get(ImportPhrase, question.phrase.id).choice == ""
    with pytest.raises(NotFound):
        sources.decide_phrases(other, source, {question.phrase.id: "coder"})


def test_an_interrupted_run_goes_on_where_it_stood(employer, organisation):
    _, run = sources.take_file(
        employer,
        organisation,
        name="board.json",
        content=board(*(complete(n) for n in range(5))),
        kind="auto",
    )
    db.session.commit()
    importing.go_on(run, chunk=2)
    db.session.commit()
    importing.go_on(run, chunk=2)
    db.session.rollback()  # a worker was killed in the middle of the second piece
    assert len(jobs_of(organisation)) == 2
    run = db.session.get(ImportRun, run.id)
    worked_off(run)
    assert counts(run) == {"added": 5}
    assert db.session.scalar(select(func.count(ImportItem.id))) == 0


def test_a_lost_run_is_taken_up_and_in_the_end_given_up(employer, organisation, time_machine):
    _, run = sources.take_file(
        employer, organisation, name="board.json", content=board(complete()), kind="auto"
    )
    db.session.commit()
    assert importing.take_up_lost_runs() == 0
    time_machine.move_to(clock.now() + timedelta(minutes=11), tick=False)
    assert importing.take_up_lost_runs() == 1
    db.session.commit()
    tasks.drain()
    assert db.session.get(ImportRun, run.id).state == "done"
    stuck = importing.begin_run(run.source, employer)
    db.session.commit()
    time_machine.move_to(clock.now() + timedelta(days=2), tick=False)
    importing.take_up_lost_runs()
    assert stuck.state == "failed"


def test_there_is_one_run_of_a_source_at_a_time(employer, organisation):
    send(employer, organisation, board(complete()))
    source = db.session.scalars(select(importing.JobSource)).one()
    importing.begin_run(source, employer)
    with pytest.raises(Conflict, match="right now"):
        importing.begin_run(source, employer)
    with pytest.raises(Conflict):
        sources.act_on_source(employer, source, "remove")


def test_a_finished_run_is_not_done_again(employer, organisation):
    run = send(employer, organisation, board(complete()))
    assert importing.go_on(run) is False
    assert counts(run) == {"added": 1}


def test_a_feed_is_read_from_its_address_and_asked_whether_it_changed(employer, organisation):
    with serving() as site:
        site.pages["/board"] = (200, {"ETag": '"1"'}, board(complete()))
        source = sources.add_source(
            employer, organisation, url=site.url("/board"), kind="auto", schedule="daily"
        )
        db.session.commit()
        tasks.drain()
        assert len(jobs_of(organisation)) == 1
        site.pages["/board"] = (304, {}, b"")
        run = worked_off(importing.begin_run(source, employer))
    assert site.asked[1][2]["if-none-match"] == '"1"'
    assert counts(run) == {"unchanged": 1}
    assert "has not changed" in said(run)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ((404, {}, b""), "answers with 404"),
        ((500, {}, b"oops"), "answers with 500"),
        ((200, {}, b"<html><body>Log in</body></html>"), "no JobPosting"),
        ((200, {}, b""), "empty"),
        ((200, {}, b'{"jobs": [{"id": 1, "ti'), "not whole"),
        ((200, {"Content-Length": "9999"}, b"half"), "did not answer"),
    ],
)
def test_a_feed_that_cannot_be_read_closes_nothing_and_says_why(
    employer, organisation, answer, expected
):
    with serving() as site:
        site.pages["/board"] = (200, {}, board(complete()))
        source = sources.add_source(
            employer, organisation, url=site.url("/board"), kind="auto", schedule="daily"
        )
        tasks_done(source)
        site.pages["/board"] = answer
        for _ in range(importing.FAILURES):
            run = worked_off(importing.begin_run(source, None))
    assert run.state == "failed"
    assert expected in said(run)
    assert jobs_of(organisation)[0].state == "draft"
    assert "5 times in a row" in source.paused


def tasks_done(source):
    db.session.commit()
    tasks.drain()
    db.session.refresh(source)


def test_what_is_due_is_begun_once(employer, organisation, time_machine):
    source = make_source(
        organisation=organisation,
        account=employer,
        url="http://127.0.0.1:1/feed",
        schedule="hourly",
        next_run_at=clock.now(),
    )
    assert importing.start_due_runs() == 1
    assert importing.start_due_runs() == 0
    db.session.commit()
    tasks.drain()
    assert source.failures == 1
    time_machine.move_to(clock.now() + timedelta(minutes=61), tick=False)
    source.paused = "Paused by a member."
    assert importing.start_due_runs() == 0


def test_a_feed_of_someone_who_left_stops(employer, organisation):
    source = make_source(
        organisation=organisation, account=make_account(), url="http://127.0.0.1:1/"
    )
    run = worked_off(importing.begin_run(source, None))
    assert run.state == "failed"
    assert "no longer a member" in said(run)


def test_a_suspended_organization_imports_nothing(employer, organisation):
    run = send(employer, organisation, board(complete(1)))
    organisation.suspended_at = clock.now()
    db.session.commit()
    run = worked_off(importing.begin_run(run.source, None))
    assert "suspended" in said(run)
    with pytest.raises(Conflict):
        sources.send_file(employer, organisation, name="x.json", content=board(), kind="auto")


def test_an_employers_feed_has_an_end(employer, organisation):
    many = [{"id": n, "title": "Coder"} for n in range(importing.MOST_OF_AN_EMPLOYER + 1)]
    run = send(employer, organisation, board(*many))
    assert run.state == "failed"
    assert "5,000 is the most" in said(run)
    assert jobs_of(organisation) == []


def test_an_address_is_added_once_and_must_be_one(employer, organisation):
    for url in ("ftp://x.example/a", "not an address", "http://user:pw@x.example/"):
        with pytest.raises(Invalid):
            sources.add_source(employer, organisation, url=url, kind="auto", schedule="daily")
    url = "https://boards.greenhouse.io/example"
    source = sources.add_source(employer, organisation, url=url, kind="auto", schedule="off")
    assert source.url.startswith("https://boards-api.greenhouse.io/v1/boards/example/jobs?")
    with pytest.raises(Invalid, match="already"):
        sources.add_source(employer, organisation, url=url, kind="auto", schedule="off")
    with pytest.raises(Invalid):
        sources.add_source(employer, organisation, url=f"{url}2", kind="fax", schedule="off")


def test_there_are_so_many_feeds_and_no_more(employer, organisation):
    for _ in range(sources.MOST_SOURCES):
        make_source(organisation=organisation, account=employer)
    with pytest.raises(Conflict):
        sources.send_file(employer, organisation, name="x.json", content=board(), kind="auto")


def test_imported_drafts_do_not_use_up_those_written_by_hand(employer, organisation):
    many = ({"id": n, "title": "Coder"} for n in range(listings.MOST_DRAFTS + 1))
    assert counts(send(employer, organisation, board(*many))) == {"added": listings.MOST_DRAFTS + 1}
    assert listings.start_listing(employer, organisation).id


def test_removing_a_feed_leaves_its_listings(employer, organisation):
    strange = {"metadata": [{"name": "Employment Type", "value": "Regular benefitted"}]}
    run = send(employer, organisation, board(complete(1, **strange)))
    sources.act_on_source(employer, run.source, "remove")
    db.session.commit()
    assert len(jobs_of(organisation)) == 1
    assert db.session.scalar(select(func.count(ImportedJob.id))) == 0


def test_what_an_operator_grants_goes_live_by_itself(employer, organisation):
    operator = make_operator()
    run = send(employer, organisation, board(complete(1)))
    (job,) = jobs_of(organisation)
    job.benefits = "Health"
    db.session.commit()
    sources.act_on_source(operator, run.source, "grant")
    again = complete(1, title="Inpatient Coder III")
    send(employer, organisation, board(again, complete(2)))
    first, second = jobs_of(organisation)
    assert (first.state, first.paid_days) == ("live", 60)
    assert first.published_at is not None
    assert second.state == "draft"  # its benefits are missing
    send(employer, organisation, board({**again, "title": "Lead Coder"}, complete(2)))
    assert jobs_of(organisation)[0].title == "Lead Coder"


def test_only_an_operator_of_no_part_in_it_grants(employer, organisation):
    run = send(employer, organisation, board(complete(1)))
    with pytest.raises(NotFound):
        sources.act_on_source(employer, run.source, "grant")
    operator = make_operator()
    own = make_organisation(owner=operator)
    theirs = send(operator, own, board(complete(1)), name="own.json")
    with pytest.raises(Exception, match="another operator"):
        sources.act_on_source(operator, theirs.source, "grant")


def test_confirming_closes_what_is_missing(employer, organisation):
    with serving() as site:
        site.pages["/board"] = (200, {}, board(*(complete(n) for n in range(4))))
        source = sources.add_source(
            employer, organisation, url=site.url("/board"), kind="auto", schedule="off"
        )
        tasks_done(source)
        site.pages["/board"] = (200, {}, board(complete(0)))
        assert worked_off(importing.begin_run(source, employer)).kept_open == 3
        sources.act_on_source(employer, source, "close-many")
        tasks_done(source)
    assert [job.state for job in jobs_of(organisation)] == ["draft", *["archived"] * 3]


def test_runs_of_long_ago_are_forgotten_but_for_the_last(employer, organisation, time_machine):
    for _ in range(3):
        run = send(employer, organisation, board(complete(1)))
    time_machine.move_to(clock.now() + importing.KEPT + timedelta(days=1), tick=False)
    importing.forget_old_runs()
    assert db.session.scalars(select(ImportRun.id)).all() == [run.id]
