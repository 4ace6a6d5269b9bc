"""Who gets alerts: an address, of a guest or of an account; and addresses that get none."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, or_, select, update

from app import audit, clock, mail
from app.accounts.models import Account
from app.accounts.signals import email_confirmed
from app.addresses import spell_address
from app.errors import Invalid, NotPermitted
from app.extensions import db, insert_once
from app.seekers.models import AlertMatch, AlertRecipient, SavedSearch

BOUNCE, COMPLAINT = "bounce", "complaint"


def recipient_of(account: Account) -> AlertRecipient | None:
    return db.session.scalar(select(AlertRecipient).where(AlertRecipient.account_id == account.id))


def own_recipient(account: Account) -> AlertRecipient:
    """The account's, made where it has none; what a guest of its address saved is its own."""
    found = recipient_of(account)
    if found is None:
        found = recipient_at(account.email)
        found.account_id = account.id
        db.session.flush()
    return found


def recipient_at(email: str) -> AlertRecipient:
    """Whoever gets alerts at an address, made where nobody does."""
    insert_once(AlertRecipient, email=email, created_at=clock.now(), suppressed_for="")
    return db.session.scalars(select(AlertRecipient).where(AlertRecipient.email == email)).one()


@email_confirmed.connect
def follow_account(account: Account, **_: Any) -> None:
    """An account has shown that an address is its own: what was saved for the address is, too."""
    own = recipient_of(account)
    there = db.session.scalar(select(AlertRecipient).where(AlertRecipient.email == account.email))
    if there is None and own is None:
        return
    if own is None and there is not None:
        there.account_id = account.id
    elif own is not None and there is not own:
        if there is not None:
            _take_over(there, own)
        own.email = account.email
        own.suppressed_at, own.suppressed_for = None, ""
    db.session.flush()


def _take_over(old: AlertRecipient, own: AlertRecipient) -> None:
    """Move all that is kept for one recipient to another; mailed links go on leading there."""
    told = select(AlertMatch.job_id).where(AlertMatch.recipient_id == own.id)
    for job_id in db.session.scalars(told).all():
        db.session.execute(
            delete(AlertMatch).where(AlertMatch.recipient_id == old.id, AlertMatch.job_id == job_id)
        )
    for kept in (SavedSearch, AlertMatch):
        db.session.execute(
            update(kept).where(kept.recipient_id == old.id).values(recipient_id=own.id)
        )
    old.email, old.account_id, old.taken_over_by = None, None, own.id
    db.session.flush()
    db.session.expire_all()


def stop(recipient: AlertRecipient) -> None:
    """No alerts of any kind until they are asked for again. Stopping twice is stopping once."""
    if recipient.stopped_at is None:
        recipient.stopped_at = clock.now()
        forget_waiting(AlertMatch.recipient_id == recipient.id)
        record(recipient, "alerts.stopped")


def start_again(recipient: AlertRecipient) -> None:
    if recipient.stopped_at is not None:
        recipient.stopped_at = None
        record(recipient, "alerts.started_again")


def suppress(address: str, reason: str) -> bool:
    """Send no more alerts to an address that bounced or complained. False where none are sent.

    A complaint outweighs a bounce, and neither ends by itself.
    """
    if reason not in (BOUNCE, COMPLAINT):
        raise Invalid("An address is suppressed for a bounce or for a complaint.")
    spelled = spell_address(address)
    recipient = db.session.scalar(select(AlertRecipient).where(AlertRecipient.email == spelled))
    if recipient is None:
        return False
    if recipient.suppressed_for in (COMPLAINT, reason):
        return True
    recipient.suppressed_at, recipient.suppressed_for = clock.now(), reason
    forget_waiting(AlertMatch.recipient_id == recipient.id)
    record(recipient, "alerts.suppressed", reason=reason)
    return True


@mail.mail_refused.connect
def hear_of_refusal(_sender: Any, *, address: str, **_: Any) -> None:
    """A server says that there is no such mailbox."""
    suppress(address, BOUNCE)


def lift(recipient: AlertRecipient, *, by: Account | None = None) -> None:
    """Send alerts again. After a complaint only the account itself may ask for that."""
    own = by is not None and recipient.account_id == by.id
    if recipient.suppressed_for == COMPLAINT and not own:
        raise NotPermitted("Log in to your account to have alerts sent to this address again.")
    if recipient.suppressed_for:
        recipient.suppressed_at, recipient.suppressed_for = None, ""
        record(recipient, "alerts.lifted")


def forget_waiting(whose: Any) -> None:
    """What was found and not told of yet is not told of any more."""
    db.session.execute(
        update(AlertMatch).where(whose, AlertMatch.done_at.is_(None)).values(done_at=clock.now()),
        execution_options={"synchronize_session": False},
    )


def record(recipient: AlertRecipient, action: str, **detail: Any) -> None:
    audit.record(
        action,
        actor_id=recipient.account_id,
        subject_kind="alert_recipient",
        subject_id=recipient.id,
        detail=detail,
    )


def erase(recipient: AlertRecipient) -> None:
    """Delete all that is kept for a recipient, and whoever it took over."""
    ids = select(AlertRecipient.id).where(
        or_(AlertRecipient.id == recipient.id, AlertRecipient.taken_over_by == recipient.id)
    )
    gone = db.session.scalars(ids).all()
    for kept in (AlertMatch, SavedSearch):
        db.session.execute(delete(kept).where(kept.recipient_id.in_(gone)))
    db.session.execute(delete(AlertRecipient).where(AlertRecipient.taken_over_by == recipient.id))
    db.session.execute(delete(AlertRecipient).where(AlertRecipient.id == recipient.id))
    db.session.expire_all()
