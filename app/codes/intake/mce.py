"""Reading the Medicare Code Editor's lists: diagnoses in conflict with age, sex or position.

The lists are those of the Definitions of Medicare Code Edits, https://www.cms.gov/medicare/
payment/prospective-payment-systems/acute-inpatient-pps/ms-drg-classifications-and-software.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from app.codes.intake.contract import Hints, Kind, Parts, Quarantine, Reading
from app.codes.intake.days import month_named
from app.codes.intake.files import Member
from app.codes.intake.headings import Names, headed, table
from app.codes.intake.rows import Row, batches, fact
from app.errors import Invalid

_EDITS: Names = {
    "code": ("icd_code",),
    "group": ("icd_conflict_group",),
    "rule": ("icd_conflict_rule",),
}
_VERSION = re.compile(r"(?<![a-z0-9])v(?:ersion)?[ _-]?(\d{2})(?:[._](\d))?(?!\d)", re.IGNORECASE)
_DIAGNOSIS = re.compile(r"[A-Z][0-9A-Z]{2,6}")
_FIRST_FISCAL_YEAR = 1982  # as of the MS-DRGs, whose versions the editor's follow


def _recognise(member: Member) -> str | None:
    return "edits" if headed(member, *_EDITS.values()) else None


def _read(parts: Parts, hints: Hints) -> Reading:
    given = parts.get("edits", ())
    if len(given) != 1:
        raise Invalid("One file of code edits is read at a time.")
    found = table(given[0], _EDITS, first="code")
    edition, effective = _edition(given[0], hints)
    quarantine = Quarantine()

    def rows() -> Iterator[Row]:
        seen: set[tuple[str, str, str]] = set()
        for line, cells in found.records(quarantine):
            key = cells["code"].replace(".", "").upper()
            edit = (key, cells["group"], cells["rule"])
            if not _DIAGNOSIS.fullmatch(key):
                why = f"“{cells['code'][:20]}” is no code of ICD-10-CM."
            elif not all(edit):
                why = "The edit has no group or no rule."
            elif edit in seen:
                why = "This edit is listed twice; the first row was kept."
            else:
                seen.add(edit)
                yield fact("mce", key, group=cells["group"], rule=cells["rule"])
                continue
            quarantine.add(found.name, line, why, ",".join(cells.values()))

    return Reading(edition, effective, batches(rows()), quarantine=quarantine)


def _edition(member: Member, hints: Hints) -> tuple[str, date]:
    """The version in the name: v41 began in October 2023, v41.1 in April 2024."""
    edition, effective = "", None
    for name in (member.name, member.archive):
        version = _VERSION.search(name)
        if version:
            year = _FIRST_FISCAL_YEAR + int(version[1])
            edition = f"v{version[1]}" + (f".{version[2]}" if version[2] else "")
            effective = date(year + 1, 4, 1) if version[2] == "1" else date(year, 10, 1)
            break
    effective = hints.effective or effective or month_named([member.name, member.archive])
    if not effective:
        raise Invalid(
            f"{member.name} does not say which version of the editor it is of: "
            "add --effective YYYY-MM-DD."
        )
    return hints.edition or edition or f"{effective:%B %Y}", effective


KINDS: tuple[Kind, ...] = (
    Kind(
        name="mce",
        title="Medicare Code Editor, lists of diagnoses",
        owner="CMS",
        floor=1_000,
        recognise=_recognise,
        read=_read,
        source="https://www.cms.gov/medicare/payment/prospective-payment-systems/"
        "acute-inpatient-pps/ms-drg-classifications-and-software",
    ),
)
