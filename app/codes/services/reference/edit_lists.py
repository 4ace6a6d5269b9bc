"""Every procedure-to-procedure edit of a code, by setting and column, in pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, literal, select, union_all

from app.codes.models import PtpEdit
from app.codes.services.editions import Edition, editions
from app.codes.services.reference.edits import PTP_SETTINGS, Pair, pair
from app.codes.services.reference.subject import (
    EditRow,
    edit_holds_on,
    name_codes,
    procedure_system,
)
from app.extensions import db

PAGE = 100
MOST = 50_000  # edits of one code in one list; the longest list of CMS is a fifth of it
_COLUMNS = {1: PtpEdit.column1, 2: PtpEdit.column2}


@dataclass(frozen=True, slots=True)
class EditList:
    """One page of a list. Without an edition nothing is loaded that holds on the day."""

    setting: str
    column: int
    day: date
    edition: Edition | None
    has_other_editions: bool
    pairs: tuple[Pair, ...]
    page: int
    last_page: int
    counts: Mapping[tuple[str, int], int | None]  # by setting and column; None: not loaded

    @property
    def total(self) -> int:
        return self.counts[self.setting, self.column] or 0


def edits_of(
    key: str, setting: str, column: int, day: date, *, page: int = 1, whole: bool = False
) -> EditList:
    """The edits that hold on a day with a code in a column; a page, or all of them."""
    loaded = editions()
    kind = f"ptp-{setting}"
    edition = loaded.on(kind, day)
    counts = _counts(key, day)
    last = max(-(-(counts[setting, column] or 0) // PAGE), 1)
    page = min(max(page, 1), last)
    rows: list[EditRow] = []
    if edition is not None:
        wanted = _holding(edition, key, column, day).order_by(_COLUMNS[3 - column], PtpEdit.id)
        wanted = wanted.limit(MOST) if whole else wanted.offset((page - 1) * PAGE).limit(PAGE)
        rows = [
            EditRow(
                kind,
                row.column1,
                row.column2,
                row.effective,
                row.deletion,
                row.modifier,
                edition.legend.get(str(row.rationale), ""),
            )
            for row in db.session.execute(wanted)
        ]
    others = {row.column2 if column == 1 else row.column1 for row in rows}
    # Of a whole list the titles are left out: it is a table of numbers for other programs.
    named = (
        {}
        if whole
        else name_codes({(procedure_system(other), other) for other in others}, loaded, day)
    )
    return EditList(
        setting,
        column,
        day,
        edition,
        bool(loaded.of(kind)),
        tuple(pair(row, 3 - column, named) for row in rows),
        page,
        last,
        counts,
    )


def _holding(
    edition: Edition, key: str, column: int, day: date
) -> Select[str, str, date | None, date | None, int, int]:
    return select(
        PtpEdit.column1,
        PtpEdit.column2,
        PtpEdit.effective,
        PtpEdit.deletion,
        PtpEdit.modifier,
        PtpEdit.rationale,
    ).where(PtpEdit.release_id == edition.id, _COLUMNS[column] == key, edit_holds_on(day))


def _counts(key: str, day: date) -> dict[tuple[str, int], int | None]:
    """How many edits each list has, in one query."""
    found: dict[tuple[str, int], int | None] = {}
    parts = []
    for kind in PTP_SETTINGS:
        edition = editions().on(kind, day)
        setting = kind.removeprefix("ptp-")
        for column, side in _COLUMNS.items():
            found[setting, column] = None if edition is None else 0
            if edition is not None:
                parts.append(
                    select(
                        literal(setting).label("setting"),
                        literal(column).label("side"),
                        func.count().label("many"),
                    ).where(PtpEdit.release_id == edition.id, side == key, edit_holds_on(day))
                )
    if parts:
        for row in db.session.execute(union_all(*parts)):
            found[row.setting, row.side] = row.many
    return found
