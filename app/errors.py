"""Failures a person can act on, and the page or JSON each of them becomes."""

from __future__ import annotations

import logging

from flask import Flask, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from app.extensions import db

log = logging.getLogger(__name__)


class DomainError(Exception):
    """A rule of the trade was not met. `message` is for the person who asked."""

    status = 400

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field  # the form field to blame, where there is one


class Invalid(DomainError):
    """What was sent cannot be accepted; the form shows why, beside `field`."""

    status = 422


class NotPermitted(DomainError):
    status = 403


class NotFound(DomainError):
    """Also said of what exists but is not this person's: nothing is revealed."""

    status = 404


class Gone(DomainError):
    status = 410


class Conflict(DomainError):
    """Someone, or another tab, was faster."""

    status = 409


class TooLarge(DomainError):
    status = 413


class TooMany(DomainError):
    status = 429


class Unavailable(DomainError):
    """Something we depend on is down; trying again later may help."""

    status = 503


TITLES = {
    400: "That request could not be understood",
    401: "Log in to continue",
    403: "You cannot open this",
    404: "Page not found",
    405: "That is not possible here",
    409: "Something changed meanwhile",
    410: "This page has gone",
    413: "That is too large",
    422: "There is a problem",
    429: "Too many requests",
    500: "Something went wrong on our side",
    503: "Not available right now",
}

MESSAGES = {
    404: "Check the address, or search for what you were looking for.",
    413: "The file or text you sent is larger than we accept.",
    429: "Wait a minute, then try again.",
    500: "We have been told about it. Nothing you saved earlier is lost.",
    503: "We cannot reach a part of our system. Try again in a minute.",
}


def wants_json() -> bool:
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json" or request.path.endswith(".json")


def error_page(status: int, message: str) -> ResponseReturnValue:
    title = TITLES.get(status, "Something went wrong")
    if wants_json():
        return jsonify(error=title, message=message), status
    return render_template("errors/error.html", status=status, title=title, message=message), status


_LAST_RESORT = "<!doctype html><html lang=en><title>{title}</title><h1>{title}</h1><p>{message}"
_KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")


def _unexpected(status: int) -> ResponseReturnValue:
    """The page for what should not have happened; it must not fail as well."""
    db.session.rollback()
    message = MESSAGES[status]
    try:
        return error_page(status, message)
    except Exception:
        # The frame of a page shows who is logged in, which needs what may be broken.
        log.exception("the error page failed too")
        return _LAST_RESORT.format(title=TITLES[status], message=message), status


def _of_http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error
    message = MESSAGES.get(status) or error.description or TITLES.get(status, "")
    response = make_response(error_page(status, message))
    for name in _KEPT_HEADERS:
        for value in error.get_response().headers.getlist(name):
            response.headers.add(name, value)
    return response


def init_app(app: Flask) -> None:
    @app.errorhandler(DomainError)
    def domain_error(error: DomainError) -> ResponseReturnValue:
        return error_page(error.status, error.message)

    @app.errorhandler(CSRFError)
    def csrf_error(_error: CSRFError) -> ResponseReturnValue:
        return error_page(400, "This form has expired. Go back, reload the page and send it again.")

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> ResponseReturnValue:
        return _of_http(error)

    @app.errorhandler(OperationalError)
    @app.errorhandler(PoolTimeout)
    def database_down(error: Exception) -> ResponseReturnValue:
        if app.testing:
            raise error
        log.exception("the database did not answer")
        return _unexpected(503)

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> ResponseReturnValue:
        if app.testing:
            raise error
        log.exception("unhandled error")
        return _unexpected(500)
