"""Rate limits: how often an address or an account may try what can be abused."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from flask import Flask, Response, current_app, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.wrappers import Response as BaseResponse

from app.addresses import spell_address
from app.errors import Invalid, error_page
from app.extensions import limiter, visitor_network
from app.forms import tidy

# Log-in limits count failures. The narrow one is per account and network, so that a stranger
# elsewhere cannot lock anyone out; the wide one spares browsers the account was used in before.
LOG_IN_PER_ADDRESS = "30 per hour"
LOG_IN_PER_ACCOUNT = "10 per 15 minutes"
LOG_IN_FROM_UNKNOWN_BROWSERS = "60 per hour"
MAIL_PER_ADDRESS = "10 per hour"  # sign-ups, reset links: each sends a mail to somebody
PAY_PER_ACCOUNT = "30 per hour"
APPLY_PER_ACCOUNT = "60 per hour"
KNOWN_ACCOUNTS = 5  # remembered in one browser
SEARCH_PER_ADDRESS = "240 per minute"
FEED_PER_ADDRESS = "20 per hour"  # each reads every listing
MOVE_PER_ACCOUNT = "300 per hour"  # each sends a coder a mail with words of the employer's
UPLOAD_PER_ACCOUNT = "30 per hour"
INVITE_PER_ACCOUNT = "60 per hour"
IMPORT_PER_ACCOUNT = "30 per hour"  # each may ask another machine for megabytes
SAVE_PER_ACCOUNT = "60 per hour"
KEEP_PER_ACCOUNT = "600 per hour"  # favorites, folders and notes
API_PER_KEY = "60 per minute"
ALERT_LINKS_PER_ADDRESS = "120 per minute"  # mail programs press many buttons from one network
MAIL_EVENTS_REFUSED = "60 per minute"


def typed_address() -> str:
    """The account a log-in or reset names, hashed: a limit per account that holds no address."""
    return _account_key(request.form.get("email", ""))


def _account_key(email: str) -> str:
    try:
        spelled = spell_address(tidy(email))  # as the form and the look-up read it
    except Invalid:
        spelled = email.strip().lower()
    return "account:" + hashlib.sha256(spelled.encode()).hexdigest()[:32]


def typed_address_here() -> str:
    """The account that is named, from this network."""
    return f"{typed_address()}:{visitor_network()}"


def browser_is_known() -> bool:
    """Whether someone logged in to the named account from this browser before."""
    return typed_address() in _known_accounts()


def remember_browser(response: BaseResponse, email: str) -> None:
    """Mark the browser as one this account was used in, so that guessing elsewhere spares it."""
    here = _account_key(email)
    known = [here, *(key for key in _known_accounts() if key != here)][:KNOWN_ACCOUNTS]
    response.set_cookie(
        _cookie_name(),
        _signer().dumps(known),
        max_age=timedelta(days=400),
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def _known_accounts() -> list[str]:
    try:
        found: list[str] = _signer().loads(request.cookies.get(_cookie_name(), ""))
    except BadData:
        return []
    return found


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="known-browser")


def _cookie_name() -> str:
    return "__Host-known" if current_app.config["SESSION_COOKIE_SECURE"] else "known"


def acting_account() -> str:
    """The account that is logged in, or the network of whoever is not."""
    return f"account:{current_user.id}" if current_user.is_authenticated else visitor_network()


def refused(response: Response) -> bool:
    """Whether the form came back with problems: what the limits on guessing count."""
    return response.status_code == 422


def init_app(app: Flask) -> None:
    limiter.init_app(app)

    @app.errorhandler(429)
    def too_many(_error: Exception) -> ResponseReturnValue:
        return error_page(429, "You have tried that too often. Wait a few minutes, then try again.")
