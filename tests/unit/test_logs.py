"""Logs: one line an event, nothing personal, nothing forged."""

import io
import json
import logging
import sys

import pytest

from app import create_app, logs
from app.extensions import db
from tests.apps import put_away


def record(message: str, *args, **extra) -> logging.LogRecord:
    logger = logging.getLogger("app.test")
    return logger.makeRecord("app.test", logging.INFO, "f", 1, message, args, None, extra=extra)


def test_a_line_is_one_json_object_however_hostile_its_text():
    line = logs.JsonLines().format(record('a\nb "c" %s', "\r\n{}", mail="receipt"))
    assert "\n" not in line
    told = json.loads(line)
    assert told["message"] == 'a\nb "c" \r\n{}'
    assert (told["level"], told["logger"], told["mail"]) == ("INFO", "app.test", "receipt")


def test_a_request_is_named_by_its_endpoint_and_never_by_its_path(app):
    with app.test_request_context("/verify/secret-token?q=diabetes", method="GET"):
        line = logs.JsonLines().format(record("x"))
    told = json.loads(line)
    assert told["endpoint"] == "accounts.verify_email"
    assert told["method"] == "GET"
    assert "secret-token" not in line
    assert "diabetes" not in line


def test_what_json_cannot_hold_is_written_as_text():
    assert json.loads(logs.JsonLines().format(record("x", thing={1, 2})))["thing"] == "{1, 2}"


def test_an_exception_is_told_in_the_same_line():
    try:
        1 / 0  # noqa: B018
    except ZeroDivisionError:
        failed = record("failed")
        failed.exc_info = sys.exc_info()
    line = logs.JsonLines().format(failed)
    assert "\n" not in line
    assert "ZeroDivisionError" in json.loads(line)["exception"]


def test_a_readable_line_cannot_be_forged():
    line = logs.ReadableLines().format(record("a\n12:00:00 ERROR forged", who="x\ny"))
    assert "\n" not in line
    assert "who=x\\ny" in line


@pytest.fixture
def logging_site(tmp_path):
    """A site that logs, as one does outside the tests, and what it told so far."""
    root, kept = logging.getLogger(), logging.getLogger().handlers[:]
    levels = {name: logging.getLogger(name).level for name in (None, *logs._QUIET)}
    root.handlers = []  # starting the site closes those it finds
    site = create_app({"DATA_DIR": str(tmp_path)}, WTF_CSRF_ENABLED=False)
    told = io.StringIO()
    root.handlers[0].setStream(told)
    with site.app_context():
        db.create_all()
    yield site, told
    root.handlers = kept
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    put_away(site)


def test_whoever_is_refused_for_trying_too_often_leaves_no_address_in_the_log(logging_site):
    site, told = logging_site
    browser = site.test_client()
    answers = [
        browser.post(
            "/log-in",
            data={"email": "ann@example.com", "password": "wrong"},
            environ_base={"REMOTE_ADDR": "203.0.113.77"},
        ).status_code
        for _ in range(12)
    ]
    assert answers[-1] == 429
    assert "POST accounts.log_in 429" in told.getvalue()
    assert "203.0.113" not in told.getvalue()
    assert "ann@example.com" not in told.getvalue()
