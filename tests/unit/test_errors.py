"""Failures: each becomes a page a person can act on, whatever else is broken."""

import logging

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import MethodNotAllowed

from app import create_app, errors
from app.access import Who, access
from app.extensions import db
from tests.apps import put_away

KINDS = [
    errors.Invalid, errors.NotPermitted, errors.NotFound, errors.Gone, errors.Conflict,
    errors.TooLarge, errors.TooMany, errors.Unavailable, errors.DomainError,
]  # fmt: skip


class Broken(Exception):
    pass


@pytest.fixture(scope="module")
def failing(tmp_path_factory):
    """The application as it runs outside tests, with a route for each way to fail."""
    folder = str(tmp_path_factory.mktemp("failing"))
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    app = create_app({"DATA_DIR": folder}, WTF_CSRF_ENABLED=False)
    root.handlers, root.level = handlers, level  # outside tests it writes its own log
    ways = {
        **{kind.__name__: kind("A sentence for people.") for kind in KINDS},
        "broken": Broken("internal detail"),
        "database": OperationalError("SELECT secret", {}, Exception("down")),
        "pool": PoolTimeout("no connection"),
    }

    @app.get("/fail/<way>")
    @access(Who.ANYONE)
    def fail(way: str):
        raise ways[way]

    @app.get("/fail/data.json")
    @access(Who.ANYONE)
    def fail_json():
        raise Broken("internal detail")

    with app.app_context():
        db.create_all()
    yield app
    put_away(app)


@pytest.fixture
def visit(failing):
    return failing.test_client().get


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_rule_not_met_is_told_in_its_own_words(visit, kind):
    page = visit(f"/fail/{kind.__name__}")
    assert page.status_code == kind.status
    assert "A sentence for people." in page.text
    assert page.headers["X-Content-Type-Options"] == "nosniff"


def test_what_should_not_happen_reveals_nothing(visit, caplog):
    page = visit("/fail/broken")
    assert page.status_code == 500
    assert "internal detail" not in page.text
    assert "Traceback" not in page.text
    assert "unhandled error" in caplog.text


@pytest.mark.parametrize("way", ["database", "pool"])
def test_a_database_that_is_down_is_a_matter_of_time(visit, way):
    page = visit(f"/fail/{way}")
    assert page.status_code == 503
    assert "Try again in a minute" in page.text
    assert "secret" not in page.text


def test_the_error_page_stands_even_where_the_frame_cannot_be_drawn(failing, visit, monkeypatch):
    monkeypatch.setattr(failing.jinja_env, "loader", None)
    failing.jinja_env.cache.clear()
    page = visit("/fail/broken")
    assert page.status_code == 500
    assert "Something went wrong on our side" in page.text


@pytest.mark.parametrize("way", ["Invalid", "broken"])
def test_programs_are_answered_in_json(visit, way):
    answer = visit(f"/fail/{way}", headers={"Accept": "application/json"})
    assert set(answer.json) == {"error", "message"}


def test_an_address_that_ends_in_json_is_answered_in_json(visit):
    assert visit("/fail/data.json").json["error"] == "Something went wrong on our side"


def test_no_page_is_a_404_with_a_way_on(client):
    page = client.get("/no-such-page")
    assert page.status_code == 404
    assert "Page not found" in page.text
    assert 'href="/jobs"' in page.text


def test_a_wrong_method_names_the_right_ones(client):
    answer = client.delete("/log-in")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_an_error_keeps_the_headers_that_belong_to_it(app):
    with app.test_request_context("/"):
        response = errors._of_http(MethodNotAllowed(valid_methods=["GET"]))
    assert response.headers["Allow"] == "GET"


PART = b'--b\r\nContent-Disposition: form-data; name="email"\r\n\r\n%s\r\n--b--\r\n'


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"email=%s"),
        ("multipart/form-data; boundary=b", PART),
    ],
)
def test_a_field_that_is_too_large_is_said_so(client, kind, body):
    huge = body % (b"x" * (2 * 1024 * 1024))
    answer = client.post("/log-in", data=huge, content_type=kind)
    assert answer.status_code == 413
    assert "larger than we accept" in answer.text


def test_a_form_of_countless_fields_is_refused(client):
    crowd = {f"field{n}": "x" for n in range(2_000)}
    assert client.post("/log-in", data=crowd, content_type="multipart/form-data").status_code == 413


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "", "a b", "x" * 300])
def test_a_host_that_is_not_ours_is_refused_in_production(app, client, monkeypatch, host):
    monkeypatch.setitem(app.config, "TRUSTED_HOSTS", ["careers.example.com", "127.0.0.1"])
    assert client.get("/log-in", headers={"Host": host}).status_code == 400
    assert client.get("/log-in", headers={"Host": "careers.example.com"}).status_code == 200
