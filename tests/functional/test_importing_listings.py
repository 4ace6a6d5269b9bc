"""From a Greenhouse board to a listing that is paid for: read, asked about, completed, kept up."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from app import clock, tasks
from app.extensions import db
from app.jobs.models import Job
from tests.factories.accounts import make_account
from tests.factories.employers import make_organisation
from tests.factories.sources import DESCRIPTION, board, posting
from tests.web_server import serving


def jobs() -> list[Job]:
    return list(db.session.scalars(select(Job).order_by(Job.id)))


def test_an_employer_imports_a_board_and_completes_a_draft(app, client_of):
    owner = make_account()
    organisation = make_organisation(owner=owner)
    browser = client_of(owner)
    closes = (clock.today() + timedelta(days=20)).isoformat()
    coder = posting(
        1,
        title="Coder III lvl",
        content=DESCRIPTION + "<p>Inpatient, CCS required. $30 - $38/hr. 3 years experience.</p>",
        metadata=[{"name": "Employment Type", "value": "Reg FT 40"}],
        application_deadline=closes,
    )
    clerk = posting(2, title="Revenue wizard")
    feeds = f"/employers/{organisation.slug}/feeds"
    with serving() as site:
        site.pages["/board"] = (200, {}, board(coder, clerk))
        form = {"url": site.url("/board"), "schedule": "daily", "kind": "greenhouse"}
        feed = browser.post(feeds, data=form).location
        tasks.drain()
        page = browser.get(feed).text
        assert "Employment: “Reg FT 40”" in page
        assert "Role: “Revenue wizard”" in page
        assert "Role: “Coder III lvl”" not in page  # that is a coder

        answers = {}
        for part in page.split('id="phrase-')[1:]:
            number = part.split('"')[0]
            label = page.split(f'<label for="phrase-{number}">')[1].split("</label>")[0]
            answers[f"phrase-{number}"] = "full-time" if "Reg FT 40" in label else ""
        browser.post(feed, data=answers)
        assert "Employment: “Reg FT 40”" in browser.get(feed).text.split("Answers we remember")[1]

        first, second = jobs()
        check = browser.get(f"/employers/jobs/{first.id}/edit/check").text
        assert "Say what benefits come with it" in check
        pay = {"pay_unit": "hour", "pay_low_cents": "30", "pay_high_cents": "38"}
        browser.post(
            f"/employers/jobs/{first.id}/edit/pay", data={**pay, "benefits": "Health, paid CEUs"}
        )
        check = browser.get(f"/employers/jobs/{first.id}/edit/check").text
        assert "Still missing" not in check
        assert "Continue to payment" in check

        site.pages["/board"] = (200, {}, board({**coder, "title": "Coder III"}))
        browser.post(f"{feed}/run")
        tasks.drain()
    first, second = jobs()
    assert (first.title, first.benefits) == ("Coder III", "Health, paid CEUs")
    assert (first.state, second.state) == ("draft", "archived")
    assert "no longer in the feed, so it was archived" in browser.get(feed).text
