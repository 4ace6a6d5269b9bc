"""Scripts typed into every field that takes text: no page runs one, and no page even tries to."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from app import clock
from app.accounts.models import Account, Staff
from app.applications.models import Application
from app.employers.models import Organisation
from app.extensions import db
from app.jobs.models import Job, JobState
from app.jobs.services import rebuild_index
from app.seekers.models import Experience
from tests.browser.hostile import PAYLOADS, payloads_for
from tests.browser.site import Site
from tests.clients import signed_in
from tests.factories.accounts import make_account
from tests.factories.documents import pdf_bytes

LISTINGS = 40
EMPLOYERS = 4
IN_A_DESCRIPTION = 8  # so that the listings together hold every payload as HTML

# Counts what ran and what the policy had to stop: a page that is right asks it to stop nothing.
WATCH = """
window.ran = [];
for (const name of ["alert", "confirm", "prompt"]) window[name] = () => window.ran.push(name);
document.addEventListener("securitypolicyviolation", (event) =>
  window.ran.push(`stopped: ${event.violatedDirective} ${event.blockedURI}`));
"""
FOUND = """() => {
  const leads = ["href", "src", "action", "formaction", "data", "xlink:href"];
  const bad = (attribute) => attribute.name.startsWith("on") || leads.includes(attribute.name)
    && /^[\\s\\x00-\\x20]*(javascript|vbscript|data:text)/i.test(attribute.value);
  const left = [...document.querySelectorAll("*")].flatMap((element) =>
    [...element.attributes].filter(bad).map((a) => `<${element.localName} ${a.name}>`));
  return [...window.ran, ...left];
}"""


@dataclass(frozen=True)
class Cast:
    """Whose every word is hostile, and what came of it; `cookies` by role."""

    cookies: dict[str, dict[str, str]]
    titles: dict[int, str]  # of the listings, by number
    slugs: list[str]
    applications: list[int]


def test_there_are_three_hundred_different_ones() -> None:
    assert len(set(PAYLOADS)) >= 300


@pytest.fixture
def cast(site: Site) -> Cast:
    with site.inside() as app:
        people = {
            "employer": make_account(),
            "coder": make_account(),
            "operator": make_account(staff=Staff.OPERATOR),
        }
        clients = {role: signed_in(app, account) for role, account in people.items()}
        jobs = list(_employ(clients["employer"], people["employer"]))
        rebuild_index()
        applications = list(_apply(clients["coder"], jobs))
        for start, (application, job) in enumerate(zip(applications, jobs, strict=True)):
            _send(
                clients["employer"],
                f"/employers/applications/{application.id}/move",
                stage="interview",
                message=payloads_for(4_000, start * 30, 30),
            )
            if start % 10 == 0:
                reason = payloads_for(2_000, start, 15)
                _send(
                    clients["operator"],
                    f"/desk/listings/{job.id}",
                    decision="remove",
                    reason=reason,
                )
        return Cast(
            {role: _cookie(app, client) for role, client in clients.items()},
            {job.id: job.title for job in jobs},
            sorted({job.organisation.slug for job in jobs}),
            [application.id for application in applications],
        )


def _send(client: FlaskClient, path: str, **form: object) -> None:
    answer = client.post(path, data=form)
    assert answer.status_code in (302, 303), (path, form)


def _employ(client: FlaskClient, owner: Account) -> Iterator[Job]:
    for number in range(LISTINGS):
        if number % (LISTINGS // EMPLOYERS) == 0:
            _send(
                client,
                "/employers/new",
                name=payloads_for(100, number + 3),
                kind="hospital",
                website=f"https://example.com/?q={quote(payloads_for(60, number))}",
                city=payloads_for(80, number + 5),
                state="TX",
                about=payloads_for(5_000, number * 10, 40),
            )
            organisation = db.session.scalars(
                select(Organisation).order_by(Organisation.id.desc()).limit(1)
            ).one()
        yield _compose(client, owner, organisation, number)


def _compose(client: FlaskClient, owner: Account, organisation: Organisation, number: int) -> Job:
    _send(client, f"/employers/{organisation.slug}/jobs")
    job = db.session.scalars(select(Job).order_by(Job.id.desc()).limit(1)).one()
    closes = clock.now().date() + timedelta(days=20)
    steps: dict[str, dict[str, object]] = {
        "basics": {"title": payloads_for(100, number * 7), "role": "coder",
                   "engagement": "full-time", "requisition": payloads_for(60, number * 5)},
        "place": {"place_kind": "onsite", "city": payloads_for(80, number * 3),
                  "state_code": "TX"},
        "pay": {"pay_unit": "hour", "pay_low_cents": "30", "pay_high_cents": "40",
                "benefits": payloads_for(1_000, number * 7, 7)},
        "standards": {"productivity": payloads_for(120, number * 11)},
        "description": {"description": payloads_for(20_000, number * 8, IN_A_DESCRIPTION)},
        "applying": {"closes_on": closes.isoformat(), "apply_method": "here"},
    }  # fmt: skip
    for step, answers in steps.items():
        _send(client, f"/employers/jobs/{job.id}/edit/{step}", **answers)
    moment = clock.now()
    job.state, job.published_at = JobState.LIVE, moment
    job.paid_days, job.expires_at = 30, moment + timedelta(days=30)
    db.session.commit()
    return job


def _apply(client: FlaskClient, jobs: list[Job]) -> Iterator[Application]:
    position = ""
    for number, job in enumerate(jobs):
        _send(
            client,
            "/profile/edit",
            headline=payloads_for(120, number * 8),
            city=payloads_for(80, number * 8),
            state="TX",
            phone="512-555-0100",
            summary=payloads_for(4_000, number * 30, 30),
        )
        _send(
            client,
            "/profile/credentials",
            credential="cpc",
            member_number=payloads_for(40, number),
        )
        _send(
            client,
            f"/profile/experience{position}",
            title=payloads_for(120, number * 8 + 2),
            employer=payloads_for(120, number * 8 + 4),
            started_on="2020-01",
        )
        _send(
            client,
            f"/jobs/{job.id}/apply",
            resume="upload",
            file=(io.BytesIO(pdf_bytes()), f"<img src=x onerror=alert({number})>.pdf"),
            note=payloads_for(4_000, number * 30, 30),
        )
        position = f"/{db.session.scalars(select(Experience.id)).all()[-1]}"
        yield db.session.scalars(select(Application).where(Application.job_id == job.id)).one()


def _cookie(app: Flask, client: FlaskClient) -> dict[str, str]:
    cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    return {"name": cookie.key, "value": cookie.value}


def look(page: Page, paths: list[str]) -> list[str]:
    """What ran, was stopped or was left standing on the pages."""
    faults = []
    for path in paths:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status < 500, path
        faults += [f"{path[:80]}: {fault}" for fault in page.evaluate(FOUND)]
    return faults


def opened(chromium: Browser, site: Site, cookie: dict[str, str] | None = None) -> Page:
    context = chromium.new_context(base_url=site.url)
    if cookie:
        context.add_cookies([{**cookie, "url": site.url}])
    context.add_init_script(WATCH)
    return context.new_page()


def test_what_strangers_wrote_is_text_to_everyone(
    chromium: Browser, site: Site, cast: Cast
) -> None:
    page = opened(chromium, site)
    faults = look(page, ["/", "/jobs", *(f"/companies/{slug}" for slug in cast.slugs)])
    for job_id, title in cast.titles.items():
        faults += look(page, [f"/jobs/{job_id}"])
        if page.locator("article.listing").count():
            assert page.locator("h1").inner_text().split() == title.split()
    page.context.close()
    for role, paths in meant_for(cast).items():
        page = opened(chromium, site, cast.cookies[role])
        faults += look(page, paths)
        page.context.close()
    assert faults == []


def meant_for(cast: Cast) -> dict[str, list[str]]:
    """The pages where those read it whom it was written to."""
    return {
        "employer": [
            "/employers",
            *(f"/employers/{slug}/{page}" for slug in cast.slugs for page in ("jobs", "edit")),
            *(f"/employers/jobs/{job_id}/applications" for job_id in cast.titles),
            *(f"/employers/applications/{number}" for number in cast.applications),
            *(f"/employers/jobs/{job_id}/edit/check" for job_id in list(cast.titles)[:8]),
        ],
        "coder": [
            "/profile",
            "/profile/edit",
            "/profile/credentials",
            "/profile/experience",
            "/profile/resume",
            "/applications",
            *(f"/applications/{number}" for number in cast.applications),
        ],
        "operator": [
            "/desk",
            *(f"/desk/organizations/{slug}" for slug in cast.slugs),
            *(f"/desk/listings/{job_id}" for job_id in cast.titles),
        ],
    }


def test_what_an_address_holds_is_text(chromium: Browser, site: Site) -> None:
    page = opened(chromium, site)
    shapes = (
        "/jobs?q={}&credential={}&near={}",
        "/codes/search?q={}",
        "/codes/icd10cm/{}?on={}",
        "/log-in?next={}",
        "/{}",
    )
    words, paths = iter([quote(payload, safe="") for payload in PAYLOADS]), []
    for shape in itertools.cycle(shapes):
        held = list(itertools.islice(words, shape.count("{}")))
        if not held:
            break
        paths.append(shape.format(*held, *[""] * (shape.count("{}") - len(held))))
    assert look(page, paths) == []
    page.context.close()
