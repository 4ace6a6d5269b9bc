"""The NCCI checker: a claim in the address, what the edits say of it, and that as CSV."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from urllib.parse import urlencode

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock, limits
from app.access import Who, access
from app.codes.claim_text import MOST_LINES, ReadClaim, Row, read_claim
from app.codes.ncci_rules import Cell, Severity
from app.codes.services.claim_check import SETTINGS, ClaimCheck, ClaimSetting, Looked, check_claim
from app.codes.views.blueprint import bp
from app.codes.views.dates import chosen_day
from app.codes.words.ncci import ASSOCIATED, MANUAL
from app.csv_tables import csv_table
from app.downloads import send_csv
from app.errors import Invalid
from app.extensions import limiter

ROWS = 5  # fields shown beside the pasted claim, where no more are filled
_MOST_ROWS = 2 * MOST_LINES  # more are not even read
SEVERITIES: dict[Severity, tuple[str, str]] = {
    Severity.DENIED: ("Denied", "bad"),
    Severity.OVERRIDABLE: ("Denied as it stands", "warn"),
    Severity.CHECK: ("Check", "accent"),
    Severity.NOTE: ("For information", "plain"),
}
# A sign, a word and a tone for what stands in the grid; the meaning is its legend.
CELLS: dict[Cell, tuple[str, str, str, str]] = {
    Cell.DENIED: ("✗", "Not paid", "bad", "the column 2 code is not paid; no modifier helps"),
    Cell.OVERRIDABLE: ("△", "Needs modifier", "warn", "not paid unless an NCCI modifier applies"),
    Cell.CARRIED: ("✓", "Has modifier", "good", "a line carries a modifier that overrides it"),
    Cell.ENDED: ("○", "Not in force", "", "an edit exists, but does not hold on this date"),
    Cell.NONE: ("·", "No edit", "", "the edition has no edit this way round"),
    Cell.SAME: ("=", "Same code", "", "the two lines have the same code"),
}
_HEADINGS = (
    "Severity", "Lines", "Codes", "Finding", "Explanation", "What may be done", "Rule", "Edition",
    "In force", "Indicator", "Rationale", "Date of service", "Setting",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """The form as it was filled in."""

    text: str
    rows: tuple[Row, ...]
    day: date | None
    typed_day: str
    setting: str
    claim: ReadClaim | None  # None before anything was entered
    problems: tuple[tuple[str, str], ...]

    @property
    def address(self) -> str:
        """The address of the check, of its fields alone."""
        fields = [("lines", self.text), ("on", self.typed_day), ("setting", self.setting)]
        for row in self.rows:
            if not row.is_empty:
                fields += [("code", row.code), ("mod", row.modifiers), ("units", row.units)]
        return urlencode([(name, value) for name, value in fields if value or name != "on"])

    @property
    def shown_rows(self) -> list[Row]:
        filled = [row for row in self.rows if not row.is_empty]
        more = max(ROWS - len(filled), 1 if len(filled) < MOST_LINES else 0)
        return filled + [Row("", "", "")] * more


@bp.get("/codes/ncci-checker")
@access(Who.ANYONE)
@limiter.limit(limits.SEARCH_PER_ADDRESS)
def ncci_checker() -> ResponseReturnValue:
    asked = _asked()
    check = _checked(asked)
    return render_template(
        "codes/ncci_checker.html",
        asked=asked,
        check=check,
        settings=SETTINGS,
        severities=SEVERITIES,
        cells=CELLS,
        looked=Looked,
        counts=_counts(check) if check else [],
        modifiers=ASSOCIATED,
        manual=MANUAL,
        most=MOST_LINES,
        today=clock.today().isoformat(),
    ), 422 if asked.problems else 200


@bp.get("/codes/ncci-checker.csv")
@access(Who.ANYONE)
@limiter.limit(limits.SEARCH_PER_ADDRESS)
def ncci_checker_csv() -> ResponseReturnValue:
    asked = _asked()
    check = _checked(asked)
    if check is None:  # the page says what is wrong with it
        return redirect(f"{url_for('codes.ncci_checker')}?{asked.address}")
    return send_csv(_table(check), f"ncci-check-{check.day.isoformat()}.csv")


def _asked() -> Asked:
    fields = request.args
    text = fields.get("lines", "")
    rows = tuple(
        Row(*(cell[:40] for cell in cells))
        for cells in list(
            zip_longest(
                fields.getlist("code"),
                fields.getlist("mod"),
                fields.getlist("units"),
                fillvalue="",
            )
        )[:_MOST_ROWS]
    )
    problems: list[tuple[str, str]] = []
    day = None
    try:
        day = chosen_day()
    except Invalid as problem:
        problems.append(("on", str(problem)))
    setting = fields.get("setting", ClaimSetting.PRACTITIONER.value)
    if setting not in set(ClaimSetting):
        problems.append(("setting", "Choose whose claim it is."))
        setting = ClaimSetting.PRACTITIONER.value
    claim = read_claim(text, rows) if "lines" in fields or "code" in fields else None
    problems += claim.problems if claim else ()
    typed_day = fields.get("on", "").strip()[:40]
    return Asked(text, rows, day, typed_day, setting, claim, tuple(problems))


def _checked(asked: Asked) -> ClaimCheck | None:
    if asked.claim is None or asked.problems:
        return None
    day = asked.day or clock.today()
    return check_claim(asked.claim.lines, day, ClaimSetting(asked.setting))


def _counts(check: ClaimCheck) -> list[tuple[Severity, int]]:
    found = [(s, sum(f.severity is s for f in check.findings)) for s in Severity]
    return [(severity, many) for severity, many in found if many]


def _table(check: ClaimCheck) -> str:
    about = (check.day.isoformat(), SETTINGS[check.setting])
    rows = [
        (
            SEVERITIES[f.severity][0],
            ", ".join(map(str, f.lines)),
            ", ".join(f.codes),
            f.title,
            f.explanation,
            f.override,
            f.rule.kind,
            f.rule.edition,
            f.rule.in_force,
            f.rule.indicator,
            f.rule.rationale,
            *about,
        )
        for f in check.findings
    ]
    # What was not looked up stands in the file too: its silence would say that all is well.
    rows += [
        ("Looked up" if s.looked is Looked.UP else "Not looked up", "", "", s.looked.value,
         s.sentence, "", s.title, s.edition, "", "", "", *about)
        for s in check.sources
    ]  # fmt: skip
    return csv_table(_HEADINGS, rows)
