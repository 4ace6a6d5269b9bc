"""Searches people keep: saving them, changing how often they tell, pausing and deleting them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, delete, func, select, update

from app import audit, clock, tasks
from app.accounts.models import Account
from app.addresses import spell_address
from app.employers.models import Organisation
from app.errors import Conflict, Invalid, NotFound, NotPermitted
from app.extensions import db
from app.jobs.services.searching.criteria import FILTERS, Choice, Criteria, read_criteria
from app.seekers import emails
from app.seekers.models import AlertMatch, AlertRecipient, Frequency, SavedSearch
from app.seekers.services.alert_links import OptIn, opt_in_token
from app.seekers.services.calendar import due_at
from app.seekers.services.recipients import (
    BOUNCE,
    COMPLAINT,
    erase,
    lift,
    own_recipient,
    recipient_at,
    recipient_of,
    record,
)

MOST = 30  # searches of one person
LONGEST_NAME = 80
OPT_INS_AN_HOUR = 3  # mails to one address that asked for none
UNCONFIRMED_KEPT = timedelta(days=7)
STOPPED_GUESTS_KEPT = timedelta(days=30)

_EVERYTHING = "All jobs"


@dataclass(frozen=True, slots=True)
class Shown:
    """A saved search as a page shows it."""

    id: int
    name: str
    frequency: str
    is_paused: bool
    choices: list[Choice]
    address: str  # of the search itself


def parameters_of(criteria: Criteria) -> list[list[str]]:
    """A search as it is kept: the same search always alike, and without a page."""
    return [[name, value] for name, value in replace(criteria, page=1).parameters()]


def criteria_of(parameters: Sequence[Sequence[str]]) -> Criteria:
    found: dict[str, list[str]] = {}
    for name, value in parameters:
        found.setdefault(name, []).append(value)
    return read_criteria(found)


def choices_of(criteria: Criteria) -> list[Choice]:
    """What narrows a search, in words."""
    employer = ""
    if criteria.employer:
        employer = (
            db.session.scalar(
                select(Organisation.name).where(Organisation.slug == criteria.employer)
            )
            or ""
        )
    return list(criteria.choices(employer))


def name_for(criteria: Criteria) -> str:
    labels = ", ".join(choice.label for choice in choices_of(criteria))
    return labels[:LONGEST_NAME] or _EVERYTHING


def address_of(criteria: Criteria) -> str:
    """The page of a search."""
    query = urlencode([(name, value) for name, value in parameters_of(criteria)])
    return f"/jobs?{query}" if query else "/jobs"


def shown(search: SavedSearch) -> Shown:
    criteria = criteria_of(search.parameters)
    return Shown(
        id=search.id,
        name=search.name,
        frequency=search.frequency,
        is_paused=search.paused_at is not None,
        choices=choices_of(criteria),
        address=address_of(criteria),
    )


def searches_of(recipient: AlertRecipient | None) -> list[SavedSearch]:
    """The confirmed ones, in the order they were saved."""
    if recipient is None:
        return []
    return list(
        db.session.scalars(
            select(SavedSearch)
            .where(SavedSearch.recipient_id == recipient.id, SavedSearch.confirmed_at.is_not(None))
            .order_by(SavedSearch.id)
        )
    )


def search_of(recipient: AlertRecipient | None, search_id: int) -> SavedSearch:
    for search in searches_of(recipient):
        if search.id == search_id:
            return search
    raise NotFound("There is no such saved search among yours.")


def save_search(account: Account, criteria: Criteria, *, name: str, frequency: str) -> SavedSearch:
    """Keep a search for an account. Saving the same one again changes its name and frequency."""
    _check(name, frequency)
    _check_place(criteria)
    if not account.is_verified:
        raise NotPermitted("Confirm your e-mail address first.")
    recipient = own_recipient(account)
    kept = searches_of(recipient)
    parameters = parameters_of(criteria)
    for search in kept:
        if search.parameters == parameters:
            change_search(search, name=name or search.name, frequency=frequency)
            resume_search(search)
            return search
    if len(kept) >= MOST:
        raise Conflict(f"You have {MOST} saved searches. Delete one first.")
    search = _add(recipient, criteria, name, frequency)
    _confirm(search)
    return search


def ask_to_save(email: str, criteria: Criteria, *, frequency: str) -> None:
    """Mail a guest a link that saves a search.

    Nothing tells whether the address is known, has alerts, or is sent mail at all.
    """
    _check("", frequency)
    _check_place(criteria)
    recipient = recipient_at(spell_address(email))
    if recipient.suppressed_for == COMPLAINT or _opt_ins_lately(recipient) >= OPT_INS_AN_HOUR:
        return
    search = _add(recipient, criteria, "", frequency)
    # What was typed stays out: a stranger's words would go to whomever a stranger names.
    known = {known.label for known in FILTERS.values()}
    labels = [c.label for c in choices_of(criteria) if c.kind in known]
    emails.send_opt_in(recipient.email or "", opt_in_token(recipient, search), labels)


def ask_to_lift(recipient: AlertRecipient) -> None:
    """Mail a link to an address that bounced: if it arrives, alerts may, too."""
    if recipient.suppressed_for == BOUNCE and recipient.email:
        emails.send_lift(recipient.email, opt_in_token(recipient))


def confirm(opt_in: OptIn) -> SavedSearch | None:
    """Do what a mailed link was for."""
    if opt_in.search is None:
        lift(opt_in.recipient)
        return None
    search = opt_in.search
    if opt_in.recipient.suppressed_for == BOUNCE:
        lift(opt_in.recipient)  # the mail did arrive
    opt_in.recipient.stopped_at = None
    for other in searches_of(opt_in.recipient):
        if other.parameters == search.parameters:
            db.session.delete(search)
            change_search(other, name=other.name, frequency=search.frequency)
            resume_search(other)
            return other
    if len(searches_of(opt_in.recipient)) >= MOST:
        raise Conflict(f"This address has {MOST} saved searches. Delete one first.")
    _confirm(search)
    return search


def change_search(search: SavedSearch, *, name: str, frequency: str) -> None:
    _check(name, frequency)
    if (search.name, search.frequency) == (name or search.name, frequency):
        return
    search.name, search.frequency = name or search.name, frequency
    search.revision += 1
    db.session.execute(
        update(AlertMatch)
        .where(*_found_by(search), AlertMatch.done_at.is_(None))
        .values(due_at=due_at(frequency, clock.now())),
        execution_options={"synchronize_session": False},
    )
    _record(search, "saved_search.changed", frequency=frequency)


def pause_search(search: SavedSearch) -> None:
    if search.paused_at is None:
        search.paused_at = clock.now()
        search.revision += 1
        _hand_over(search)
        _record(search, "saved_search.paused")


def resume_search(search: SavedSearch) -> None:
    if search.paused_at is not None:
        search.paused_at = None
        search.revision += 1
        _record(search, "saved_search.resumed")


def delete_search(search: SavedSearch) -> None:
    _record(search, "saved_search.deleted")
    _hand_over(search)
    db.session.execute(update(AlertMatch).where(*_found_by(search)).values(search_id=None))
    db.session.delete(search)
    db.session.flush()


def forget_abandoned() -> None:
    """Delete what guests never confirmed, and those who stopped or have nothing saved any more."""
    moment = clock.now()
    db.session.execute(
        delete(SavedSearch).where(
            SavedSearch.confirmed_at.is_(None), SavedSearch.created_at < moment - UNCONFIRMED_KEPT
        )
    )
    nothing_saved = (
        ~select(SavedSearch.id).where(SavedSearch.recipient_id == AlertRecipient.id).exists()
    )
    abandoned = (AlertRecipient.stopped_at < moment - STOPPED_GUESTS_KEPT) | (
        nothing_saved & (AlertRecipient.created_at < moment - UNCONFIRMED_KEPT)
    )
    for recipient in db.session.scalars(
        select(AlertRecipient).where(
            AlertRecipient.account_id.is_(None),
            AlertRecipient.taken_over_by.is_(None),
            AlertRecipient.suppressed_for == "",  # that an address complained is not forgotten
            abandoned,
        )
    ).all():
        erase(recipient)


def erase_of(account: Account) -> None:
    """The account is closing: nothing of its alerts is kept."""
    recipient = recipient_of(account)
    if recipient is not None:
        record(recipient, "alerts.erased")
        erase(recipient)


def _add(recipient: AlertRecipient, criteria: Criteria, name: str, frequency: str) -> SavedSearch:
    search = SavedSearch(
        recipient_id=recipient.id,
        name=name or name_for(criteria),
        parameters=parameters_of(criteria),
        frequency=frequency,
        created_at=clock.now(),
    )
    db.session.add(search)
    db.session.flush()
    return search


def _confirm(search: SavedSearch) -> None:
    search.confirmed_at = clock.now()
    search.revision += 1
    tasks.defer("seekers.look_back", {"search_id": search.id})
    _record(search, "saved_search.saved", frequency=search.frequency)


def _hand_over(search: SavedSearch) -> None:
    """What was found under this search and not told of yet may be another one's to tell."""
    db.session.execute(
        delete(AlertMatch).where(*_found_by(search), AlertMatch.done_at.is_(None)),
        execution_options={"synchronize_session": False},
    )
    for other in searches_of(search.recipient):
        if other.id != search.id and other.paused_at is None:
            tasks.defer("seekers.look_back", {"search_id": other.id})


