"""The table of a listing's life: every cell of it, and where no sequence of moves may lead."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Conflict
from app.jobs import lifecycle
from app.jobs.lifecycle import TABLE, Action, Fact, Role, buttons, is_done, move_for, standing
from app.jobs.models import Job, JobState

EVERYTHING = frozenset(Fact)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

# The life of a listing as the design draws it, written down a second time and by hand.
MEMBER = {
    "draft": {"check-out": "awaiting_payment", "submit": "in_review", "archive": "archived"},
    "awaiting_payment": {"check-out": "awaiting_payment", "revise": "draft"},
    "in_review": {"revise": "draft"},
    "rejected": {"revise": "draft"},
    "scheduled": {"pause": "paused", "fill": "filled"},
    "live": {"pause": "paused", "fill": "filled"},
    "paused": {"resume": "live", "fill": "filled"},
    "filled": {"reopen": "live", "archive": "archived"},
    "expired": {"archive": "archived"},
    "archived": {},
}
STAFF = {
    "in_review": {"approve": "live", "schedule": "scheduled", "reject": "rejected"},
}
SYSTEM = {
    "draft": {"paid": "in_review"},
    "awaiting_payment": {"paid": "in_review", "void": "draft"},
    "scheduled": {"renew": "scheduled", "hold": "paused"},
    "live": {"renew": "live", "hold": "paused"},
    "paused": {"renew": "paused", "release": "live"},
    "filled": {"renew": "live"},
    "expired": {"renew": "live", "hold": "expired", "release": "live"},
}


def expected(state: JobState, action: Action, role: Role) -> str | None:
    if action is Action.REMOVE and role is not Role.MEMBER and state is not JobState.REMOVED:
        return "removed"
    tables = {Role.MEMBER: MEMBER, Role.SYSTEM: SYSTEM}
    return tables.get(role, STAFF).get(state.value, {}).get(action.value)


CELLS = list(itertools.product(JobState, Action, Role))


@pytest.mark.parametrize(("state", "action", "role"), CELLS)
def test_every_cell_leads_where_the_design_says_or_nowhere(
    state: JobState, action: Action, role: Role
) -> None:
    to = expected(state, action, role)
    if to is None:
        with pytest.raises(Conflict) as refused:
            move_for(state, action, role, EVERYTHING)
        assert lifecycle.STATE_LABELS[state][0].lower() in refused.value.message
    else:
        assert move_for(state, action, role, EVERYTHING).to == to


@pytest.mark.parametrize(
    ("action", "role", "state", "fact"),
    [
        (action, role, state, fact)
        for (state, action, role), move in TABLE.items()
        for fact in sorted(move.needs)
    ],
)
def test_each_condition_of_a_move_is_refused_in_words(
    action: Action, role: Role, state: JobState, fact: Fact
) -> None:
    with pytest.raises(Conflict) as refused:
        move_for(state, action, role, EVERYTHING - {fact})
    assert refused.value.message.endswith(".")
    assert action not in buttons(state, role, EVERYTHING - {fact})


def test_only_payment_and_review_lead_to_the_public() -> None:
    """Whatever is not public becomes so by a moderator's approval of what was paid for."""
    public = {JobState.LIVE, JobState.SCHEDULED}
    had_been = {JobState.PAUSED, JobState.FILLED, JobState.EXPIRED}
    for (state, action, role), move in TABLE.items():
        if move.to not in public or state in public | had_been:
            continue
        assert (state, role) in {
            (JobState.IN_REVIEW, Role.MODERATOR),
            (JobState.IN_REVIEW, Role.OPERATOR),
        }
        assert {Fact.PAID, Fact.COMPLETE, Fact.NOT_HELD} <= move.needs, action


def test_every_state_and_every_offered_action_has_words() -> None:
    assert set(lifecycle.STATE_LABELS) == set(JobState)
    offered = {a for _, a, r in TABLE if r is not Role.SYSTEM} | lifecycle.PURCHASES
    assert offered <= set(lifecycle.ACTION_LABELS)


moves = st.lists(
    st.tuples(
        st.sampled_from(Action),
        st.sampled_from(Role),
        st.frozensets(st.sampled_from([Fact.COMPLETE, Fact.TIME_LEFT, Fact.NOT_HELD])),
    ),
    max_size=40,
)


