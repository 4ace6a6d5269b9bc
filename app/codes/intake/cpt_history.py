"""What became of CPT codes: when each was added, revised or deleted.

Source: the AMA's history files, History_DTK_tab.txt and Deleted_DTK_tab.txt, whose headers its
own public code shows. A day is 20140101 or, for what is older than the records, Pre-1982.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.codes.intake.contract import Quarantine
from app.codes.intake.cpt_text import text_of
from app.codes.intake.days import iso_day
from app.codes.intake.files import Member
from app.codes.intake.rows import Fact, fact
from app.errors import Invalid

_CODE = re.compile(r"\d{4}[0-9AFTMU]")
_CHANGES = {"add": "added", "new": "added", "delet": "deleted", "revis": "revised",
            "chang": "revised", "gramm": "revised", "edit": "revised"}  # fmt: skip
_COLUMNS = {  # field: what its column is called
    "code": ("cpt code", "code"),
    "day": ("date", "date effective", "effective date", "date deleted"),
    "change": ("change type", "kind of change", "type of change", "change"),
    "prior": ("prior value",),
    "text": ("current value", "currentvalue", "descriptor"),
    "instruction": ("instruction",),
}
_NOTHING = "descriptor not available"


def history(member: Member, quarantine: Quarantine) -> Iterator[Fact]:
    """Each change once."""
    at: dict[str, int] | None = None
    deleted = False
    seen: set[Fact] = set()
    for number, line in member.lines():
        cells = line.split("\t")
        if at is None:
            names = [" ".join(cell.lower().split()) for cell in cells]
            if not {"code", "cpt code"}.isdisjoint(names) and len(names) > 1:
                at, deleted = _positions(member, names), "date deleted" in names
        elif line.strip():
            said = {name: text_of(cells[i]) for name, i in at.items() if i < len(cells)}
            change = _change(said, number, member, quarantine, deleted=deleted)
            if change and change not in seen:
                seen.add(change)
                yield change


def _positions(member: Member, names: list[str]) -> dict[str, int]:
    at = {
        field: next(names.index(name) for name in called if name in names)
        for field, called in _COLUMNS.items()
        if not set(called).isdisjoint(names)
    }
    for field in ("code", "day", "change"):
        if field not in at and not (field == "change" and "date deleted" in names):
            raise Invalid(
                f"{member.name} has no column “{_COLUMNS[field][0]}”: nothing was loaded."
            )
    return at


def _change(
    said: dict[str, str], number: int, member: Member, quarantine: Quarantine, *, deleted: bool
) -> Fact | None:
    code, written = said.get("code", ""), said.get("day", "")
    kind = "deleted" if deleted else said.get("change", "").lower()
    change = next((name for begun, name in _CHANGES.items() if kind.startswith(begun)), "")
    before = re.fullmatch(r"pre-(\d{4})", written, re.IGNORECASE)
    day = "" if before else _day(written)
    why = ""
    if not _CODE.fullmatch(code):
        why = f"“{code}” is no CPT code."
    elif not change:
        why = f"“{kind}” is no change that is known."
    elif day is None:
        why = f"“{written}” is no day."
    if why:
        quarantine.add(member.name, number, why, "\t".join(said.values()))
        return None
    texts = {name: said.get(name, "") for name in ("text", "prior", "instruction")}
    kept = {name: text for name, text in texts.items() if text.lower() != _NOTHING}
    return fact("history", code, day or "", change=change, before=before and before[1], **kept)


def _day(written: str) -> str | None:
    """The ISO day of 20140101, 2014-01-01 or 1/1/2014."""
    if american := re.fullmatch(r"(\d\d?)/(\d\d?)/(\d{4})", written):
        written = f"{american[3]}{int(american[1]):02d}{int(american[2]):02d}"
    digits = written.replace("-", "")
    return iso_day(digits) if re.fullmatch(r"\d{8}", digits) else None
