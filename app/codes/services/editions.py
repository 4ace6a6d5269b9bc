"""Which editions are loaded, and which of them holds on a day."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from flask import current_app
from sqlalchemy import select

from app import clock
from app.codes.calendar import fiscal_year, next_due
from app.codes.intake.contract import SINCE, UNDATED
from app.codes.intake.kinds import KINDS
from app.codes.models import SYSTEMS, CodeRelease, ReleaseState
from app.extensions import db

# Seconds until a process asks again which releases there are: a new one shows that much later.
REMEMBERED = 2.0
# Kinds that may hold descriptors of the AMA, whose notice is then in their legend: without a
# license it is as if they had not been loaded.
OWNED = ("cpt", "cpt-descriptors")


@dataclass(frozen=True, slots=True)
class Edition:
    """A published release, as plain values that outlive the session."""

    id: int
    kind: str
    name: str  # "April 1, 2026"
    effective_from: date
    effective_to: date | None
    source: str
    sha256: str
    code_count: int
    billable_count: int
    row_count: int
    imported_at: datetime
    legend: Mapping[str, str]
    holds_from: date  # of cumulative kinds, whose rows are dated, long before it took effect

    @property
    def title(self) -> str:
        """What the kind is called."""
        return SYSTEMS.get(self.kind) or KINDS[self.kind].title

    @property
    def owner(self) -> str:
        """Who publishes the kind."""
        return KINDS[self.kind].owner if self.kind in KINDS else "CMS"

    @property
    def fiscal_year(self) -> int | None:
        return fiscal_year(self.kind, self.effective_from)

    @property
    def next_due(self) -> date | None:
        return next_due(self.kind, self.effective_from)

    def is_overdue(self, day: date) -> bool:
        """Whether by its maker's calendar a newer edition is in force on the day."""
        due = self.next_due
        return due is not None and due <= day

    def has_run_out(self, day: date) -> bool:
        return self.effective_to is not None and self.effective_to < day


@dataclass(frozen=True, slots=True)
class Editions:
    """Every published release by kind, the latest first."""

    by_kind: Mapping[str, tuple[Edition, ...]]

    def on(self, kind: str, day: date) -> Edition | None:
        """The edition that holds on a day: the one that took effect last by then.

        Of cumulative kinds a later one, where its rows say what held before.
        """
        of_kind = self.by_kind.get(kind, ())
        begun = next((e for e in of_kind if e.effective_from <= day), None)
        return begun or next((e for e in reversed(of_kind) if e.holds_from <= day), None)

    def of(self, kind: str) -> tuple[Edition, ...]:
        return self.by_kind.get(kind, ())

    def ids_on(self, kinds: Iterable[str], day: date) -> dict[str, Edition]:
        """The edition of each of the kinds that holds on a day, where there is one."""
        found = ((kind, self.on(kind, day)) for kind in kinds)
        return {kind: edition for kind, edition in found if edition is not None}


def editions() -> Editions:
    """What was published within the last REMEMBERED seconds or before, mostly without a query."""
    known: tuple[float, Editions] | None = current_app.extensions.get("code_editions")
    if known is not None and time.monotonic() - known[0] < REMEMBERED:
        return known[1]
    found = _published()
    current_app.extensions["code_editions"] = (time.monotonic(), found)
    return found


def forget_editions() -> None:
    """Look again at the next question: this process has just published one."""
    current_app.extensions.pop("code_editions", None)


def edition_on(kind: str, day: date | None = None) -> Edition | None:
    return editions().on(kind, day or clock.today())


def current_release(kind: str) -> CodeRelease | None:
    """The release that holds today, from the database."""
    return db.session.scalar(
        select(CodeRelease)
        .where(
            CodeRelease.kind == kind,
            CodeRelease.state == ReleaseState.PUBLISHED,
            CodeRelease.effective_from <= clock.today(),
        )
        .order_by(CodeRelease.effective_from.desc())
        .limit(1)
    )


def _published() -> Editions:
    rows = db.session.execute(
        select(
            CodeRelease.id,
            CodeRelease.kind,
            CodeRelease.edition,
            CodeRelease.effective_from,
            CodeRelease.effective_to,
            CodeRelease.source,
            CodeRelease.sha256,
            CodeRelease.code_count,
            CodeRelease.billable_count,
            CodeRelease.row_count,
            CodeRelease.imported_at,
            CodeRelease.legend,
        )
        .where(CodeRelease.state == ReleaseState.PUBLISHED)
        .order_by(CodeRelease.kind, CodeRelease.effective_from.desc())
    )
    by_kind: dict[str, list[Edition]] = {}
    licensed = "pages" in current_app.config["CPT_LICENSED_USES"]
    for row in rows:
        if licensed or not (row.kind in OWNED and "copyright" in row.legend):
            values = row._asdict()
            held = _holds_from(row.effective_from, row.legend)
            found = Edition(name=values.pop("edition"), holds_from=held, **values)
            by_kind.setdefault(row.kind, []).append(found)
    return Editions({kind: tuple(of_kind) for kind, of_kind in by_kind.items()})


def _holds_from(effective_from: date, legend: Mapping[str, str]) -> date:
    if SINCE not in legend or UNDATED in legend:
        return effective_from
    return min(date.fromisoformat(legend[SINCE]), effective_from)
