"""Which pages there are about one credential, setting, specialty or state.

A page stands for a search with one or two filters. Whether crawlers are led to it is asked here
and nowhere else: by the page itself, by the list with the same filters, and by the sitemap. The
worker counts; that reads every open listing, for which no visitor waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import CTE, and_, case, func, or_, select, union_all

from app import clock, taxonomy
from app.extensions import db
from app.jobs.models import Facet, Job, JobTerm, JobTopic, visible
from app.jobs.services.cards import slug_of
from app.jobs.services.searching.criteria import FLAGS, Criteria

WORTH_A_PAGE = 5  # open listings; below that it is no page but a search
COUNTED_EVERY = timedelta(minutes=10)
KEPT_FOR = timedelta(minutes=1)  # in each process
# A remote job that lists more states is no job of any one of them. Without this limit fifty pages
# would show the same listings.
MOST_STATES = 10

BY_TERM = {
    "credential": Facet.CREDENTIAL,
    "setting": Facet.SETTING,
    "specialty": Facet.SPECIALTY,
}
REMOTE, NEW_CODERS = ("place", "remote"), ("apprentice", "1")
_STATE_SLUGS = {slug_of(name): code for code, name in taxonomy.STATES.items()}
_KNOWN: dict[str, Mapping[str, Any]] = {
    "credential": taxonomy.CREDENTIALS,
    "setting": taxonomy.SETTINGS,
    "specialty": taxonomy.SPECIALTIES,
    "state": taxonomy.STATES,
}

Choice = tuple[str, str]  # the name of a filter and one value of it


@dataclass(frozen=True, slots=True)
class Topic:
    """What a page is about: one choice, or a state and a credential, in that order."""

    choices: tuple[Choice, ...]

    @property
    def path(self) -> str:
        if self.choices == (REMOTE,):
            return "/jobs/remote"
        if self.choices == (NEW_CODERS,):
            return "/jobs/new-coders"
        parts = (f"{name}/{_slug(name, value)}" for name, value in self.choices)
        return f"/jobs/{'/'.join(parts)}"

    @property
    def key(self) -> str:
        return "&".join(f"{name}={value}" for name, value in self.choices)

    @property
    def criteria(self) -> Criteria:
        chosen = {name: (value,) for name, value in self.choices if name != "apprentice"}
        return Criteria(chosen=chosen, apprentice=NEW_CODERS in self.choices)

    def value(self, name: str) -> str:
        """What is chosen of a filter, if anything."""
        return dict(self.choices).get(name, "")

    @property
    def title(self) -> str:
        state = taxonomy.STATES.get(self.value("state"), "")
        where = f" in {state}" if state else ""
        if credential := taxonomy.CREDENTIALS.get(self.value("credential")):
            return f"{credential.label} jobs{where}"
        if self.choices == (REMOTE,):
            return "Remote medical coding jobs"
        if self.choices == (NEW_CODERS,):
            return "Medical coding jobs for new coders"
        label = self.label
        return f"Medical coding jobs{where}" if state else f"{label}: medical coding jobs"

    @property
    def label(self) -> str:
        """The last of its choices, in the words of the filters."""
        name, value = self.choices[-1]
        if name == "credential":
            return taxonomy.CREDENTIALS[value].label
        if name in ("place", "apprentice"):
            return {REMOTE: "Remote", NEW_CODERS: FLAGS["apprentice"]}[name, value]
        return str(_KNOWN[name][value])


@dataclass(frozen=True, slots=True)
class Extent:
    """How many open listings are of a topic, and when the newest of them went up."""

    count: int
    newest: datetime


@dataclass(frozen=True, slots=True)
class _Kept:
    at: datetime
    found: dict[Topic, Extent] = field(default_factory=dict)


def topic_at(*choices: Choice) -> Topic | None:
    """The topic of an address, spelled as the address spells it; None where there is no such."""
    read = []
    for name, value in choices:
        value = _STATE_SLUGS.get(value, "") if name == "state" else value
        if not _is_known(name, value):
            return None
        read.append((name, value))
    return Topic(tuple(read))


def topic_of(criteria: Criteria) -> Topic | None:
    """The topic that the first page of a search is about, if it is about one and nothing else."""
    choices = [(name, value) for name, values in criteria.chosen.items() for value in values]
    if criteria.apprentice:
        choices.append(NEW_CODERS)
    choices.sort(key=lambda choice: choice[0] != "state")
    topic = Topic(tuple(choices))
    names = [name for name, _ in choices]
    is_one = len(choices) == 1 and (choices[0] in (REMOTE, NEW_CODERS) or names[0] in _KNOWN)
    if not is_one and names != ["state", "credential"]:
        return None
    return topic if topic.criteria == criteria else None


def topics() -> Mapping[Topic, Extent]:
    """Every topic that has a page, the largest first."""
    moment = clock.now()
    kept: _Kept | None = current_app.extensions.get("job_topics")
    if kept is None or not timedelta() <= moment - kept.at < KEPT_FOR:
        order = (JobTopic.count.desc(), JobTopic.choices)
        found = {
            topic: Extent(row.count, row.newest)
            for row in db.session.scalars(select(JobTopic).order_by(*order))
            if (topic := _topic_of_key(row.choices))
        }
        kept = current_app.extensions["job_topics"] = _Kept(moment, found)
    return kept.found


def count_topics() -> int:
    """Count the listings of every topic anew. Returns how many have enough of them."""
    found = {t.key: (n, newest) for t, n, newest in _counted() if n >= WORTH_A_PAGE}
    held = {row.choices: row for row in db.session.scalars(select(JobTopic))}
    for key, row in held.items():
        if key not in found:
            db.session.delete(row)
    for key, (count, newest) in found.items():
        if key in held:
            held[key].count, held[key].newest = count, newest
        else:
            db.session.add(JobTopic(choices=key, count=count, newest=newest))
    db.session.flush()
    current_app.extensions.pop("job_topics", None)
    return len(found)


def has_page(topic: Topic | None) -> bool:
    """Whether crawlers are led to a topic."""
    return topic is not None and topic in topics()


def page_for(criteria: Criteria) -> Topic | None:
    """The topic whose page shows the same listings as a search, if there is one."""
    topic = topic_of(criteria)
    return topic if has_page(topic) else None


def _slug(name: str, value: str) -> str:
    return slug_of(taxonomy.STATES[value]) if name == "state" else value


def _topic_of_key(key: str) -> Topic | None:
    """None where the taxonomy has lost the word since it was counted."""
    pairs = [pair.partition("=") for pair in key.split("&")]
    choices = tuple((name, value) for name, _, value in pairs)
    return Topic(choices) if all(_is_known(*choice) for choice in choices) else None


def _is_known(name: str, value: str) -> bool:
    return (name, value) in (REMOTE, NEW_CODERS) or value in _KNOWN.get(name, {})


def _counted() -> Iterable[tuple[Topic, int, datetime]]:
    """Four questions for all topics together."""
    tally = (func.count(Job.id), func.max(Job.published_at))
    live = select(*tally).join(Job.organisation).where(visible())
    terms = (
        live.add_columns(JobTerm.facet, JobTerm.value)
        .join(JobTerm, JobTerm.job_id == Job.id)
        .where(JobTerm.facet.in_(BY_TERM.values()))
        .group_by(JobTerm.facet, JobTerm.value)
    )
    for count, newest, facet, value in db.session.execute(terms):
        if value in _KNOWN[facet]:
            yield Topic(((str(facet), value),)), count, newest
    at_home = _at_home()
    by_state = select(*tally, at_home.c.state).join(at_home, at_home.c.id == Job.id)
    for count, newest, state in db.session.execute(by_state.group_by(at_home.c.state)):
        if state in taxonomy.STATES:
            yield Topic((("state", state),)), count, newest
    held = and_(JobTerm.job_id == Job.id, JobTerm.facet == Facet.CREDENTIAL)
    both = by_state.add_columns(JobTerm.value).join(JobTerm, held)
    for count, newest, state, value in db.session.execute(
        both.group_by(at_home.c.state, JobTerm.value)
    ):
        if state in taxonomy.STATES and value in taxonomy.CREDENTIALS:
            yield Topic((("state", state), ("credential", value))), count, newest
    yield from _marked()


def _at_home() -> CTE:
    """Each open listing with the states it is a listing of, once for each."""
    live = select(Job.id).join(Job.organisation).where(visible())
    placed = live.add_columns(Job.state_code.label("state")).where(Job.place_kind != "remote")
    listed = select(JobTerm.job_id).where(JobTerm.facet == Facet.STATE).group_by(JobTerm.job_id)
    few = listed.having(func.count() <= MOST_STATES)
    remote = (
        live.add_columns(JobTerm.value.label("state"))
        .join(JobTerm, and_(JobTerm.job_id == Job.id, JobTerm.facet == Facet.STATE))
        .where(Job.place_kind == "remote", Job.id.in_(few))
    )
    return union_all(placed, remote).cte("at_home")


def _marked() -> Iterable[tuple[Topic, int, datetime]]:
    marks = {
        Topic((REMOTE,)): Job.place_kind == "remote",
        Topic((NEW_CODERS,)): or_(Job.apprentice_welcome.is_(True), Job.experience == "none"),
    }
    columns = []
    for holds in marks.values():
        columns += [
            func.count(case((holds, Job.id))),
            func.max(case((holds, Job.published_at))),
        ]
    row = db.session.execute(select(*columns).join(Job.organisation).where(visible())).one()
    for number, topic in enumerate(marks):
        count, newest = row[2 * number], row[2 * number + 1]
        if count:
            yield topic, count, newest
