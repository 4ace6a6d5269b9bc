"""Structured logs without personal data: JSON lines in production, readable lines elsewhere."""

from __future__ import annotations

import json
import logging
import sys
from logging import LogRecord

from flask import Flask, g, has_request_context, request

_STANDARD = set(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
# They tell of each step they take; flask-limiter of whom it refused, address and all.
_QUIET = ("alembic", "flask-limiter", "huey", "pypdf", "stripe", "urllib3")


def _told(record: LogRecord) -> dict[str, object]:
    """What a record carries beyond its message."""
    return {k: v for k, v in record.__dict__.items() if k not in _STANDARD}


class JsonLines(logging.Formatter):
    def format(self, record: LogRecord) -> str:
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_told(record),
        }
        if has_request_context():
            # The endpoint, not the path: a path may hold a token or a search.
            line["endpoint"] = request.endpoint
            line["method"] = request.method
            line["request"] = g.get("request_id")
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


class ReadableLines(logging.Formatter):
    """For the terminal of whoever develops; a line break in a message cannot forge a line."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s", "%H:%M:%S")

    def formatMessage(self, record: LogRecord) -> str:
        record.message = record.message.replace("\n", "\\n").replace("\r", "\\r")
        more = " ".join(f"{key}={value}" for key, value in _told(record).items())
        return f"{super().formatMessage(record)} {more}".rstrip().replace("\n", "\\n")


def init_app(app: Flask) -> None:
    if app.testing:
        return
    handler = logging.StreamHandler(sys.stderr)
    production = app.config["ENVIRONMENT"] == "production"
    handler.setFormatter(JsonLines() if production else ReadableLines())
    logging.basicConfig(level=app.config["LOG_LEVEL"], handlers=[handler], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
