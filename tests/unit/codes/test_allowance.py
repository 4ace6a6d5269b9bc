"""The page-view allowance: once per code and period, and never one too many."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from app import clock
from app.accounts.signals import account_closing
from app.codes.models import ViewAllowance, ViewGrant
from app.codes.services.allowance import (
    FirstView,
    Quota,
    account_reader,
    forget_guests,
    guest_reader,
    view_code,
    views_left,
)
from app.extensions import db
from tests.factories.accounts import make_account

FIVE = Quota(5, timedelta(days=30))
ONE = Quota(1, timedelta(days=30))


@pytest.fixture(autouse=True)
def _database(app):
    pass


def view(key: str, reader: str = "account:1", quota: Quota = FIVE, **options):
    verdict = view_code(reader, "icd10cm", key, quota, **options)
    db.session.commit()
    return verdict


def used(reader: str = "account:1") -> tuple[int, int]:
    """What the counter says, and how many grants there are."""
    row = db.session.scalars(select(ViewAllowance).where(ViewAllowance.reader == reader)).one()
    grants = db.session.scalar(
        select(func.count()).select_from(ViewGrant).where(ViewGrant.allowance_id == row.id)
    )
    return row.used, grants


def test_each_code_counts_once_until_none_is_left():
    remaining = [view(f"E1{n}").remaining for n in range(5)]
    assert remaining == [4, 3, 2, 1, 0]
    locked = view("E15")
    assert (locked.is_open, locked.remaining) == (False, 0)
    assert used() == (5, 5)


def test_opening_a_code_again_is_free_even_with_none_left():
    for n in range(5):
        view(f"E1{n}")
    again = view("E12")
    assert (again.is_open, again.remaining, again.recorded) == (True, 0, False)
    assert used() == (5, 5)


def test_the_same_key_in_another_system_is_another_code():
    view("E11")
    verdict = view_code("account:1", "icd10pcs", "E11", FIVE)
    assert verdict.remaining == 3


def test_readers_do_not_share():
    view("E11")
    assert view("E11", reader="account:11").remaining == 4
    assert view("E12", reader="account:1").remaining == 3


def test_what_is_left_can_be_asked_without_opening_anything():
    assert views_left("account:1", FIVE).remaining == 5
    view("E11")
    assert views_left("account:1", FIVE).remaining == 4
    assert views_left("account:1", FIVE).remaining == 4
    assert not views_left("account:1", FIVE).is_open


def test_a_period_ends_after_its_days_and_a_new_one_begins_with_the_next_view():
    with time_machine.travel("2026-11-01 12:00Z", tick=False):
        for n in range(5):
            view(f"E1{n}")
        assert view("E15").renews_at.isoformat() == "2026-12-01T12:00:00+00:00"
    with time_machine.travel("2026-12-01 11:59:59Z", tick=False):
        assert not view("E15").is_open
    with time_machine.travel("2026-12-01 12:00:00Z", tick=False):
        assert views_left("account:1", FIVE).remaining == 5
        fresh = view("E15")
        assert (fresh.is_open, fresh.remaining) == (True, 4)
        assert fresh.renews_at.isoformat() == "2026-12-31T12:00:00+00:00"
        assert used() == (1, 1)
        assert view("E11").remaining == 3  # seen in the period before: counted again


def test_a_smaller_quota_closes_at_once_and_a_larger_one_opens():
    for n in range(3):
        view(f"E1{n}")
    assert not view("E15", quota=Quota(2, FIVE.period)).is_open
    assert view("E11", quota=Quota(2, FIVE.period)).is_open
    assert view("E15", quota=Quota(4, FIVE.period)).remaining == 0


def test_a_quota_of_nothing_opens_nothing():
    assert not view("E11", quota=Quota(0, FIVE.period)).is_open


def test_a_guests_first_view_is_written_down_at_the_second():
    first = FirstView("icd10cm", "E11", clock.now() - timedelta(days=2))
    locked = view("E12", reader="guest:a", quota=ONE, first=first)
    assert (locked.is_open, locked.remaining, locked.recorded) == (False, 0, True)
    assert locked.renews_at == first.at + ONE.period
    assert used("guest:a") == (1, 1)
    assert view("E11", reader="guest:a", quota=ONE, first=first).is_open
    again = view("E13", reader="guest:a", quota=ONE, first=first)
    assert (again.is_open, again.recorded) == (False, False)


def test_a_guest_with_more_views_gets_exactly_those():
    first = FirstView("icd10cm", "E11", clock.now())
    three = Quota(3, ONE.period)
    opened = [view(f"E1{n}", reader="guest:a", quota=three, first=first) for n in range(2, 6)]
    assert [verdict.is_open for verdict in opened] == [True, True, False, False]
    assert used("guest:a") == (3, 3)


def test_guests_are_forgotten_after_their_period_and_accounts_are_not():
    with time_machine.travel("2026-10-01 12:00Z", tick=False):
        view("E11", reader="guest:old")
        view("E11", reader="account:7")
    view("E11", reader="guest:new")
    assert forget_guests(clock.now() - ONE.period) == 1
    readers = set(db.session.scalars(select(ViewAllowance.reader)))
    assert readers == {"guest:new", "account:7"}


def test_a_closed_account_leaves_no_trace_of_what_it_read():
    account, other = make_account(), make_account()
    view("E11", reader=account_reader(account.id))
    view("E11", reader=account_reader(other.id))
    account_closing.send(account)
    db.session.commit()
    assert db.session.scalars(select(ViewAllowance.reader)).all() == [account_reader(other.id)]
    assert db.session.scalar(select(func.count()).select_from(ViewGrant)) == 1


def test_a_guest_can_never_be_an_account():
    assert guest_reader("account:1") != account_reader(1)
    assert not account_reader(1).startswith("guest")
