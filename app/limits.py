"""Rate limits: how often an address or an account may try what can be abused."""

from __future__ import annotations

import hashlib

from flask import Flask, request

from app.errors import TooMany
from app.extensions import limiter

LOG_IN_PER_ADDRESS = "30 per hour"
LOG_IN_PER_ACCOUNT = "10 per 15 minutes"
MAIL_PER_ADDRESS = "10 per hour"  # sign-ups, reset links: each sends a mail to somebody
PAY_PER_ACCOUNT = "30 per hour"
APPLY_PER_ACCOUNT = "60 per hour"
SEARCH_PER_ADDRESS = "240 per minute"


def typed_address() -> str:
    """The account a log-in or reset names, hashed: a limit per account that holds no address."""
    typed = request.form.get("email", "").strip().lower()
    return "account:" + hashlib.sha256(typed.encode()).hexdigest()[:32]


def init_app(app: Flask) -> None:
    limiter.init_app(app)

    @app.errorhandler(429)
    def too_many(_error: Exception) -> None:
        raise TooMany("You have tried that too often. Wait a few minutes, then try again.")
