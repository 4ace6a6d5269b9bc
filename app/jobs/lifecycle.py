"""The one table of a listing's life: who may do what in which state, and where that leads.

Nothing here touches the database. Services carry a move out, views ask which buttons to show.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.errors import Conflict
from app.jobs.models import Job, JobState


class Role(StrEnum):
    """In what capacity someone acts on one listing; being staff says nothing of one's own."""

    MEMBER = "member"  # of the organisation that posts it
    MODERATOR = "moderator"
    OPERATOR = "operator"
    SYSTEM = "system"  # a payment, a refund


class Action(StrEnum):
    CHECK_OUT = "check-out"
    SUBMIT = "submit"
    REVISE = "revise"
    PAUSE = "pause"
    RESUME = "resume"
    FILL = "fill"
    REOPEN = "reopen"
    ARCHIVE = "archive"
    APPROVE = "approve"
    SCHEDULE = "schedule"
    REJECT = "reject"
    REMOVE = "remove"
    PAID = "paid"
    VOID = "void"
    RENEW = "renew"
    HOLD = "hold"
    RELEASE = "release"


class Fact(StrEnum):
    """What must be true of a listing for a move beyond its state."""

    COMPLETE = "complete"
    PAID = "paid"
    UNPAID = "unpaid"
    TIME_LEFT = "time_left"
    NOT_HELD = "not_held"


@dataclass(frozen=True, slots=True)
class Move:
    to: JobState
    needs: frozenset[Fact] = frozenset()


def _moves(
    action: Action, roles: tuple[Role, ...], paths: dict[JobState, JobState], *needs: Fact
) -> dict[tuple[JobState, Action, Role], Move]:
    return {
        (start, action, role): Move(to, frozenset(needs))
        for role in roles
        for start, to in paths.items()
    }


_S = JobState
_MEMBER, _SYSTEM = (Role.MEMBER,), (Role.SYSTEM,)
_STAFF = (Role.MODERATOR, Role.OPERATOR)

TABLE: dict[tuple[JobState, Action, Role], Move] = {
    # Composing and paying.
    **_moves(
        Action.CHECK_OUT,
        _MEMBER,
        {_S.DRAFT: _S.AWAITING_PAYMENT, _S.AWAITING_PAYMENT: _S.AWAITING_PAYMENT},
        Fact.COMPLETE,
        Fact.UNPAID,
    ),
    # A listing that was paid for and came back for changes is not paid for again.
    **_moves(Action.SUBMIT, _MEMBER, {_S.DRAFT: _S.IN_REVIEW}, Fact.COMPLETE, Fact.PAID),
    **_moves(
        Action.REVISE,
        _MEMBER,
        {_S.AWAITING_PAYMENT: _S.DRAFT, _S.IN_REVIEW: _S.DRAFT, _S.REJECTED: _S.DRAFT},
    ),
    # Money may arrive after the employer went back to editing.
    **_moves(Action.PAID, _SYSTEM, {_S.DRAFT: _S.IN_REVIEW, _S.AWAITING_PAYMENT: _S.IN_REVIEW}),
    **_moves(Action.VOID, _SYSTEM, {_S.AWAITING_PAYMENT: _S.DRAFT}),
    # Review.
    **_moves(
        Action.APPROVE, _STAFF, {_S.IN_REVIEW: _S.LIVE}, Fact.COMPLETE, Fact.PAID, Fact.NOT_HELD
    ),
    **_moves(
        Action.SCHEDULE,
        _STAFF,
        {_S.IN_REVIEW: _S.SCHEDULED},
        Fact.COMPLETE,
        Fact.PAID,
        Fact.NOT_HELD,
    ),
    **_moves(Action.REJECT, _STAFF, {_S.IN_REVIEW: _S.REJECTED}),
    **_moves(
        Action.REMOVE, (*_STAFF, Role.SYSTEM), {s: _S.REMOVED for s in _S if s is not _S.REMOVED}
    ),
    # While it is up.
    **_moves(Action.PAUSE, _MEMBER, {_S.LIVE: _S.PAUSED, _S.SCHEDULED: _S.PAUSED}),
    **_moves(Action.RESUME, _MEMBER, {_S.PAUSED: _S.LIVE}, Fact.TIME_LEFT, Fact.NOT_HELD),
    **_moves(
        Action.FILL,
        _MEMBER,
        {_S.LIVE: _S.FILLED, _S.SCHEDULED: _S.FILLED, _S.PAUSED: _S.FILLED},
    ),
    **_moves(Action.REOPEN, _MEMBER, {_S.FILLED: _S.LIVE}, Fact.TIME_LEFT, Fact.NOT_HELD),
    # A renewal that is paid for. What is paused stays paused.
    **_moves(
        Action.RENEW,
        _SYSTEM,
        {
            _S.SCHEDULED: _S.SCHEDULED,
            _S.LIVE: _S.LIVE,
            _S.PAUSED: _S.PAUSED,
            _S.FILLED: _S.LIVE,
            _S.EXPIRED: _S.LIVE,
        },
        Fact.NOT_HELD,
    ),
    # A payment that is contested takes the listing down until that is settled.
    **_moves(
        Action.HOLD,
        _SYSTEM,
        {_S.LIVE: _S.PAUSED, _S.SCHEDULED: _S.PAUSED, _S.EXPIRED: _S.EXPIRED},
    ),
    **_moves(Action.RELEASE, _SYSTEM, {_S.PAUSED: _S.LIVE, _S.EXPIRED: _S.LIVE}, Fact.TIME_LEFT),
    # Out of the way.
    **_moves(Action.ARCHIVE, _MEMBER, {_S.DRAFT: _S.ARCHIVED}, Fact.UNPAID),
    **_moves(
        Action.ARCHIVE,
        _MEMBER,
        {_S.FILLED: _S.ARCHIVED, _S.EXPIRED: _S.ARCHIVED},  # what was removed stays on record
    ),
}

