"""Records of HCPCS Level II out of CMS's files, whichever of their forms they come in.

The official form is the “alpha-numeric HCPCS file” of CMS (ANWEB), as text of 320 characters a
line after its “HCPCS Contractor Record” layout, and as a workbook with the same fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.codes.intake.contract import Reading
from app.codes.intake.days import iso_day
from app.codes.intake.files import Member, named_columns
from app.codes.intake.rows import is_public
from app.errors import Invalid

AMA_OR_ADA = "codes of the AMA or the ADA"
_NOT_OURS = re.compile(r"\d{5}|\d{4}[A-Z]|\d[\dA-Z]|D[\dA-Z]{3,5}")  # CPT, its modifiers, CDT
_MODIFIER = re.compile(r"[A-Z][A-Z\d]")
_DAY = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?: 00:00:00)?")
_TEXT_RECORD = re.compile(r".{5}\d{5}[3478]")

# Where the fields stand in a line of text, from 0: start, width, how often. The names are those
# of the workbook's header, in lower case and without their numbers.
LAYOUT: dict[str, tuple[int, int, int]] = {
    "hcpc": (0, 5, 1),
    "seqnum": (5, 5, 1),
    "recid": (10, 1, 1),
    "long description": (11, 80, 1),
    "short description": (91, 28, 1),
    "price": (119, 2, 4),
    "mult_pi": (127, 1, 1),
    "cim": (128, 6, 3),
    "mcm": (146, 8, 3),
    "statute": (170, 10, 1),
    "labcert": (180, 3, 8),
    "xref": (204, 5, 5),
    "cov": (229, 1, 1),
    "asc_grp": (230, 2, 1),
    "asc_dt": (232, 8, 1),
    "opps": (240, 3, 1),
    "opps_pi": (243, 1, 1),
    "opps_dt": (244, 8, 1),
    "procnote": (252, 4, 1),
    "betos": (256, 3, 1),
    "tos": (260, 1, 5),
    "anest_bu": (265, 3, 1),
    "add dt": (268, 8, 1),
    "act eff dt": (276, 8, 1),
    "term dt": (284, 8, 1),
    "action cd": (292, 1, 1),
}
_TEXT_END = 91  # a continued line is whole where it reaches this far
_RECORD_END = 293  # and a first line where it has its action code

Cells = Mapping[str, list[str]]  # what a row holds under each name of the layout, blanks left out
Source = Iterator[tuple[int, str, Cells]]  # line, the line as it is, its cells


class Unfit(Exception):
    """A row cannot be read; the text says why."""


@dataclass(slots=True)
class Record:
    """A code or a modifier, with what the file says of it. Days are ISO."""

    code: str
    title: str
    data: dict[str, Any] = field(default_factory=dict)
    crossed: list[str] = field(default_factory=list)  # codes it is cross-referenced to
    step: int = 0  # of its sequence numbers
    sequence: int = 0

    @property
    def is_modifier(self) -> bool:
        return len(self.code) == 2


def day(text: str, what: str) -> str | None:
    """The day "20190101" or "2019-01-01" in ISO form; None where there is none."""
    if not text.strip("0 "):
        return None
    found = _DAY.fullmatch(text.strip())
    iso = iso_day("".join(found.groups())) if found else None
    if not iso:
        raise Unfit(f"“{text.strip()[:20]}” is no {what}")
    return iso


def is_code(text: str) -> bool:
    return is_public(text) or _MODIFIER.fullmatch(text) is not None


def accepted(code: str, reading: Reading) -> bool:
    """Whether the code may be stored. Codes of other owners are counted; nonsense is Unfit."""
    if _NOT_OURS.fullmatch(code):
        reading.dropped[AMA_OR_ADA] += 1
        return False
    if not is_code(code):
        raise Unfit(f"“{code[:20]}” is no code of HCPCS Level II")
    return True


def is_text(head: str) -> bool:
    """Whether lines of the 320-character layout are in the beginning of a file."""
    return any(
        len(line) >= _RECORD_END and _TEXT_RECORD.match(line) and is_code(line[:5].strip())
        for line in head.splitlines()
    )


def text_rows(member: Member) -> Source:
    """The rows of the 320-character text. The notice before the first is passed over."""
    begun = False
    for number, line in member.lines():
        if _TEXT_RECORD.match(line):
            begun = True
        elif not begun or not line.strip(" \x1a"):  # the end of file of DOS
            continue
        yield number, line, _cut(line)


def _cut(line: str) -> Cells:
    cells = {}
    for name, (start, width, times) in LAYOUT.items():
        found = (line[at : at + width].strip() for at in range(start, start + width * times, width))
        cells[name] = [cell for cell in found if cell]
    if len(line) < (_RECORD_END if line[10:11] in "37" else _TEXT_END):
        cells["cut"] = [line]
    return cells


def sheet_rows(member: Member) -> Source:
    """The rows of the workbook, or of it saved as comma separated text."""
    columns, rows = named_columns(member.rows(), ("hcpc", "hcpcs"))
    places: dict[str, list[int]] = {}
    for name, place in columns.items():
        places.setdefault(_plain(name), []).append(place)
    found = {name: places.get(_plain(name), []) for name in LAYOUT}
    for name, ats in found.items():
        if not ats:
            raise Invalid(f"{member.name} has no column “{name.upper()}”.")
    widths = {name: LAYOUT[name][1] for name in ("price", "labcert", "procnote")}
    last = max(at for ats in found.values() for at in ats[:1])
    for number, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        cells: dict[str, list[str]] = {}
        for name, ats in found.items():
            values = (row[at].strip() for at in dict.fromkeys(ats) if at < len(row))
            cells[name] = [value for value in values if value]
        for name, width in widths.items():
            cells[name] = [value.zfill(width) for value in cells[name]]  # "00" may be the number 0
        if len(row) <= last and member.suffix != ".xlsx":  # workbooks leave out blank cells
            cells["cut"] = row
        yield number, "\t".join(row), cells


def _plain(name: str) -> str:
    """The name of a column as every edition spells it: "price" of "PRICE1", "adddt" of "ADD DT"."""
    plain = re.sub(r"[\W_\d]+", "", name)
    return "hcpc" if plain == "hcpcs" else plain


def records(member: Member, rows: Source, reading: Reading) -> dict[str, Record]:
    """The records by code; what cannot be read is in the quarantine of the reading."""
    found: dict[str, Record] = {}
    first = ""  # the code of the last first line, whether it was kept or not
    for number, raw, cells in rows:
        code, kind = _only(cells["hcpc"]), _only(cells["recid"])
        try:
            if kind in ("4", "8"):
                if code != first:
                    raise Unfit(f"it continues “{code[:20]}”, which does not stand before it")
                if code in found:
                    _continue(found, code, cells)
                continue
            first = code
            if kind not in ("3", "7"):
                raise Unfit("it is no record of HCPCS: its type is none of 3, 4, 7 and 8")
            if not accepted(code, reading):
                continue
            if code in found:
                first = ""
                raise Unfit(f"{code} is there twice")
            found[code] = _first_line(code, kind, cells)
        except Unfit as why:
            reading.quarantine.add(member.name, number, f"{why}.", raw)
    return found


def _only(cells: Sequence[str]) -> str:
    return cells[0] if cells else ""


def _continue(found: dict[str, Record], code: str, cells: Cells) -> None:
    """Add the text of a line that continues a record; a record whose text breaks off is none."""
    record = found[code]
    sequence = _only(cells["seqnum"])
    record.sequence += record.step
    whole = sequence.isdigit() and int(sequence) == record.sequence
    if not whole or "cut" in cells:
        del found[code]
        raise Unfit(f"the text of {code} breaks off, so the code was left out")
    record.title = _words(record.title, *cells["long description"])


def _words(*texts: str) -> str:
    return " ".join(" ".join(texts).split())


def _first_line(code: str, kind: str, cells: Cells) -> Record:
    if "cut" in cells:
        raise Unfit("it is cut short")
    if (kind == "7") != (len(code) == 2):
        raise Unfit(f"{code} does not go with record type {kind}")
    sequence = _only(cells["seqnum"])
    if not sequence.isdigit() or not int(sequence):
        raise Unfit(f"“{sequence[:20]}” is no sequence number")
    title = _words(*cells["long description"])
    if not title:
        raise Unfit(f"{code} has no description")

    def one(name: str) -> str:
        return _only(cells[name])

    asc_group, asc_day = one("asc_grp"), one("asc_dt")
    if asc_group.isdigit():  # in 2018 the day begins where the group should stand, for five codes
        asc_group, asc_day = "", asc_group + asc_day
    data = {
        "short": one("short description"),
        "coverage": one("cov"),
        "pricing": cells["price"] or None,
        "multiple_pricing": one("mult_pi"),
        "cim": cells["cim"] or None,
        "mcm": cells["mcm"] or None,
        "statute": one("statute"),
        "lab_cert": cells["labcert"] or None,
        "asc_group": asc_group,
        "asc_date": day(asc_day, "day"),
        "opps": one("opps"),
        "opps_indicator": one("opps_pi"),
        "opps_date": day(one("opps_dt"), "day"),
        "procnote": one("procnote"),
        "betos": one("betos"),
        "tos": cells["tos"] or None,
        "anesthesia_units": one("anest_bu").strip("0") and one("anest_bu").lstrip("0"),
        "added": day(one("add dt"), "day on which a code was added"),
        "effective": day(one("act eff dt"), "day on which a change takes effect"),
        "terminated": day(one("term dt"), "day on which a code ends"),
        "action": one("action cd"),
    }
    crossed, see = crossings(cells["xref"])
    step = int(sequence)
    return Record(code, title, data | {"see": see or None}, crossed, step, step)


def crossings(found: Iterable[str]) -> tuple[list[str], list[str]]:
    """Codes among cross references, and words that stand there instead, such as "CPT"."""
    codes: list[str] = []
    words: list[str] = []
    for text in found:
        is_one = len(text) in (2, 5) and text.isalnum()
        (codes if is_one else words).append(text)
    return list(dict.fromkeys(codes)), words
