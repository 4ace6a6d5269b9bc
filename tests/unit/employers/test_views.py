"""The pages of organisations, as members, strangers and operators meet them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import clock
from app.employers.models import Organisation
from app.extensions import db
from tests.factories.accounts import make_account, make_moderator, make_operator
from tests.factories.employers import make_organisation

FORM = {
    "name": "St. Olaf Health",
    "kind": "hospital",
    "website": "https://olaf.example.org",
    "city": "Northfield",
    "state": "MN",
    "about": "We code.",
}
XSS = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
Browsers = Callable[..., FlaskClient]


def count() -> int:
    return db.session.scalar(select(func.count(Organisation.id))) or 0


def test_a_verified_account_creates_an_organisation(client_of: Browsers) -> None:
    browser = client_of(make_account())
    assert browser.get("/employers/new").status_code == 200
    answer = browser.post("/employers/new", data=FORM)
    assert (answer.status_code, answer.location) == (303, "/employers/st-olaf-health/jobs")
    assert b"St. Olaf Health" in browser.get("/employers").data
    again = browser.post("/employers/new", data=FORM)
    assert (again.location, count()) == (answer.location, 1)


def test_what_no_moderator_has_seen_is_not_offered_to_search_engines(
    client_of: Browsers, client: FlaskClient
) -> None:
    client_of(make_account()).post("/employers/new", data=FORM)
    assert 'content="noindex"' in client.get("/companies/st-olaf-health").text
    organisation = db.session.scalars(select(Organisation)).one()
    organisation.verified_at = clock.now()
    db.session.commit()
    assert "noindex" not in client.get("/companies/st-olaf-health").text


def test_an_unverified_account_is_asked_to_verify_first(client_of: Browsers) -> None:
    answer = client_of(make_account(email_verified_at=None)).post("/employers/new", data=FORM)
    assert answer.status_code == 302
    assert "/verify-first" in answer.location
    assert count() == 0


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"kind": "cartel"},
        {"state": "ZZ"},
        {"website": "javascript:alert(1)"},
        {"about": "x" * 5_001},
        {"name": "x" * 100_000},
        {"city": "\x00\x01"},
    ],
)
def test_a_wrong_form_keeps_what_was_typed_and_says_why(
    client_of: Browsers, change: dict[str, str]
) -> None:
    answer = client_of(make_account()).post("/employers/new", data={**FORM, **change})
    assert answer.status_code == 422
    assert b"There is a problem" in answer.data
    assert b"<title>Error: " in answer.data
    if "name" not in change:
        assert b"St. Olaf Health" in answer.data
    assert count() == 0


def test_an_empty_post_is_a_wrong_form(client_of: Browsers) -> None:
    assert client_of(make_account()).post("/employers/new").status_code == 422


def test_nothing_typed_becomes_markup_of_ours(client_of: Browsers) -> None:
    owner = make_account(name=XSS)
    browser = client_of(owner)
    hostile = {**FORM, "name": f"A {XSS}", "city": XSS[:80], "about": f"<p>{XSS}</p>"}
    answer = browser.post("/employers/new", data=hostile)
    slug = answer.location.split("/")[2]
    for path in (f"/companies/{slug}", "/employers", f"/employers/{slug}/edit"):
        page = browser.get(path)
        assert page.status_code == 200
        assert b"<script>alert" not in page.data
        assert b"<img src=x" not in page.data
    desk = client_of(make_operator()).get(f"/desk/organizations/{slug}")
    assert desk.status_code == 200
    assert b"<script>alert" not in desk.data
    assert b"<img src=x" not in desk.data


def test_the_company_page_is_public_and_labels_a_sample(client: FlaskClient) -> None:
    organisation = make_organisation(is_sample=True)
    page = client.get(f"/companies/{organisation.slug}")
    assert page.status_code == 200
    assert b"Sample organization" in page.data
    assert f"/jobs?employer={organisation.slug}".encode() in page.data
    assert client.get("/companies/nobody").status_code == 404


def test_strangers_and_staff_cannot_edit(client_of: Browsers, client: FlaskClient) -> None:
    organisation = make_organisation()
    path = f"/employers/{organisation.slug}/edit"
    assert client.get(path).status_code == 302
    for account in (make_account(), make_moderator(), make_operator()):
        browser = client_of(account)
        assert browser.get(path).status_code == 404
        assert browser.post(path, data=FORM).status_code == 404


def test_a_member_edits_and_sees_text_as_it_was_typed(client_of: Browsers) -> None:
    owner = make_account()
    organisation = make_organisation(owner=owner)
    browser = client_of(owner)
    path = f"/employers/{organisation.slug}/edit"
    about = "We code.\n\n- inpatient\n- profee"
    assert browser.post(path, data={**FORM, "about": about}).status_code == 303
    assert about.replace("\n", "\n").encode() in browser.get(path).data
    refused = browser.post(path, data={**FORM, "website": "ftp://x"})
    assert (refused.status_code, b"ftp://x" in refused.data) == (422, True)


def test_the_desk_page_is_the_operators(client_of: Browsers) -> None:
    organisation = make_organisation()
    path = f"/desk/organizations/{organisation.slug}"
    assert client_of(make_moderator()).get(path).status_code == 404
    operator = client_of(make_operator())
    assert operator.post(path, data={"reason": "short"}).status_code == 422
    assert operator.post(path, data={"reason": "Listings that are not real."}).status_code == 303
    assert client_of(make_account()).get(f"/companies/{organisation.slug}").status_code == 404
    assert b"Reinstate" in operator.get(path).data
    assert operator.post(path, data={"decision": "reinstate"}).status_code == 303
    assert client_of(make_account()).get(f"/companies/{organisation.slug}").status_code == 200
    assert operator.get("/desk/organizations/nobody").status_code == 404
