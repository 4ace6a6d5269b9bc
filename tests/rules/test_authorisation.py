"""Every route, every kind of caller, own and foreign objects: who is let in and who is not.

What is expected is worked out from what a route declares and from whose the object is. A route
without a row in routes.py fails, so that none is forgotten.
"""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import BuildError

from app import create_app
from app.access import Who, declared
from app.extensions import db
from tests.database import empty_every_table
from tests.rules.routes import ROWS, Row
from tests.rules.world import World, make_world

STAFF = {"moderator", "operator"}
LOGGED_IN_ELSEWHERE = ("/log-in", "/verify-first")


def _cells() -> list[tuple[str, str]]:
    app = create_app({"ENVIRONMENT": "test"})
    return sorted(
        (rule.endpoint, method)
        for rule in {r.endpoint: r for r in app.url_map.iter_rules()}.values()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    )


CELLS = _cells()


def test_every_route_has_a_row_and_every_row_a_route():
    assert {endpoint for endpoint, _ in CELLS} == set(ROWS)


def admits(who: Who, row: Row, caller: str, side: str) -> bool:
    """Whether a caller is let in to an object of that side."""
    if who in (Who.ANYONE, Who.MACHINE) or caller in row.also:
        return True
    if caller == "anonymous":
        return False
    return {
        Who.ACCOUNT: True,
        Who.VERIFIED: caller != "unverified",
        Who.OWNER: caller == f"{row.owner} {side}",
        Who.MEMBER: caller == f"employer {side}",
        Who.MODERATOR: caller in STAFF,
        Who.OPERATOR: caller == "operator",
    }[who]


class Visitor:
    def __init__(self, app: Flask, client_of, endpoint: str, method: str) -> None:
        self.app, self.client_of = app, client_of
        self.endpoint, self.method, self.row = endpoint, method, ROWS[endpoint]

    def visit(self, world: World, caller: str, side: str) -> tuple[int, str]:
        account = world.callers[caller]
        browser: FlaskClient = self.client_of(account) if account else self.app.test_client()
        arguments = self.row.arguments(world.sides[side], world)
        with self.app.test_request_context("/"):
            path = self.app.url_map.bind("localhost").build(self.endpoint, arguments)
        form = self.row.form if self.method == "POST" else None
        answer = browser.open(path, method=self.method, data=form)
        return answer.status_code, answer.location or ""

    def was_let_in(self, status: int, location: str, *, logged_in: bool) -> bool:
        if status in self.row.accepts:
            return True
        if status in (401, 403, 404):
            return False
        assert status < 500, f"{self.method} {self.endpoint} failed with {status}"
        sent_away = status in (302, 303) and location.startswith(LOGGED_IN_ELSEWHERE)
        if sent_away and self.endpoint.startswith("accounts."):
            # Logging out, or in, leads to the same pages; what was refused keeps the way back.
            sent_away = "next=" in location or not logged_in
        return not sent_away


@pytest.mark.parametrize(("endpoint", "method"), CELLS, ids=lambda value: value)
def test_exactly_those_are_let_in_whom_the_route_names(app, client_of, endpoint, method):
    if endpoint not in ROWS:
        pytest.fail(f"{endpoint} has no row in tests/rules/routes.py")
    who = declared(app, endpoint)
    visitor = Visitor(app, client_of, endpoint, method)
    world = make_world()
    sides = ("A", "B") if visitor.row.arguments(world.sides["A"], world) else ("A",)
    cells = [(caller, side) for caller in world.callers for side in sides]
    wrong: list[str] = []
    # Those who are refused first: nothing may have changed when the others come.
    for caller, side in sorted(cells, key=lambda cell: admits(who, visitor.row, *cell)):
        expected = admits(who, visitor.row, caller, side)
        if expected and method == "POST":
            db.session.rollback()
            empty_every_table()
            world = make_world()
        status, location = visitor.visit(world, caller, side)
        logged_in = caller != "anonymous"
        if visitor.was_let_in(status, location, logged_in=logged_in) != expected:
            wrong.append(f"{caller} at {side}'s: {status} {location}")
        elif not expected and logged_in and caller != "unverified" and status != 404:
            wrong.append(f"{caller} at {side}'s learns that it exists: {status}")
    assert wrong == [], f"{method} {endpoint} is for {who}"


def test_an_argument_that_no_object_has_is_not_found(app, client_of):
    """A number out of the blue looks the same as another person's object."""
    world = make_world()
    browser = client_of(world.callers["employer A"])
    for endpoint, method in CELLS:
        rule = next(r for r in app.url_map.iter_rules() if r.endpoint == endpoint)
        if declared(app, endpoint) not in (Who.OWNER, Who.MEMBER):
            continue
        arguments = dict.fromkeys(rule.arguments, 999999999)
        if "slug" in arguments:
            arguments["slug"] = "no-such-organisation"
        arguments.update({k: v for k, v in {"step": "basics", "action": "pause"}.items()
                          if k in arguments})  # fmt: skip
        try:
            path = app.url_map.bind("localhost").build(endpoint, arguments)
        except BuildError:
            continue
        form = ROWS[endpoint].form if method == "POST" else None
        answer = browser.open(path, method=method, data=form)
        assert answer.status_code == 404, (endpoint, method)
