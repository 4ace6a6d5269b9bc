"""The blueprint every route of accounts hangs on, and who is logged in on each request."""

from __future__ import annotations

from flask import Blueprint
from flask_login import AnonymousUserMixin

from app.accounts.services import note_use, session_of
from app.accounts.services.sessions import SignedIn
from app.extensions import db, login_manager

bp = Blueprint("accounts", __name__)


class Visitor(AnonymousUserMixin):
    """Someone who is not logged in."""

    id = None
    is_verified = is_moderator = is_operator = False

    def account(self) -> None:
        return None


login_manager.anonymous_user = Visitor
# The token in the cookie is 256 random bits that we can revoke; addresses change on the train.
login_manager.session_protection = None


@login_manager.user_loader
def load(token: str) -> SignedIn | None:
    found = session_of(token)
    if found is not None and note_use(found):
        db.session.commit()
    return found
