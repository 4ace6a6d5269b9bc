"""A form that did not come from a page of ours changes nothing, whoever sends it."""

from __future__ import annotations

import pytest

from app import create_app
from app.access import Who, declared
from app.extensions import csrf
from tests.rules.routes import ROWS
from tests.rules.world import make_world


def _posts() -> list[str]:
    app = create_app({"ENVIRONMENT": "test"})
    return sorted({r.endpoint for r in app.url_map.iter_rules() if "POST" in r.methods})


POSTS = _posts()
# Each proves itself otherwise: by a signature, a signed address, a bearer token.
EXEMPT = {"billing.webhook", "seekers.stop_alerts", "seekers.mail_events"}


@pytest.fixture
def guarded(app, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    return app


def path_of(app, endpoint, world) -> str:
    arguments = ROWS[endpoint].arguments(world.sides["A"], world)
    return app.url_map.bind("localhost").build(endpoint, arguments)


@pytest.mark.parametrize("endpoint", [e for e in POSTS if e not in EXEMPT])
def test_a_post_without_a_token_is_refused(guarded, client_of, endpoint):
    world = make_world()
    path = path_of(guarded, endpoint, world)
    browsers = [guarded.test_client()]
    browsers += [client_of(world.callers[name]) for name in ("coder A", "employer A", "operator")]
    for browser in browsers:
        for form in (None, {"csrf_token": ""}, {"csrf_token": "forged"}):
            answer = browser.post(path, data=form)
            assert answer.status_code == 400
            assert "This form has expired" in answer.text


def test_a_token_of_another_session_is_refused(guarded, client_of):
    world = make_world()
    theirs = client_of(world.callers["coder B"])
    token = _token_in(theirs.get("/account/password").text)
    mine = client_of(world.callers["coder A"])
    mine.get("/account/password")
    answer = mine.post("/log-out-everywhere", data={"csrf_token": token})
    assert answer.status_code == 400


def test_a_token_of_the_page_is_taken(guarded, client_of):
    world = make_world()
    browser = client_of(world.callers["coder A"])
    token = _token_in(browser.get("/account/password").text)
    answer = browser.post("/log-out-everywhere", data={"csrf_token": token})
    assert answer.status_code in (302, 303)


def _token_in(page: str) -> str:
    return page.split('name="csrf_token" value="')[1].split('"')[0]


def test_nothing_else_is_exempt(app):
    views = {app.view_functions[endpoint] for endpoint in EXEMPT}
    assert csrf._exempt_views == {f"{view.__module__}.{view.__name__}" for view in views}
    assert csrf._exempt_blueprints == set()


@pytest.mark.parametrize("endpoint", sorted(EXEMPT))
def test_what_is_exempt_proves_itself_otherwise(guarded, endpoint):
    assert declared(guarded, endpoint) is Who.MACHINE
    answer = guarded.test_client().post(path_of(guarded, endpoint, make_world()), data=b"{}")
    assert answer.status_code in (400, 404)
    assert "This form has expired" not in answer.text
