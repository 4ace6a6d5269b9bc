"""Fifty rounds of two hundred tabs at once: as many pages open as the quota allows (F11)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from sqlalchemy import func, select

from app import clock
from app.codes.models import ViewAllowance, ViewGrant
from app.codes.services.allowance import FirstView, Quota, view_code
from app.extensions import db

ROUNDS = 50
REQUESTS = 200
AT_ONCE = 15  # as many connections as the pool holds; the other requests queue for them
QUOTA = Quota(5, timedelta(days=30))


def opened_at_once(app, pool, reader, keys, *, first=None) -> int:
    """How many of the requests, each in its own transaction, got their page."""
    start = Barrier(AT_ONCE)

    def share(mine: list[str]) -> int:
        with app.app_context():
            start.wait()
            count = 0
            for key in mine:
                verdict = view_code(reader, "icd10cm", key, QUOTA, first=first)
                db.session.commit()
                count += verdict.is_open
            return count

    return sum(pool.map(share, [keys[n::AT_ONCE] for n in range(AT_ONCE)]))


def counted(reader: str) -> tuple[int, int]:
    db.session.rollback()
    used = db.session.scalars(
        select(ViewAllowance.used).where(ViewAllowance.reader == reader)
    ).one()
    grants = db.session.scalar(
        select(func.count())
        .select_from(ViewGrant)
        .join(ViewAllowance, ViewAllowance.id == ViewGrant.allowance_id)
        .where(ViewAllowance.reader == reader)
    )
    return used, grants


def test_two_hundred_different_pages_at_once_open_exactly_the_quota(app):
    keys = [f"E{n:03}" for n in range(REQUESTS)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for number in range(ROUNDS):
            reader = f"account:{number}"
            assert opened_at_once(app, pool, reader, keys) == QUOTA.views
            assert counted(reader) == (QUOTA.views, QUOTA.views)


def test_the_same_few_pages_in_many_tabs_count_once_each(app):
    keys = [f"E{n % 4}" for n in range(REQUESTS)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for number in range(10):
            reader = f"account:{number}"
            assert opened_at_once(app, pool, reader, keys) == REQUESTS
            assert counted(reader) == (4, 4)


def test_a_guests_tabs_together_get_the_quota_with_the_first_view_in_it(app):
    keys = [f"E{n:03}" for n in range(REQUESTS)]
    first = FirstView("icd10cm", "E000", clock.now())
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for number in range(10):
            reader = f"guest:{number}"
            assert opened_at_once(app, pool, reader, keys, first=first) == QUOTA.views
            assert counted(reader) == (QUOTA.views, QUOTA.views)


def test_a_new_period_that_all_tabs_begin_at_once_begins_once(app):
    keys = [f"E{n:03}" for n in range(REQUESTS)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for number in range(10):
            reader = f"account:{number}"
            db.session.add(
                ViewAllowance(reader=reader, period_start=clock.now() - timedelta(days=31), used=5)
            )
            db.session.commit()
            assert opened_at_once(app, pool, reader, keys) == QUOTA.views
            assert counted(reader) == (QUOTA.views, QUOTA.views)
