"""From an empty account to a listing that coders can read: the employer's whole way, and back."""

from __future__ import annotations

import re
from datetime import timedelta

import time_machine
from sqlalchemy import select

from app import clock
from app.billing.models import Order
from app.extensions import db
from app.jobs.models import Job, JobState
from tests.factories.accounts import make_account, make_moderator
from tests.factories.listings import make_codes
from tests.mailbox import mails_to
from tests.payments import stripe  # noqa: F401

ORGANISATION = {
    "name": "St. Olaf Health",
    "kind": "hospital",
    "website": "olaf.example.org",
    "city": "Northfield",
    "state": "MN",
    "about": "Five hospitals.",
}


def answers() -> dict[str, dict[str, object]]:
    closes_on = clock.today() + timedelta(days=25)
    return {
        "basics": {"title": "Inpatient coder", "role": "coder", "engagement": "full-time"},
        "place": {"place_kind": "remote", "states": ["CA", "CO", "TX"]},
        "pay": {
            "pay_unit": "hour",
            "pay_low_cents": "32",
            "pay_high_cents": "41.50",
            "benefits": "Health, 401(k), paid CEUs",
        },
        "requirements": {"experience": "1-2", "credentials_required": ["ccs", "cic"]},
        "work": {"settings": ["inpatient"], "code_sets": ["icd10cm"], "codes_named": "I21"},
        "standards": {"tool_epic": "preferred", "productivity": "3 charts an hour"},
        "description": {"description": "You code inpatient charts.\n\n- " + "from home " * 12},
        "applying": {"closes_on": closes_on.isoformat(), "apply_method": "here"},
    }


def compose(employer) -> Job:
    employer.post("/employers/new", data=ORGANISATION)
    page = employer.post("/employers/st-olaf-health/jobs").location
    for typed in answers().values():
        assert employer.get(page).status_code == 200
        page = employer.post(page, data=typed).location
    assert page.endswith("/edit/check")
    check = employer.get(page).text
    assert "Still missing" not in check
    assert "Continue to payment" in check
    return db.session.scalars(select(Job)).one()


def pay(employer, stripe, job: Job, **chosen: str) -> None:  # noqa: F811
    checkout = employer.post(f"/employers/jobs/{job.id}/pay", data=chosen)
    assert checkout.status_code == 303
    order = db.session.scalars(select(Order).order_by(Order.id.desc())).first()
    stripe.bank.pay(order.checkout_id)
    assert employer.get(f"/orders/{order.id}/return").status_code in (200, 302, 303)
    stripe.deliver(*stripe.events())
    db.session.expire_all()


def review(desk, job: Job, decision: str, reason: str = "") -> None:
    page = desk.get(f"/desk/listings/{job.id}").text
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
    data = {"decision": decision, "seen": seen, "reason": reason}
    assert desk.post(f"/desk/listings/{job.id}", data=data).status_code == 303
    db.session.expire_all()


def test_a_listing_from_the_first_form_to_the_public(client, client_of, stripe):  # noqa: F811
    make_codes("I21", "I214")
    owner = make_account(email="hiring@olaf.example.org")
    employer, desk = client_of(owner), client_of(make_moderator())

    job = compose(employer)
    assert client.get(f"/jobs/{job.id}").status_code == 404

    pay(employer, stripe, job, sku="listing-30")
    assert job.state == JobState.IN_REVIEW
    assert client.get(f"/jobs/{job.id}").status_code == 404

    review(desk, job, "reject", "Say what the shifts are, please.")
    preview = employer.get(f"/employers/jobs/{job.id}/preview").text
    assert "Say what the shifts are, please." in preview
    employer.post(f"/employers/jobs/{job.id}/revise")
    text = "Days only, no weekends.\n\n" + str(answers()["description"]["description"])
    employer.post(f"/employers/jobs/{job.id}/edit/description", data={"description": text})
    check = employer.get(f"/employers/jobs/{job.id}/edit/check").text
    assert "Submit for review" in check
    assert "Continue to payment" not in check
    employer.post(f"/employers/jobs/{job.id}/submit")

    review(desk, job, "approve")
    page = client.get(f"/jobs/{job.id}", follow_redirects=True)
    assert page.status_code == 200
    for shown in (
        "Inpatient coder",
        "St. Olaf Health",
        "$32 to $41.50 an hour",
        "Days only",
        "I21",
    ):
        assert shown in page.text
    named = {mail.name for mail in mails_to(owner.email)}
    assert {"job_in_review", "job_rejected", "job_approved"} <= named

    employer.post(f"/employers/jobs/{job.id}/pause")
    assert "takes no applications at the moment" in public_text(client, job)
    employer.post(f"/employers/jobs/{job.id}/resume")
    employer.post(f"/employers/jobs/{job.id}/fill")
    assert "closed" in public_text(client, job)


def public_text(client, job: Job) -> str:
    return client.get(f"/jobs/{job.id}", follow_redirects=True).text


def test_a_listing_expires_by_time_and_comes_back_by_renewal(client, client_of, stripe):  # noqa: F811
    make_codes("I21")
    owner = make_account()
    employer, desk = client_of(owner), client_of(make_moderator())
    job = compose(employer)
    pay(employer, stripe, job, sku="listing-30")
    review(desk, job, "approve")
    first = job.published_at

    with time_machine.travel(clock.now() + timedelta(days=31)):
        employer = client_of(owner)  # the session of a month ago has ended as well
        assert "is closed" in public_text(client, job)
        board = employer.get("/employers/st-olaf-health/jobs").text
        assert "Expired" in board
        assert f'href="/employers/jobs/{job.id}/pay"' in board
        closes_on = (clock.today() + timedelta(days=20)).isoformat()
        pay(employer, stripe, job, sku="renewal-30", closes_on=closes_on)
        page = public_text(client, job)
        assert "is closed" not in page
        assert job.published_at == first
        assert job.expires_at - clock.now() > timedelta(days=29)
