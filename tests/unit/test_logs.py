"""Logs: one line an event, nothing personal, nothing forged."""

import json
import logging
import sys

from app import logs


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
