"""The list of jobs without a search engine: the database's own answer to the same filters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, Select, and_, case, cast, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from app import taxonomy
from app.extensions import db
from app.jobs.models import Facet, Job, JobTerm, visible_row
from app.jobs.services.criteria import FILTERS, Criteria
from app.jobs.services.naming import naming

COUNTED = 1_000  # results are counted up to here; further counting would read the whole table

_WORD = re.compile(r"[a-z0-9]+")
# Words of labels that say one thing only: "remote", "inpatient", "auditor". The others, such as
# "coder", stand in many labels and narrow nothing.
_UNDERSTOOD = ("place", "setting", "specialty", "role")


@dataclass(frozen=True, slots=True)
class PlainListing:
    job_ids: tuple[int, ...]
    total: int  # counted up to COUNTED
    page: int
    ignored: str  # typed words that mean nothing here


def list_plainly(criteria: Criteria, employer_id: int | None, page_size: int) -> PlainListing:
    """One page of what the filters let through, the newest first unless asked otherwise."""
    understood, ignored = understand(criteria.text)
    conditions = list(_conditions(criteria, employer_id))
    conditions += [_holds(name, (value,)) for name, value in understood]
    wanted = select(Job.id).join(Job.organisation).where(*conditions)
    total = (
        db.session.scalar(select(func.count()).select_from(wanted.limit(COUNTED).subquery())) or 0
    )
    page = min(criteria.page, max(1, -(-total // page_size)))
    ids = db.session.scalars(
        wanted.order_by(*_order(criteria.sort)).offset((page - 1) * page_size).limit(page_size)
    ).all()
    return PlainListing(tuple(ids), total, page, " ".join(ignored))


def understand(text: str) -> tuple[list[tuple[str, str]], list[str]]:
    """The typed words that name one value of a filter, and those that do not."""
    found: dict[tuple[str, str], None] = {}
    ignored = []
    for word in text.split():
        meant = _MEANINGS.get(word.lower())
        if meant:
            found[meant] = None
        else:
            ignored.append(word)
    return list(found), ignored


def _meanings() -> dict[str, tuple[str, str]]:
    meanings: dict[str, set[tuple[str, str]]] = {}
    for name in _UNDERSTOOD:
        for slug, label in FILTERS[name].values.items():
            for word in {*_WORD.findall(label.lower()), slug}:
                meanings.setdefault(word, set()).add((name, slug))
    return {
        word: meant.pop() for word, meant in meanings.items() if len(meant) == 1 and len(word) > 2
    }


_MEANINGS = _meanings()


def _conditions(criteria: Criteria, employer_id: int | None) -> Iterator[ColumnElement[bool]]:
    yield visible_row()
    for name, values in criteria.chosen.items():
        yield _holds(name, values)
    if criteria.apprentice:
        yield Job.apprentice_welcome.is_(True)
    if criteria.pay_floor:
        yield criteria.pay_floor <= _YEARLY
    if employer_id is not None:
        yield Job.organisation_id == employer_id
    if criteria.code:
        yield Job.id.in_(naming(criteria.code))


def _holds(name: str, values: tuple[str, ...]) -> ColumnElement[bool]:
    known = FILTERS[name]
    if known.facet is Facet.STATE:
        return _open_to(values)
    if known.facet is None:
        column: InstrumentedAttribute[str] = getattr(Job, known.column)
        return column.in_(values)
    return Job.id.in_(_with_term(known.facet, values))


def _open_to(states: tuple[str, ...]) -> ColumnElement[bool]:
    """Placed there, or remote and open to it: a remote job that lists no state is open to all."""
    anywhere = Job.id.not_in(_with_term(Facet.STATE))
    remote = and_(
        Job.place_kind == "remote", or_(anywhere, Job.id.in_(_with_term(Facet.STATE, states)))
    )
    return or_(remote, and_(Job.place_kind != "remote", Job.state_code.in_(states)))


def _with_term(facet: Facet, values: tuple[str, ...] | None = None) -> Select[int]:
    found = select(JobTerm.job_id).where(JobTerm.facet == facet)
    return found if values is None else found.where(JobTerm.value.in_(values))


_HIGH = cast(Job.pay_high_cents, BigInteger)
_YEARLY = case(
    (Job.pay_unit == "hour", _HIGH * taxonomy.HOURS_A_YEAR), (Job.pay_unit == "year", _HIGH)
)

_RUNS_OUT = func.date(Job.expires_at, type_=Date)
_LAST_DAY = case((Job.closes_on <= _RUNS_OUT, Job.closes_on), else_=_RUNS_OUT)


def _order(sort: str) -> tuple[ColumnElement[Any], ...]:
    if sort == "pay":
        return (_YEARLY.desc().nulls_last(), Job.published_at.desc(), Job.id.desc())
    if sort == "closing":
        return (_LAST_DAY.asc().nulls_last(), Job.expires_at.asc(), Job.id.desc())
    return (Job.published_at.desc(), Job.id.desc())
