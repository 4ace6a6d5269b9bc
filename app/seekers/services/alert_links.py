"""Links in alerts: signed, each for one purpose, good without a log-in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer, URLSafeTimedSerializer

from app.errors import Gone, Invalid
from app.extensions import db
from app.seekers.models import AlertRecipient, SavedSearch

OPT_IN_LIFE = timedelta(days=3)

_DEAD = "This link has been used or is too old. Save the search once more to get a new one."


@dataclass(frozen=True, slots=True)
class OptIn:
    """What a mailed link confirms: a search, or that the address takes mail again."""

    recipient: AlertRecipient
    search: SavedSearch | None


def manage_token(recipient: AlertRecipient) -> str:
    """Good for as long as the recipient exists: an old mail must still be able to stop the next."""
    return _manage().dumps([recipient.id, _mark(recipient.created_at)])


def recipient_behind(token: str) -> AlertRecipient:
    """Raises Invalid for a forged link, Gone where nothing is kept about the address any more."""
    try:
        recipient_id, mark = map(int, _manage().loads(token))
    except (BadData, TypeError, ValueError) as error:
        raise Invalid("This link is not complete. Copy all of it from the e-mail.") from error
    recipient = db.session.get(AlertRecipient, recipient_id)
    if recipient is None or _mark(recipient.created_at) != mark:
        raise Gone("There are no alerts for this address any more.")
    if recipient.taken_over_by:
        return db.session.get_one(AlertRecipient, recipient.taken_over_by)
    return recipient


def opt_in_token(recipient: AlertRecipient, search: SavedSearch | None = None) -> str:
    """Good for three days and for one use: what it confirms is then confirmed."""
    about = search.created_at if search else recipient.suppressed_at
    return _opt_in().dumps([recipient.id, search.id if search else 0, _mark(about)])


def opt_in_behind(token: str) -> OptIn:
    """Raises Gone for a link that is forged, too old, or was used."""
    try:
        found = _opt_in().loads(token, max_age=int(OPT_IN_LIFE.total_seconds()))
        recipient_id, search_id, mark = map(int, found)
    except (BadData, TypeError, ValueError) as error:
        raise Gone(_DEAD) from error
    if search_id:
        search = db.session.get(SavedSearch, search_id)
        if search is None or search.confirmed_at or _mark(search.created_at) != mark:
            raise Gone(_DEAD)
        return OptIn(search.recipient, search)
    recipient = db.session.get(AlertRecipient, recipient_id)
    if recipient is None or _mark(recipient.suppressed_at) != mark:
        raise Gone(_DEAD)
    return OptIn(recipient, None)


def _mark(moment: datetime | None) -> int:
    """Tells apart what had the same number one after the other: a database may give one again."""
    return int(moment.timestamp() * 1_000_000) if moment else 0


def _manage() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="alerts-manage")


def _opt_in() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="alerts-opt-in")
