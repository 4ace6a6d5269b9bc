"""Routes of accounts."""

from __future__ import annotations

from flask import Blueprint
from flask_login import AnonymousUserMixin

from app.accounts.models import Account
from app.accounts.services import account_of_session
from app.extensions import login_manager

bp = Blueprint("accounts", __name__)


class Visitor(AnonymousUserMixin):
    """Someone who is not logged in."""

    id = None
    is_verified = is_moderator = is_operator = False


login_manager.anonymous_user = Visitor


@login_manager.user_loader
def _load(token: str) -> Account | None:
    return account_of_session(token)
