"""What the page about a topic tells: figures of its open listings, and the pages next to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import BigInteger, case, cast, select

from app import clock, taxonomy
from app.extensions import db
from app.filters import plural
from app.jobs.models import Job
from app.jobs.services.cards import Card
from app.jobs.services.landing import (
    COUNTED_EVERY,
    NEW_CODERS,
    REMOTE,
    WORTH_A_PAGE,
    Topic,
    has_page,
    topics,
)
from app.jobs.services.pay.pay_scale import (
    TO_A_YEAR,
    TO_AN_HOUR,
    PayBar,
    Tick,
    pay_bar,
    rounded_range,
    ticks,
)
from app.jobs.services.searching.criteria import FILTERS, Criteria
from app.jobs.services.searching.plain_listing import matching
from app.jobs.services.searching.search import Answer, find_jobs

MOST_NEIGHBOURS = 12
# Which filters are told of, and how many values of each.
_TOLD = {"place": 3, "credential": 6, "setting": 5, "specialty": 5, "engagement": 4}


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    count: int
    criteria: Criteria  # of the page, or of the search where there is no page


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Pay:
    """Between which amounts the middle half of the listings pays."""

    listings: int  # that pay by the hour or by the year
    hourly: str
    yearly: str
    bar: PayBar
    ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class TopicPage:
    topic: Topic
    total: int
    lede: str
    cards: tuple[Card, ...]
    facts: tuple[Fact, ...]
    pay: Pay | None
    neighbours: tuple[Fact, ...]
    is_indexed: bool
    wider: tuple[Topic, ...]  # of one choice each, where this is of two

    @property
    def parent(self) -> Topic | None:
        """The nearest wider topic that has a page."""
        return next((topic for topic in self.wider if has_page(topic)), None)


def page_about(topic: Topic) -> TopicPage:
    found = find_jobs(topic.criteria)
    answer = found.answer
    return TopicPage(
        topic=topic,
        total=answer.total,
        lede=_lede(topic, answer),
        cards=(*found.featured, *found.cards),
        facts=tuple(_facts(topic, answer)),
        pay=_kept_pay(topic),
        neighbours=tuple(_neighbours(topic)),
        is_indexed=has_page(topic),
        wider=tuple(Topic((c,)) for c in topic.choices) if len(topic.choices) > 1 else (),
    )


def _lede(topic: Topic, answer: Answer) -> str:
    is_one = answer.total < 2  # "no open job" is written as one is
    jobs = plural(answer.total, "open job") if answer.total else "No open job"
    state = taxonomy.STATES.get(topic.value("state"), "")
    credential = taxonomy.CREDENTIALS.get(topic.value("credential"))
    if credential:
        where = f" that can be done from {state}" if state else ""
        held = f"the {credential.label} ({credential.name}, {credential.issuer})"
        said = f"{jobs}{where} {'asks' if is_one else 'ask'} for {held}"
    elif state:
        said = f"{jobs} can be done from {state}"
    elif topic.choices == (REMOTE,):
        said = f"{jobs} can be done from home all week"
    elif topic.choices == (NEW_CODERS,):
        said = f"{jobs} {'welcomes' if is_one else 'welcome'} new coders"
    else:
        filtered = FILTERS[topic.choices[-1][0]].label.lower()
        said = f"{jobs} in this {filtered}"
    return f"{said}{_of_them(topic, answer)}."


def _of_them(topic: Topic, answer: Answer) -> str:
    """How many are remote, or open to new coders where all are remote; nothing uncounted."""
    if topic.choices == (REMOTE,):
        count, words = answer.counts.get("apprentice", {}).get("1", 0), "open to new coders"
    else:
        count, words = answer.counts.get("place", {}).get("remote", 0), "remote"
    if not count or answer.limited:
        return ""
    if count == answer.total:
        return f", {'all of them' if count > 1 else 'and it is'} {words}"
    return f", {count:,} of them {words}"


def _facts(topic: Topic, answer: Answer) -> Iterator[Fact]:
    """The values found most often, of each filter that the topic leaves open."""
    for name, most in _TOLD.items():
        if topic.value(name):
            continue
        counts = answer.counts.get(name, {})
        known = FILTERS[name].values
        often = sorted((v for v in counts if v in known and counts[v]), key=lambda v: -counts[v])
        links = [Link(known[v], counts[v], _with(topic.criteria, name, v)) for v in often[:most]]
        if len(links) > 1:  # what all of them share is no choice
            yield Fact(FILTERS[name].label, tuple(links))


def _with(criteria: Criteria, name: str, value: str) -> Criteria:
    """One choice more, in the order in which an address has them."""
    chosen = {**criteria.chosen, name: (value,)}
    return replace(criteria, chosen={n: chosen[n] for n in FILTERS if n in chosen})


def _neighbours(topic: Topic) -> Iterator[Fact]:
    state, credential = topic.value("state"), topic.value("credential")
    if state:
        within = _others(topic, lambda t: t.value("state") == state and bool(t.value("credential")))
        if within:
            yield Fact(f"More in {taxonomy.STATES[state]}", within)
    if credential:
        label = taxonomy.CREDENTIALS[credential].label
        elsewhere = _others(
            topic,
            lambda t: t.value("credential") == credential and bool(t.value("state")),
            by="state",
        )
        if elsewhere:
            yield Fact(f"{label} jobs by state", elsewhere)
    name = topic.choices[-1][0] if len(topic.choices) == 1 else ""
    kind = "credential" if name in ("place", "apprentice") else name
    alike = _others(topic, lambda t: [n for n, _ in t.choices] == [kind])
    if alike:
        yield Fact(_HEADINGS[kind], alike)


_HEADINGS = {
    "credential": "Jobs by credential",
    "setting": "Jobs by setting",
    "specialty": "Jobs by specialty",
    "state": "Jobs by state",
}


def _others(topic: Topic, belongs: Callable[[Topic], bool], by: str = "") -> tuple[Link, ...]:
    found = [(t, e.count) for t, e in topics().items() if t != topic and belongs(t)]
    return tuple(
        Link(taxonomy.STATES[t.value("state")] if by == "state" else t.label, count, t.criteria)
        for t, count in found[:MOST_NEIGHBOURS]
    )


def _kept_pay(topic: Topic) -> Pay | None:
    """Worked out anew every few minutes: it reads every listing of the topic."""
    kept: dict[Topic, tuple[datetime, Pay | None]]
    kept = current_app.extensions.setdefault("job_topics_pay", {})
    moment = clock.now()
    known = kept.get(topic)
    if known is None or not timedelta() <= moment - known[0] < COUNTED_EVERY:
        known = kept[topic] = (moment, _pay(topic.criteria))
    return known[1]


def _pay(criteria: Criteria) -> Pay | None:
    """The quarter points of the middles of the ranges, on one scale for hourly and yearly pay."""
    both = cast(Job.pay_low_cents + Job.pay_high_cents, BigInteger)
    yearly = case(
        *((Job.pay_unit == unit, both * by) for unit, by in taxonomy.TIMES_A_YEAR.items())
    )
    paid = (
        Job.id.in_(matching(criteria)),
        Job.pay_unit.in_(taxonomy.TIMES_A_YEAR),
        Job.pay_high_cents > 0,
    )
    # Read once and sorted here: the database would read them again for each quarter point.
    found = sorted(db.session.scalars(select(yearly).where(*paid)))
    count = len(found)
    if count < WORTH_A_PAGE:
        return None
    low, high = (found[(count - 1) * quarters // 4] // 2 for quarters in (1, 3))
    bar = pay_bar(low, high, "year")
    if bar is None:
        return None
    hours = taxonomy.HOURS_A_YEAR
    return Pay(
        listings=count,
        hourly=rounded_range(low / hours, high / hours, TO_AN_HOUR),
        yearly=rounded_range(low, high, TO_A_YEAR),
        bar=bar,
        ticks=tuple(ticks("hour")),
    )
