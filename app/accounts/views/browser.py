"""The browser's side of a session: the cookie that holds its token."""

from __future__ import annotations

from flask import redirect, request, session
from werkzeug.wrappers import Response

from app import limits
from app.access import safe_next
from app.accounts.models import Account
from app.accounts.services import end_session_of, name_browser, open_session
from app.extensions import db

HOME = "/"


def back() -> str | None:
    """The page the visitor came from and returns to; nothing on the way in loses it."""
    return safe_next(request.args.get("next", "")[:500])


def session_token() -> str | None:
    """The token of the session this request belongs to."""
    return session.get("_user_id")


def enter(account: Account, target: str | None = None) -> Response:
    """Commit, and log the browser in with a new session: one planted before is worth nothing."""
    replaced = session_token()
    if replaced:
        end_session_of(replaced)
    token = open_session(account, browser=name_browser(request.user_agent.string))
    db.session.commit()
    session.clear()
    session["_user_id"] = token
    session.permanent = True
    response = redirect(target or HOME)
    limits.remember_browser(response, account.email)
    return response