# What a member does on the pay page; the payment itself makes the move of a renewal.
PURCHASES = frozenset({Action.CHECK_OUT, Action.RENEW})

STATE_LABELS = {
    _S.DRAFT: ("Draft", "neutral"),
    _S.AWAITING_PAYMENT: ("Waiting for payment", "warn"),
    _S.IN_REVIEW: ("In review", "accent"),
    _S.SCHEDULED: ("Scheduled", "accent"),
    _S.LIVE: ("Live", "good"),
    _S.PAUSED: ("Paused", "warn"),
    _S.FILLED: ("Closed", "neutral"),
    _S.EXPIRED: ("Expired", "neutral"),
    _S.REJECTED: ("Changes needed", "bad"),
    _S.REMOVED: ("Removed", "bad"),
    _S.ARCHIVED: ("Archived", "neutral"),
}

# The button's words, and the sentence shown once it is done.
ACTION_LABELS = {
    Action.CHECK_OUT: ("Pay and submit", ""),
    Action.RENEW: ("Renew", ""),
    Action.SUBMIT: ("Submit for review", "Submitted. A moderator reads it next."),
    Action.REVISE: ("Take back to edit", "You can change the listing now."),
    Action.PAUSE: ("Pause", "Paused. Coders no longer see it; its days go on counting."),
    Action.RESUME: ("Resume", "Coders see the listing again."),
    Action.FILL: ("Close", "Closed. Coders who open it are told so."),
    Action.REOPEN: ("Reopen", "Open again, until its days run out."),
    Action.ARCHIVE: ("Archive", "Archived."),
    Action.APPROVE: ("Approve", "Approved. The listing is live."),
    Action.SCHEDULE: ("Approve", "Approved. The listing goes live on the day asked for."),
    Action.REJECT: ("Ask for changes", "Sent back. The employer gets your reason by e-mail."),
    Action.REMOVE: ("Remove", "Removed. The employer gets your reason by e-mail."),
}

_REFUSALS = {
    Fact.COMPLETE: "Something is still missing. The checklist shows what.",
    Fact.PAID: "This listing has not been paid for.",
    Fact.UNPAID: "This listing is paid for already.",
    Fact.TIME_LEFT: "Its days have run out. Renew it instead.",
    Fact.NOT_HELD: "The payment for this listing is in dispute, so it stays down for now.",
}


def standing(job: Job, moment: datetime) -> JobState:
    """The state a listing is in now: the stored one, with what time has done to it."""
    state = JobState(job.state)
    if state in (_S.SCHEDULED, _S.LIVE, _S.PAUSED):
        if job.expires_at is not None and job.expires_at <= moment:
            return _S.EXPIRED
        if state is not _S.PAUSED and job.published_at is not None:
            return _S.SCHEDULED if job.published_at > moment else _S.LIVE
    return state


def facts_of(job: Job, moment: datetime, *, complete: bool) -> frozenset[Fact]:
    found = {Fact.PAID if job.paid_days > 0 else Fact.UNPAID}
    if complete:
        found.add(Fact.COMPLETE)
    if job.expires_at is not None and job.expires_at > moment:
        found.add(Fact.TIME_LEFT)
    if not job.is_held:
        found.add(Fact.NOT_HELD)
    return frozenset(found)


def move_for(state: JobState, action: Action, role: Role, facts: frozenset[Fact]) -> Move:
    """Where an action leads. Raises Conflict with a sentence for the person who tried."""
    move = TABLE.get((state, action, role))
    if move is None:
        label = STATE_LABELS[state][0].lower()
        raise Conflict(f"That is not possible while the listing is “{label}”.")
    for fact in Fact:
        if fact in move.needs and fact not in facts:
            raise Conflict(_REFUSALS[fact])
    return move


def is_done(state: JobState, action: Action, role: Role) -> bool:
    """Whether a listing is where the action leads, so that a second click changes nothing."""
    if (state, action, role) in TABLE:
        return False
    leads_to = {move.to for (_, a, r), move in TABLE.items() if a is action and r is role}
    return state in leads_to or (state is _S.SCHEDULED and _S.LIVE in leads_to)


def buttons(state: JobState, role: Role, facts: frozenset[Fact]) -> list[Action]:
    """The actions to offer, in the order of the enumeration."""
    offered = []
    for action in Action:
        move = TABLE.get((state, action, role))
        if move is None and role is Role.MEMBER and action is Action.RENEW:
            move = TABLE.get((state, action, Role.SYSTEM))
        if move is not None and move.needs <= facts:
            offered.append(action)
    return offered
