"""What changed between two loaded editions of a kind: codes, or facts of codes, one by one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.codes.intake.kinds import KINDS
from app.codes.models import HEADINGS, SYSTEMS, CodeEntry, CodeFact
from app.codes.services.editions import Edition, editions
from app.codes.services.importing.comparing import (
    entries_changed,
    entries_only_in,
    entry_differs,
)
from app.codes.services.kept import kept
from app.codes.services.lookup import LAST
from app.codes.services.reference.wording import Runs, words_apart
from app.errors import Invalid
from app.extensions import db

PAGE = 100
MOST_IN_CSV = 20_000  # rows of one file
REMEMBERED = 500  # comparisons whose counts are kept
SORTS = {"added": "Added", "removed": "Deleted", "changed": "Revised"}
# Lines of an index are known by where they stand: a line that is added moves all others.
_NOT_COMPARED = ("icd10cm-index", "icd10cm-neoplasm", "icd10cm-drug", "icd10pcs-index")


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is said otherwise; empty on one side where it was not said at all."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """A code, or a fact of one, that was added, deleted or revised."""

    code: str
    address: str  # empty where there is no page
    title: str
    billable: bool | None = None  # of codes
    before: Runs = ()  # of a title that was revised
    after: Runs = ()
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """One page of one sort of change, with how many there are of each."""

    before: Edition
    after: Edition
    counts: Mapping[str, int]
    sort: str
    rows: tuple[Change, ...]
    became_billable: int = 0  # of all codes of a system, those that can be reported only now
    ceased_billable: int = 0


def comparable_kinds() -> list[tuple[str, str]]:
    """Kinds of which two editions are loaded, and what they are called."""
    loaded = editions()
    return [
        (kind, SYSTEMS.get(kind) or KINDS[kind].title)
        for kind in dict.fromkeys((*SYSTEMS, *KINDS))
        if len(loaded.of(kind)) > 1 and kind not in _NOT_COMPARED
    ]


def pair_of(kind: str, begun: date | None, ended: date | None) -> tuple[Edition, Edition]:
    """The editions that took effect on two days; the latest two where none is named.

    Raises Invalid where there are no such editions, or they are the same or in the wrong order.
    """
    if kind not in dict(comparable_kinds()):
        raise Invalid("Two editions of it are needed, and are not loaded.", field="kind")
    loaded = editions().of(kind)
    by_day = {edition.effective_from: edition for edition in loaded}
    after = by_day.get(ended) if ended else loaded[0]
    if after is None:
        raise Invalid("No edition that took effect on that day is loaded.", field="to")
    earlier = [edition for edition in loaded if edition.effective_from < after.effective_from]
    before = by_day.get(begun) if begun else next(iter(earlier), None)
    if before is None:
        raise Invalid("No edition that took effect on that day is loaded.", field="from")
    if before.effective_from >= after.effective_from:
        raise Invalid("Choose an earlier edition to compare with a later one.", field="from")
    return before, after


def difference(
    before: Edition, after: Edition, *, sort: str, prefix: str, offset: int, limit: int = PAGE
) -> Difference:
    """One page of what changed among the codes that begin with a prefix."""
    compare = _Entries if before.kind in SYSTEMS else _Facts
    comparison = compare(before, after, prefix)
    counts = _remembered(comparison)
    chosen = sort if sort in SORTS else next((s for s in SORTS if counts[s]), "added")
    rows = tuple(comparison.rows(chosen, offset, limit)) if counts[chosen] else ()
    billable = (counts.get(name, 0) for name in ("became_billable", "ceased_billable"))
    return Difference(before, after, counts, chosen, rows, *billable)


def _remembered(comparison: _Entries | _Facts) -> Mapping[str, int]:
    """How many there are of each sort: counted once, as editions do not change."""
    key = (comparison.before.id, comparison.after.id, comparison.prefix)
    return kept("changes", key, comparison.counts, most=REMEMBERED)


def _count(rows: Select[*tuple[Any, ...]]) -> int:
    counted = select(func.count()).select_from(rows.order_by(None).subquery())
    return db.session.scalar(counted) or 0


@dataclass(frozen=True, slots=True)
class _Entries:
    """Codes of a system."""

    before: Edition
    after: Edition
    prefix: str

    def keys(self, sort: str) -> Select[Any]:
        if sort == "added":
            found = entries_only_in(self.after.id, self.before.id)
        elif sort == "removed":
            found = entries_only_in(self.before.id, self.after.id)
        else:
            found = entries_changed(self.before.id, self.after.id)
        if self.prefix:
            found = found.where(CodeEntry.key >= self.prefix, CodeEntry.key < self.prefix + LAST)
        return found

    def rows(self, sort: str, offset: int, limit: int) -> Iterable[Change]:
        keys = self.keys(sort).with_only_columns(CodeEntry.key).offset(offset).limit(limit)
        found = list(db.session.scalars(keys))
        new, old = self._entries(self.after, found), self._entries(self.before, found)
        for key in found:
            entry = new.get(key) or old[key]
            if sort != "changed":
                yield Change(entry.shown, entry.address, entry.title, entry.billable)
                continue
            was = old[key]
            runs = words_apart(was.title, entry.title) if was.title != entry.title else ((), ())
            fields = [
                Field("billable", _yes(was.billable), _yes(entry.billable)),
                Field("valid until", str(was.ended or ""), str(entry.ended or "")),
            ]
            fields = [f for f in fields if f.before != f.after]
            yield Change(
                entry.shown, entry.address, entry.title, entry.billable, *runs, tuple(fields)
            )

    def counts(self) -> dict[str, int]:
        """All in one look at either edition."""
        added, became, changed = self._counted(self.after, self.before)
        removed, ceased, _ = self._counted(self.before, self.after)
        return {
            "added": added,
            "removed": removed,
            "changed": changed,
            "became_billable": became,
            "ceased_billable": ceased,
        }

    def _counted(self, edition: Edition, other: Edition) -> tuple[int, int, int]:
        """Entries the other does not have, those billable here alone, and those that differ."""
        beside = aliased(CodeEntry)
        absent = beside.id.is_(None)
        here_alone = and_(CodeEntry.billable, or_(absent, ~beside.billable))
        differing = and_(~absent, entry_differs(beside))
        counted = (
            select(*(func.count(case((of, 1))) for of in (absent, here_alone, differing)))
            .select_from(CodeEntry)
            .outerjoin(beside, and_(beside.release_id == other.id, beside.key == CodeEntry.key))
            .where(CodeEntry.release_id == edition.id, CodeEntry.kind.not_in(HEADINGS))
        )
        if self.prefix:
            counted = counted.where(
                CodeEntry.key >= self.prefix, CodeEntry.key < self.prefix + LAST
            )
        row = db.session.execute(counted).one()
        return row[0], row[1], row[2]

    def _entries(self, edition: Edition, keys: Sequence[str]) -> dict[str, CodeEntry]:
        found: dict[str, CodeEntry] = {}
        for at in range(0, len(keys), 500):
            rows = db.session.scalars(
                select(CodeEntry).where(
                    CodeEntry.release_id == edition.id, CodeEntry.key.in_(keys[at : at + 500])
                )
            )
            found |= {row.key: row for row in rows}
        return found


def _yes(value: bool) -> str:
    return "yes" if value else "no"


_KEY = (CodeFact.topic, CodeFact.code, CodeFact.other)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a release says of codes: revised where its codes stay and its data does not."""

    before: Edition
    after: Edition
    prefix: str

    def keys(self, sort: str) -> Select[str, str, str]:
        base, other = self.after, self.before
        if sort == "removed":
            base, other = self.before, self.after
        beside = aliased(CodeFact)
        same = and_(
            beside.release_id == other.id,
            beside.code == CodeFact.code,
            beside.topic == CodeFact.topic,
            beside.other == CodeFact.other,
        )
        found = (
            select(*_KEY)
            .where(CodeFact.release_id == base.id)
            .order_by(CodeFact.code, CodeFact.topic, CodeFact.other)
            .distinct()
        )
        if sort == "changed":
            found = found.where(
                exists().where(same), ~exists().where(same, beside.data == CodeFact.data)
            )
        else:
            found = found.where(~exists().where(same))
        if self.prefix:
            found = found.where(CodeFact.code >= self.prefix, CodeFact.code < self.prefix + LAST)
        return found

    def counts(self) -> dict[str, int]:
        return {name: _count(self.keys(name)) for name in SORTS}

    def rows(self, sort: str, offset: int, limit: int) -> Iterable[Change]:
        keys = db.session.execute(self.keys(sort).offset(offset).limit(limit)).all()
        codes = sorted({code for _, code, _ in keys})
        new, old = self._data(self.after, codes), self._data(self.before, codes)
        for topic, code, other in keys:
            was, now = old.get((topic, code, other), {}), new.get((topic, code, other), {})
            fields = tuple(
                Field(name.replace("_", " "), _said(was.get(name)), _said(now.get(name)))
                for name in sorted(was.keys() | now.keys())
                if was.get(name) != now.get(name)
            )
            yield Change(f"{code} {other}".strip(), "", topic.replace("_", " "), fields=fields)

    def _data(
        self, edition: Edition, codes: Sequence[str]
    ) -> dict[tuple[str, str, str], Mapping[str, Any]]:
        found: dict[tuple[str, str, str], Mapping[str, Any]] = {}
        for at in range(0, len(codes), 500):
            rows = db.session.execute(
                select(*_KEY, CodeFact.data).where(
                    and_(
                        CodeFact.release_id == edition.id,
                        CodeFact.code.in_(codes[at : at + 500]),
                    )
                )
            )
            found |= {(topic, code, other): json.loads(data) for topic, code, other, data in rows}
        return found


def _said(value: Any) -> str:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)[:200]
    return "" if value is None else str(value)
