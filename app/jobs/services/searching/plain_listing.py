"""The list of jobs without a search engine: the database's own answer to the same filters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from math import cos, pi, radians
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, Select, and_, case, cast, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from app import clock, taxonomy
from app.extensions import db
from app.jobs.models import Facet, Job, JobTerm, visible_row
from app.jobs.services.searching.criteria import FILTERS, Criteria, Near
from app.jobs.services.searching.naming import naming
from search.sphere import EARTH

METRES_A_DEGREE = pi * EARTH / 180
COUNTED = 1_000  # results are counted up to here; further counting would read the whole table


@dataclass(frozen=True, slots=True)
class PlainListing:
    job_ids: tuple[int, ...]
    total: int  # counted up to COUNTED
    page: int
    ignored: str  # typed words that stand for no filter: nothing here can look for them


def list_plainly(criteria: Criteria, employer_id: int | None, page_size: int) -> PlainListing:
    """One page of what the filters let through, the newest first unless asked otherwise."""
    wanted = select(Job.id).join(Job.organisation).where(*_conditions(criteria, employer_id))
    total = (
        db.session.scalar(select(func.count()).select_from(wanted.limit(COUNTED).subquery())) or 0
    )
    page = min(criteria.page, max(1, -(-total // page_size)))
    ids = db.session.scalars(
        wanted.order_by(*_order(criteria.sort)).offset((page - 1) * page_size).limit(page_size)
    ).all()
    return PlainListing(tuple(ids), total, page, criteria.text)


def matching(criteria: Criteria) -> Select[int]:
    """The ids of the listings that the filters let through; words and employer play no part."""
    return select(Job.id).join(Job.organisation).where(*_conditions(criteria, None))


def _conditions(criteria: Criteria, employer_id: int | None) -> Iterator[ColumnElement[bool]]:
    yield visible_row()
    for name, values in criteria.chosen.items():
        yield _holds(name, values, criteria.need if name == "credential" else "")
    if criteria.apprentice:
        yield or_(Job.apprentice_welcome.is_(True), Job.experience == "none")
    if criteria.productivity:
        yield Job.productivity != ""
    if criteria.accuracy:
        yield Job.accuracy_percent.is_not(None)
    if criteria.near:
        yield _within(criteria.near)
    if criteria.pay_floor:
        yield criteria.pay_floor <= _YEARLY
    elif criteria.pay_min:
        yield and_(Job.pay_unit == criteria.pay_per, Job.pay_high_cents >= criteria.pay_min)
    if criteria.since:
        yield Job.published_at > clock.now() - timedelta(days=criteria.since)
    if employer_id is not None:
        yield Job.organisation_id == employer_id
    if criteria.code:
        yield Job.id.in_(naming(criteria.code))


def _holds(name: str, values: tuple[str, ...], need: str = "") -> ColumnElement[bool]:
    known = FILTERS[name]
    if known.facet is Facet.STATE:
        return _open_to(values)
    if known.facet is None:
        column: InstrumentedAttribute[str] = getattr(Job, known.column)
        return column.in_(values)
    found = _with_term(known.facet, values)
    return Job.id.in_(found.where(JobTerm.need == need) if need else found)


def _within(near: Near) -> ColumnElement[bool]:
    """In the square around the circle: close enough while search is limited."""
    high = near.metres / METRES_A_DEGREE
    wide = high / max(cos(radians(near.place.lat)), 0.1)
    lat, lng = near.place.lat, near.place.lng
    remote = and_(Job.place_kind == "remote", _open_to((near.place.state,)))
    inside = and_(Job.lat.between(lat - high, lat + high), Job.lng.between(lng - wide, lng + wide))
    return or_(remote, and_(Job.place_kind != "remote", inside))


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
