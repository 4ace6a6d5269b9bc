"""Browsers without a screen: each request by itself, and logged in where that is wanted."""

from __future__ import annotations

from contextvars import Context
from typing import Any

from flask import Flask, has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.accounts.models import Account
from app.accounts.services import open_session
from app.extensions import db


class Browser(FlaskClient):
    """Each request has a context of its own, as in production.

    In the context the test runs in, one request's user and database session would be the next's.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = Context().run(super().open, *args, **kwargs)
        if has_app_context():
            db.session.expire_all()  # the test sees what the request committed
        return response


def signed_in(app: Flask, account: Account, **options: Any) -> FlaskClient:
    """A client that is logged in as the account, as if it had just typed the password."""
    token = open_session(account, browser="tests")
    db.session.commit()
    browser = app.test_client(**options)
    with browser.session_transaction() as session:
        session["_user_id"] = token
        session["_fresh"] = True
    return browser
