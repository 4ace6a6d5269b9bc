"""What the postings of the last year state they pay, column by column, kept for some minutes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from flask import current_app
from sqlalchemy import String, and_, cast, func, or_, select

from app import clock, taxonomy
from app.employers.models import Organisation
from app.extensions import db
from app.jobs.documents import cents_a_year
from app.jobs.models import Facet, Job, JobState, JobTerm

KEPT_FOR = timedelta(minutes=10)
YEAR = timedelta(days=365)
TIME = "time"  # paid by the hour or by the year, which compare
PIECES = ("chart", "encounter", "rvu")  # each compares with its like only
_TIMES = tuple(taxonomy.TIMES_A_YEAR)
REMOTE = "remote"  # the place of every remote job, whatever states it is open to

# A dimension and one of its values: ("credential", "cpc"), ("state", "TX"), ("state", REMOTE).
Group = tuple[str, str]

_TERMS = {"credential": Facet.CREDENTIAL, "setting": Facet.SETTING}
_UP = (JobState.LIVE, JobState.SCHEDULED)
_ONCE_UP = (*_UP, JobState.PAUSED, JobState.FILLED, JobState.EXPIRED, JobState.ARCHIVED)
_NOWHERE = 2**62  # the place of a posting that is none of these

_turn = Lock()


class Postings:
    """A posting is a number: its place in each column, and among the members of its groups.

    Pay is in cents: a year's for TIME, else of the piece.
    """

    def __init__(self, rows: Iterable[Any], now: datetime) -> None:
        self.now = now
        self.lows: list[int] = []
        self.highs: list[int] = []
        self.employers: list[int] = []
        # The dimensions of which each posting has one value: that value.
        self.values: dict[str, list[str]] = {"state": [], "experience": []}
        self.spans: dict[str, range] = {}  # the numbers of those paid on one basis
        self.answers: dict[Any, Any] = {}  # what was worked out from these columns
        self._members: dict[tuple[str, Group], list[int]] = {}
        self._terms: set[str] = set()
        by_unit: dict[str, list[Any]] = {unit: [] for unit in (*_TIMES, *PIECES)}
        for row in rows:
            by_unit[row.pay_unit].append(row)
        ids: list[int] = []
        for basis, units in ((TIME, _TIMES), *((unit, (unit,)) for unit in PIECES)):
            start = len(ids)
            for unit in units:
                ids += self._add(basis, unit, by_unit[unit])
            self.spans[basis] = range(start, len(ids))
        self._numbers = [_NOWHERE] * (max(ids, default=0) + 1)
        for number, job_id in enumerate(ids):
            self._numbers[job_id] = number

    def members(self, group: Group, basis: str = TIME) -> Sequence[int]:
        """The numbers of the postings in a group that are paid on that basis."""
        dimension = group[0]
        if dimension in _TERMS and dimension not in self._terms:
            self._read_terms(dimension)
        return self._members.get((basis, group), ())

    def _add(self, basis: str, unit: str, rows: Sequence[Any]) -> list[int]:
        """Append the columns of the rows of one unit, and return the ids."""
        first, by = len(self.lows), cents_a_year(1, unit) or 1
        self.lows += [low * by for low in _joined(row.lows for row in rows)]
        self.highs += [high * by for high in _joined(row.highs for row in rows)]
        self.employers += _joined(row.employers for row in rows)
        for row in rows:
            last = first + row.size
            place = REMOTE if row.place_kind == REMOTE else row.state_code
            for dimension, value in (("state", place), ("experience", row.experience)):
                self.values[dimension] += [value] * row.size
                members = self._members.setdefault((basis, (dimension, value)), [])
                members += range(first, last)
            first = last
        return _joined(row.ids for row in rows)

    def _read_terms(self, dimension: str) -> None:
        rows = db.session.execute(
            select(JobTerm.value, _together(JobTerm.job_id))
            .where(JobTerm.facet == _TERMS[dimension])
            .group_by(JobTerm.value)
        )
        known, timed = len(self._numbers), self.spans[TIME].stop
        for value, together in rows:
            ids = [job_id for job_id in _joined([together]) if job_id < known]
            numbers = [self._numbers[job_id] for job_id in ids]
            group = (dimension, value)
            self._members[TIME, group] = [n for n in numbers if n < timed]
            by_piece = [n for n in numbers if timed <= n < _NOWHERE]
            for basis in PIECES:
                span = self.spans[basis]
                self._members[basis, group] = [n for n in by_piece if n in span]
        self._terms.add(dimension)


def postings_of_the_year(*, with_samples: bool) -> Postings:
    """The postings that count: public now or first published within a year, with their pay.

    Never a draft, a removed listing, or one of a suspended organisation; each counts once,
    however often it was renewed. Of an invented employer only with `with_samples`.
    """
    kept: dict[bool, Postings] = current_app.extensions.setdefault("pay_postings", {})
    known = kept.get(with_samples)
    # While one request reads them anew, others go on with what there is.
    if known is not None and (_is_fresh(known) or not _turn.acquire(blocking=False)):
        return known
    if known is None:
        _turn.acquire()
    try:
        known = kept.get(with_samples)
        if known is None or not _is_fresh(known):
            known = kept[with_samples] = _read(with_samples)
        return known
    finally:
        _turn.release()


def _is_fresh(postings: Postings) -> bool:
    return timedelta() <= clock.now() - postings.now < KEPT_FOR


def _read(with_samples: bool) -> Postings:
    """One row for each unit, place and experience: a row for each posting would take thrice as
    long to fetch. The columns of a row are in the same order."""
    now = clock.now()
    suspended = Organisation.suspended_at.is_not(None)
    unwanted = suspended if with_samples else or_(suspended, Organisation.is_sample)
    rows = db.session.execute(
        select(
            Job.pay_unit,
            Job.place_kind,
            Job.state_code,
            Job.experience,
            func.count().label("size"),
            _together(Job.id).label("ids"),
            _together(Job.organisation_id).label("employers"),
            _together(Job.pay_low_cents).label("lows"),
            _together(Job.pay_high_cents).label("highs"),
        )
        .where(
            Job.state.in_(_ONCE_UP),
            Job.published_at <= now,
            or_(
                Job.published_at >= now - YEAR,
                and_(Job.state.in_(_UP), Job.expires_at > now),
            ),
            Job.pay_unit.in_((*_TIMES, *PIECES)),
            Job.pay_high_cents > 0,
            Job.organisation_id.not_in(select(Organisation.id).where(unwanted)),
        )
        .group_by(Job.pay_unit, Job.place_kind, Job.state_code, Job.experience)
    )
    return Postings(rows, now)


def _together(column: Any) -> Any:
    return func.aggregate_strings(cast(column, String), ",")


def _joined(columns: Iterable[str]) -> list[int]:
    """Whole numbers of columns that came together; at once, and as JSON, is the fastest way."""
    return json.loads(f"[{','.join(columns)}]")  # type: ignore[no-any-return]