def _found_by(search: SavedSearch) -> tuple[ColumnElement[bool], ...]:
    """By the person first, whom an index knows."""
    return AlertMatch.recipient_id == search.recipient_id, AlertMatch.search_id == search.id


def _opt_ins_lately(recipient: AlertRecipient) -> int:
    return (
        db.session.scalar(
            select(func.count(SavedSearch.id)).where(
                SavedSearch.recipient_id == recipient.id,
                SavedSearch.confirmed_at.is_(None),
                SavedSearch.created_at > clock.now() - timedelta(hours=1),
            )
        )
        or 0
    )


def _check_place(criteria: Criteria) -> None:
    """A search of no place would tell of the jobs of all places."""
    if criteria.place_problem:
        raise Invalid(criteria.place_problem)


def _check(name: str, frequency: str) -> None:
    if frequency not in list(Frequency):
        raise Invalid("Choose how often we tell you.", field="frequency")
    if len(name) > LONGEST_NAME:
        raise Invalid(f"Use {LONGEST_NAME} characters or fewer.", field="name")


def _record(search: SavedSearch, action: str, **detail: str) -> None:
    audit.record(
        action,
        actor_id=search.recipient.account_id,
        subject_kind="saved_search",
        subject_id=search.id,
        detail=detail,
    )