@given(moves)
def test_no_sequence_of_moves_skips_payment_or_review(
    sequence: list[tuple[Action, Role, frozenset[Fact]]],
) -> None:
    state, paid, approved = JobState.DRAFT, False, False
    for action, role, facts in sequence:
        money = Fact.PAID if paid else Fact.UNPAID
        try:
            state = move_for(state, action, role, facts | {money}).to
        except Conflict:
            continue
        paid = paid or (action is Action.PAID and role is Role.SYSTEM)
        approved = approved or (
            action in (Action.APPROVE, Action.SCHEDULE) and role in (Role.MODERATOR, Role.OPERATOR)
        )
        assert state in JobState
        if state in (
            JobState.LIVE,
            JobState.SCHEDULED,
            JobState.PAUSED,
            JobState.FILLED,
            JobState.EXPIRED,
        ):
            assert paid
            assert approved
        if state is JobState.IN_REVIEW:
            assert paid


def job(state: JobState, *, published: int | None = None, expires: int | None = None) -> Job:
    """A listing published and expiring so many hours from now."""
    return Job(
        state=state,
        held_from="",
        paid_days=30,
        published_at=None if published is None else NOW + timedelta(hours=published),
        expires_at=None if expires is None else NOW + timedelta(hours=expires),
    )


@pytest.mark.parametrize(
    ("stored", "published", "expires", "now"),
    [
        (JobState.LIVE, -1, 1, JobState.LIVE),
        (JobState.LIVE, -1, 0, JobState.EXPIRED),
        (JobState.LIVE, 1, 2, JobState.SCHEDULED),
        (JobState.SCHEDULED, 1, 2, JobState.SCHEDULED),
        (JobState.SCHEDULED, 0, 2, JobState.LIVE),
        (JobState.SCHEDULED, -2, -1, JobState.EXPIRED),
        (JobState.PAUSED, -1, 1, JobState.PAUSED),
        (JobState.PAUSED, -2, -1, JobState.EXPIRED),
        (JobState.FILLED, -2, -1, JobState.FILLED),
        (JobState.DRAFT, None, None, JobState.DRAFT),
        (JobState.REMOVED, -2, -1, JobState.REMOVED),
    ],
)
def test_time_alone_starts_and_ends_a_listing(
    stored: JobState, published: int | None, expires: int | None, now: JobState
) -> None:
    assert standing(job(stored, published=published, expires=expires), NOW) is now


def test_what_has_expired_offers_a_renewal_and_no_pause() -> None:
    listing = job(JobState.LIVE, published=-800, expires=-1)
    facts = lifecycle.facts_of(listing, NOW, complete=True)
    offered = buttons(standing(listing, NOW), Role.MEMBER, facts)
    assert offered == [Action.ARCHIVE, Action.RENEW]


def test_a_held_listing_offers_neither_resume_nor_renewal() -> None:
    listing = job(JobState.PAUSED, published=-1, expires=1)
    listing.held_from = "live"
    facts = lifecycle.facts_of(listing, NOW, complete=True)
    assert buttons(JobState.PAUSED, Role.MEMBER, facts) == [Action.FILL]


@pytest.mark.parametrize(
    ("state", "action", "role", "done"),
    [
        (JobState.PAUSED, Action.PAUSE, Role.MEMBER, True),
        (JobState.LIVE, Action.RESUME, Role.MEMBER, True),
        (JobState.SCHEDULED, Action.RESUME, Role.MEMBER, True),
        (JobState.LIVE, Action.APPROVE, Role.MODERATOR, True),
        (JobState.REMOVED, Action.REMOVE, Role.OPERATOR, True),
        (JobState.DRAFT, Action.REVISE, Role.MEMBER, True),
        (JobState.LIVE, Action.PAUSE, Role.MEMBER, False),
        (JobState.EXPIRED, Action.PAUSE, Role.MEMBER, False),
        (JobState.LIVE, Action.RENEW, Role.SYSTEM, False),
        (JobState.LIVE, Action.APPROVE, Role.MEMBER, False),
    ],
)
def test_a_second_click_is_recognised(
    state: JobState, action: Action, role: Role, done: bool
) -> None:
    assert is_done(state, action, role) is done
