"""What a guest's browser remembers: a signed cookie with a random name and the first code opened.

A first view writes nothing to the database; the second one writes both down (docs/decisions).
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from flask import Response, current_app, request
from itsdangerous import BadSignature, TimestampSigner

from app.codes.services.allowance import FirstView

_CONTENT = re.compile(r"(?P<guest>[A-Za-z0-9_-]{16}):(?P<system>[a-z0-9]+):(?P<key>[0-9A-Z]+)")


@dataclass(frozen=True, slots=True)
class Guest:
    id: str
    first: FirstView


def known_guest(period: timedelta) -> Guest | None:
    """Who the cookie says this is; None without one, with a forged one, or once it has run out."""
    value = request.cookies.get(_cookie_name(), "")
    if not value:
        return None
    try:
        content, signed_at = _signer().unsign(
            value, max_age=int(period.total_seconds()), return_timestamp=True
        )
    except BadSignature:
        return None
    match = _CONTENT.fullmatch(content.decode("ascii", "replace"))
    if match is None:
        return None
    return Guest(match["guest"], FirstView(match["system"], match["key"], signed_at))


def remember_guest(response: Response, system: str, key: str, period: timedelta) -> None:
    content = f"{secrets.token_urlsafe(12)}:{system}:{key}"
    response.set_cookie(
        _cookie_name(),
        _signer().sign(content).decode(),
        max_age=period,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def _signer() -> TimestampSigner:
    return TimestampSigner(current_app.config["SECRET_KEY"], salt="guest-code-views")


def _cookie_name() -> str:
    return "__Host-guest" if current_app.config["SESSION_COOKIE_SECURE"] else "guest"
