"""The database session: moments are aware, keys are enforced, a row is inserted once."""

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError

from app import clock
from app.accounts.models import Account, AccountSession
from app.extensions import db, insert_once, visitor_network
from tests.factories.accounts import make_account


def test_a_moment_comes_back_aware_and_in_utc(app):
    there = timezone(timedelta(hours=-5))
    account = make_account(created_at=datetime(2026, 3, 1, 8, 30, 0, 123456, tzinfo=there))
    db.session.expire_all()
    assert account.created_at == datetime(2026, 3, 1, 13, 30, 0, 123456, tzinfo=UTC)
    assert account.created_at.utcoffset() == timedelta()


def test_a_moment_without_a_zone_is_refused(app):
    with pytest.raises(StatementError, match="without a time zone"):
        make_account(created_at=datetime(2026, 3, 1))  # noqa: DTZ001
    db.session.rollback()


def test_moments_compare_in_the_database(app):
    make_account(created_at=clock.now() - timedelta(days=1))
    later = select(Account).where(Account.created_at > clock.now() - timedelta(hours=1))
    assert db.session.scalars(later).all() == []


def test_a_row_that_refers_to_nothing_is_refused(app):
    moment = clock.now()
    db.session.add(
        AccountSession(
            account_id=999_999, token_hash="x", created_at=moment, seen_at=moment,
            expires_at=moment, browser="",
        )
    )  # fmt: skip
    with pytest.raises(IntegrityError):
        db.session.commit()
    db.session.rollback()


def test_of_many_inserts_at_once_exactly_one_wins(app):
    start = threading.Barrier(8)
    found: list[int | None] = []

    def insert() -> None:
        with app.app_context():
            start.wait()
            found.append(
                insert_once(
                    Account, email="one@example.com", name="One", password_hash="", staff="none",
                    created_at=clock.now(),
                )
            )  # fmt: skip
            db.session.commit()
            db.session.remove()

    threads = [threading.Thread(target=insert) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([number for number in found if number is not None]) == 1


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::ffff", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("::1", "::/64"),
        ("unknown", "unknown"),
    ],
)
def test_what_is_counted_is_an_ipv4_address_or_the_network_of_an_ipv6_one(app, address, counted):
    with app.test_request_context("/", environ_base={"REMOTE_ADDR": address}):
        assert visitor_network() == counted


def test_readers_and_a_writer_of_sqlite_do_not_shut_each_other_out(app):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("SQLite only")
    assert db.session.scalar(text("PRAGMA journal_mode")) == "wal"
    assert db.session.scalar(text("PRAGMA busy_timeout")) == 10_000
