"""Who may call which route: every view declares it, and nothing undeclared is served."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.errors import NotFound, error_page, wants_json

View = TypeVar("View", bound=Callable[..., Any])

LONGEST_NEXT = 2_000


class Who(StrEnum):
    """The weakest caller a route serves. Rows of the matrix test in tests/rules."""

    ANYONE = "anyone"
    MACHINE = "machine"  # proves itself by a signature or a token, not by a session
    ACCOUNT = "account"  # logged in
    VERIFIED = "verified"  # logged in, with a verified e-mail address
    OWNER = "owner"  # the account whose object this is; to others the object does not exist
    MEMBER = "member"  # a member of the organisation whose object this is
    MODERATOR = "moderator"
    OPERATOR = "operator"


def access(who: Who) -> Callable[[View], View]:
    """Declare the weakest caller of a view. Goes directly under the route decorator."""

    def mark(view: View) -> View:
        view.access = who  # type: ignore[attr-defined]
        return view

    return mark


def declared(app: Flask, endpoint: str) -> Who | None:
    return getattr(app.view_functions[endpoint], "access", None)


def safe_next(target: str | None) -> str | None:
    """The path to return to after log-in, or None where it would lead off this site."""
    if not target or len(target) > LONGEST_NEXT:
        return None
    if not target.startswith("/") or target.startswith("//"):
        return None
    # Browsers read a backslash as a slash and skip control characters; neither is ever needed.
    if "\\" in target or not target.isprintable() or " " in target:
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target


def _to_login() -> ResponseReturnValue:
    if wants_json():
        return error_page(401, "Log in to continue.")
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.log_in", next=back))


def _admit() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None
    who = declared(current_app, request.endpoint)
    if who in (Who.ANYONE, Who.MACHINE):
        return None
    if not current_user.is_authenticated:
        return _to_login()
    if who in (Who.ACCOUNT, Who.OWNER, Who.MEMBER):
        return None  # whose object it is, the service decides
    if who is Who.VERIFIED:
        if current_user.is_verified:
            return None
        return redirect(url_for("accounts.verify_first", next=safe_next(request.path)))
    allowed = current_user.is_operator or (who is Who.MODERATOR and current_user.is_moderator)
    if not allowed:
        # The desk is not advertised to those who cannot use it.
        raise NotFound("There is no such page.")
    return None


def init_app(app: Flask) -> None:
    app.before_request(_admit)


def refuse_undeclared(app: Flask) -> None:
    """Called last at start: a route that declares nobody must not exist."""
    missing = sorted(e for e in app.view_functions if declared(app, e) is None)
    if missing:
        raise RuntimeError(f"routes that declare no caller: {', '.join(missing)}")


def actor() -> Any:
    """The Account that makes this request; services take it as their acting user."""
    return current_user.account()
