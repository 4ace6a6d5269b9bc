"""The alert itself: one mail for all that is due to a person, each listing once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from flask import current_app
from sqlalchemy import ColumnElement, or_, select, update

from app import clock, mail, tasks
from app.extensions import db
from app.jobs.services import Card
from app.jobs.services.cards import cards_of
from app.jobs.services.searching.standing import ranked
from app.seekers import emails
from app.seekers.models import AlertMatch, AlertRecipient, SavedSearch
from app.seekers.services.alert_links import manage_token
from app.seekers.services.newcomers import LOOK_BACK, active
from app.seekers.services.saved_searches import criteria_of

MOST = 20  # listings in one mail; the rest is a link
WINDOW, FROM_ONE = 10, 2  # of ten listings in a row at most two are from one employer
BETWEEN = timedelta(minutes=10)  # two mails to one person
AT_ONCE = 100  # recipients looked for at a time
# Mail waits in one line: a link to set a password must not stand behind ten thousand alerts.
LONGEST_LINE = 200


@dataclass(frozen=True, slots=True)
class Group:
    """What was found for one saved search."""

    search_id: int
    name: str
    parameters: dict[str, list[str]]
    cards: list[Card]
    more: int  # found as well, and not in the mail


def recipients_due() -> Sequence[int]:
    """Who is to be written to now. None while much other mail waits to go out."""
    if tasks.backlog()[0] > LONGEST_LINE:
        return ()
    moment = clock.now()
    return db.session.scalars(
        select(AlertMatch.recipient_id)
        .join(AlertRecipient, AlertRecipient.id == AlertMatch.recipient_id)
        .where(AlertMatch.done_at.is_(None), AlertMatch.due_at <= moment, _rested(moment))
        .distinct()
        .order_by(AlertMatch.recipient_id)
        .limit(AT_ONCE)
    ).all()


def send_alert(recipient_id: int) -> bool:
    """Write to one person of all that is due. Returns whether there was something to write.

    What is due is told of with this, also what only the link leads to and what closed meanwhile.
    """
    moment = clock.now()
    before = db.session.scalar(
        select(AlertRecipient.mailed_at).where(AlertRecipient.id == recipient_id)
    )
    if not _claim(recipient_id, moment):
        return False
    recipient = db.session.get_one(AlertRecipient, recipient_id, populate_existing=True)
    due = _take_due(recipient_id, moment)
    groups = _groups(due)
    if not groups or not recipient.email:
        recipient.mailed_at = before
        return False
    token = manage_token(recipient)
    emails.send_alert(recipient.email, groups, token, _headers(token))
    return True


def pick(ordered: Sequence[Sequence[Card]], most: int = MOST) -> list[list[Card]]:
    """Of several lists the first ones of each, read one after another as one list.

    Each list has its share of the room. Of ten listings in a row at most two are from one
    employer; one that stands too near to two others waits for its turn.
    """
    shown: list[list[Card]] = []
    read: list[str] = []  # employers, in reading order
    for cards, room in zip(ordered, _shares([len(cards) for cards in ordered], most), strict=True):
        waiting, taken = list(cards), list[Card]()
        while waiting and len(taken) < room:
            near = read[-(WINDOW - 1) :]
            card = next((c for c in waiting if near.count(c.organisation) < FROM_ONE), None)
            if card is None:
                break
            waiting.remove(card)
            taken.append(card)
            read.append(card.organisation)
        shown.append(taken)
    return shown


def _shares(wanted: Sequence[int], most: int) -> list[int]:
    """How much room each has: alike, and what one leaves over is the others'."""
    shares = [0] * len(wanted)
    left = most
    while left and (open_ones := [n for n, want in enumerate(wanted) if shares[n] < want]):
        for number in open_ones[:left]:
            shares[number] += 1
        left = most - sum(shares)
    return shares


def _rested(moment: datetime) -> ColumnElement[bool]:
    last = AlertRecipient.mailed_at
    return or_(last.is_(None), last <= moment - BETWEEN)


def _claim(recipient_id: int, moment: datetime) -> bool:
    """One UPDATE decides, so that two workers never write to the same person."""
    claimed = db.session.scalar(
        update(AlertRecipient)
        .where(AlertRecipient.id == recipient_id, _rested(moment))
        .values(mailed_at=moment)
        .returning(AlertRecipient.id),
        execution_options={"synchronize_session": False},
    )
    return claimed is not None


def _take_due(recipient_id: int, moment: datetime) -> dict[int, list[int]]:
    """The listings that are due by search, marked as told of."""
    rows = db.session.execute(
        update(AlertMatch)
        .where(
            AlertMatch.recipient_id == recipient_id,
            AlertMatch.done_at.is_(None),
            AlertMatch.due_at <= moment,
        )
        .values(done_at=moment)
        .returning(AlertMatch.search_id, AlertMatch.job_id, AlertMatch.due_at),
        execution_options={"synchronize_session": False},
    ).all()
    due: dict[int, list[int]] = {}
    for search_id, job_id, due_at in sorted(rows, key=lambda row: (row[0] or 0, -row[1])):
        if search_id is not None and due_at > moment - LOOK_BACK:
            due.setdefault(search_id, []).append(job_id)
    return due


def _groups(due: dict[int, list[int]]) -> list[Group]:
    """What may be seen now, under the searches that still tell of something."""
    searches = db.session.scalars(
        select(SavedSearch)
        .join(SavedSearch.recipient)
        .where(SavedSearch.id.in_(due), *active())
        .order_by(SavedSearch.id)
    ).all()
    found = []
    for search in searches:
        job_ids = [card.id for card in cards_of(due[search.id])]
        if job_ids:
            criteria = criteria_of(search.parameters)
            found.append((search, cards_of(ranked(criteria, job_ids))))
    picked = pick([cards for _, cards in found])
    return [
        Group(search.id, search.name, _query(search), taken, len(cards) - len(taken))
        for (search, cards), taken in zip(found, picked, strict=True)
    ]


def _query(search: SavedSearch) -> dict[str, list[str]]:
    query: dict[str, list[str]] = {}
    for name, value in search.parameters:
        query.setdefault(name, []).append(value)
    return query


def _headers(token: str) -> dict[str, str]:
    """RFC 2369 and RFC 8058: a mail program stops the alerts with one POST, without a log-in."""
    ways = [f"<{mail.absolute_url('seekers.stop_alerts', token=token)}>"]
    if address := current_app.config["ALERT_UNSUBSCRIBE_MAILTO"]:
        ways.append(f"<mailto:{address}?subject={quote(f'stop {token}')}>")
    return {
        "List-Unsubscribe": ", ".join(ways),
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
