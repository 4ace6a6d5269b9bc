"""Rate limits: they hold, per address and per account, and a Redis that is down lifts none."""

import pytest
from flask import Flask
from flask_limiter import Limiter

from app import create_app, limits
from app.config import flask_config, read_settings
from app.extensions import db, visitor_network
from tests.apps import put_away


@pytest.fixture(scope="module")
def limited(tmp_path_factory):
    """The real application with its limits on."""
    folder = str(tmp_path_factory.mktemp("limited"))
    app = create_app({"ENVIRONMENT": "test", "DATA_DIR": folder}, WTF_CSRF_ENABLED=False)
    with app.app_context():
        db.create_all()
    yield app
    put_away(app)


def attempts(app: Flask, count: int, address: str, email: str = "a@example.com") -> list[int]:
    browser = app.test_client()
    return [
        browser.post(
            "/log-in",
            data={"email": email, "password": "wrong"},
            environ_base={"REMOTE_ADDR": address},
        ).status_code
        for _ in range(count)
    ]


def test_guessing_one_account_from_one_place_is_stopped_and_said_so(limited):
    codes = attempts(limited, 14, "203.0.113.1")
    assert codes[:3] == [422, 422, 422]
    assert codes[-1] == 429
    page = limited.test_client().post(
        "/log-in",
        data={"email": "a@example.com", "password": "wrong"},
        environ_base={"REMOTE_ADDR": "203.0.113.1"},
    )
    assert page.status_code == 429
    assert "Wait a few minutes" in page.text


def test_someone_elsewhere_is_not_locked_out_by_it(limited):
    attempts(limited, 14, "203.0.113.2", "b@example.com")
    assert attempts(limited, 1, "203.0.113.3", "b@example.com") == [422]


def test_guessing_goes_on_counting_when_the_address_is_spelled_another_way(limited):
    spellings = ["Ann@example.com", "ann@\uff45xample.com", "a\x01nn@example.com"]
    codes = [
        attempts(limited, 1, "203.0.113.4", spellings[number % len(spellings)])[0]
        for number in range(11)
    ]
    assert codes == [422] * 10 + [429]


def test_guessing_goes_on_counting_when_the_host_changes_within_its_network(limited):
    codes = [
        attempts(limited, 1, f"2001:db8:1:2::{number:x}", "c@example.com")[0]
        for number in range(11)
    ]
    assert codes == [422] * 10 + [429]
    assert attempts(limited, 1, "2001:db8:1:3::1", "c@example.com") == [422]


@pytest.mark.parametrize(
    "typed",
    [
        "Ann@Example.com",
        " ann@example.com ",
        "a\x01nn@example.com",
        "\u202eann@example.com",
        "ann@\uff45xample.com",
        "ann@\uff45\uff58\uff41\uff4d\uff50\uff4c\uff45\u3002com",
    ],
)
def test_the_key_of_an_account_holds_no_address_and_ignores_its_spelling(app, typed):
    def key(email: str) -> str:
        with app.test_request_context("/", method="POST", data={"email": email}):
            return limits.typed_address()

    assert key(typed) == key("ann@example.com")
    assert key(typed) != key("ben@example.com")
    assert "ann" not in key(typed).removeprefix("account:")


def test_what_is_no_address_has_a_key_all_the_same(app):
    def key(email: str) -> str:
        with app.test_request_context("/", method="POST", data={"email": email}):
            return limits.typed_address()

    assert key(" Nobody ") == key("nobody")
    assert key("") != key("nobody")


def test_redis_down_leaves_each_process_counting_by_itself(tmp_path):
    values = flask_config(
        read_settings({"DATA_DIR": str(tmp_path), "REDIS_URL": "redis://127.0.0.1:1/0"})
    )
    small = Flask("small")
    small.config.update({k: v for k, v in values.items() if k.startswith("RATELIMIT")})
    limiter = Limiter(key_func=visitor_network, app=small)

    @small.get("/")
    @limiter.limit("3 per hour")
    def page() -> str:
        return "ok"

    browser = small.test_client()
    assert [browser.get("/").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
