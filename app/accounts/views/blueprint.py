"""The blueprint every route of accounts hangs on, and who is logged in on each request."""

from __future__ import annotations

from flask import Blueprint
from flask_login import AnonymousUserMixin

from app.accounts.models import Account
from app.accounts.services import note_use, session_of
from app.extensions import db, login_manager

bp = Blueprint("accounts", __name__)


class Visitor(AnonymousUserMixin):
    """Someone who is not logged in."""

    id = None
    is_verified = is_moderator = is_operator = False


login_manager.anonymous_user = Visitor
# The token in the cookie is 256 random bits that we can revoke; addresses change on the train.
login_manager.session_protection = None


@login_manager.user_loader
def load(token: str) -> Account | None:
    row = session_of(token)
    if row is None:
        return None
    if note_use(row):
        db.session.commit()
    return row.account
