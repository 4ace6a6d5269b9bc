"""NCCI procedure-to-procedure edits: millions of rows, read in steps and never held at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial

from app.codes.intake.cms_tables import CODE, effective, names_of, quarter_edition
from app.codes.intake.contract import SINCE, UNDATED, Hints, Kind, Parts, Reading
from app.codes.intake.days import iso_day, quarter_start
from app.codes.intake.files import LONGEST_LINE, Member, decoded
from app.codes.intake.rows import Batch, Edit
from app.errors import Invalid

_SOURCE = (
    "https://www.cms.gov/medicare/coding-billing/"
    "national-correct-coding-initiative-ncci-edits/medicare-ncci-procedure-procedure-ptp-edits"
)
STEP = 20_000
_CHUNK = 1024 * 1024
_MOST_REASONS = 200  # CMS has about a dozen
_MOST_REMEMBERED = 100_000  # codes, or ends of rows, kept to be recognized again

_COLUMNS = ("column 1", "column 2", "*", "effective", "deletion", "modifier", "ptp edit rationale")
_ROW = re.compile(
    r"^[A-Z0-9]{5}\t[A-Z0-9]{5}\t[^\t\n]*\t(?:\d{8})?\t(?:\*|\d{8})?\t[019]\t", re.MULTILINE
)
_WHOSE = {
    "practitioner": re.compile(r"ccipra|practitioner|(?<![a-z])pra(?![a-z])", re.IGNORECASE),
    "hospital": re.compile(r"ccioph|hospital|outpatient|(?<![a-z])oph(?![a-z])", re.IGNORECASE),
}
_VERSION = re.compile(r"(?<![a-z0-9])v(\d\d)\.?([0-3])r\d", re.IGNORECASE)
_FILE = re.compile(r"(?<![a-z0-9])f(\d)(?!\d)", re.IGNORECASE)

Tail = tuple[str | None, str | None, int, int]  # an Edit after its two codes


def _whose(name: str) -> str | None:
    """Whose claims a file is for, where its name says so and says it once."""
    found = [whose for whose, pattern in _WHOSE.items() if pattern.search(name)]
    return found[0] if len(found) == 1 else None


def _recognise(whose: str, member: Member) -> str | None:
    if _whose(member.name) != whose or member.suffix not in (".txt", ".tsv", ".xlsx"):
        return None
    return "edits" if _ROW.search(member.head) and _heads(member.head) else None


def _heads(head: str) -> bool:
    """Whether the columns are named, and stand as CMS has them since 1996."""
    for line in head.splitlines()[:60]:
        names = [" ".join(cell.lower().split()) for cell in line.split("\t")]
        if names[0] in ("column 1", "column1"):
            found = [name.replace("column1", "column 1") for name in names]
            found = [name.replace("column2", "column 2") for name in found]
            return len(found) >= 7 and all(map(str.startswith, found, _COLUMNS))
    return False


def _read(whose: str, parts: Parts, hints: Hints) -> Reading:
    files = _files(parts.get("edits", ()), whose)
    for member in files:
        if not _heads(member.head):
            raise Invalid(
                f"{member.name} is no file of NCCI edits: no row names the columns “Column 1”, "
                "“Column 2”, Effective, Deletion, Modifier and PTP Edit Rationale in that order."
            )
        if not _ROW.search(member.head):
            raise Invalid(f"{member.name} holds no edits.")
    day = effective(hints, _version_day(files), files[0].name)
    reading = Reading(hints.edition or quarter_edition(day), day, iter(()))
    reading.batches = _batches(files, reading)
    return reading


def _files(members: Sequence[Member], whose: str) -> list[Member]:
    """One form of each file of one release, in the order of their numbers."""
    other = "hospital" if whose == "practitioner" else "practitioner"
    found: dict[str, Member] = {}
    for member in sorted(members, key=lambda m: (m.suffix == ".xlsx", m.name.lower())):
        if _whose(member.name) == other:
            raise Invalid(f"{member.name} holds the {other} edits: load it as ptp-{other}.")
        stem = member.name.lower().removesuffix(".gz").rpartition(".")[0]
        if stem in found and found[stem].suffix == member.suffix:
            raise Invalid(f"{member.name} is there twice.")
        found.setdefault(stem, member)
    if not found:
        raise Invalid("There is no file of NCCI edits here.")
    versions = {v.groups() for m in found.values() if (v := _VERSION.search(m.name))}
    if len(versions) > 1:
        raise Invalid("The files are of different releases of the edits: load one at a time.")
    numbers = sorted(int(f[1]) for stem in found if (f := _FILE.search(stem)))
    for expected, number in enumerate(numbers, start=1):
        if number != expected:
            raise Invalid(f"File f{expected} of the edits is missing: give all of them together.")
    return [found[stem] for stem in sorted(found)]


def _version_day(files: Sequence[Member]) -> date | None:
    """Version 30.2 is the third quarter of 2024: the first was of 1994, with four a year since."""
    names = names_of(files)
    for name in names:
        if found := _VERSION.search(name):
            return date(1994 + int(found[1]), int(found[2]) * 3 + 1, 1)
    return quarter_start(names)


def _batches(files: Sequence[Member], reading: Reading) -> Iterator[Batch]:
    reasons: dict[str, int] = {}
    for member in files:
        lines = _sheet_lines(member) if member.suffix == ".xlsx" else _lines(member)
        yield from _edits(member.name, lines, reading, reasons)


def _edits(
    file: str, lines: Iterator[tuple[int, str]], reading: Reading, reasons: dict[str, int]
) -> Iterator[Batch]:
    codes: dict[str, str] = {}
    tails: dict[str, Tail] = {}
    quarantine = reading.quarantine
    step: list[tuple[str, str, str | None, str | None, int, int]] = []
    before: object = None
    begun = False
    for number, line in lines:
        try:
            first, second, end = line.split("\t", 2)
            column1, column2 = codes[first], codes[second]
            tail = tails[end]
        except (KeyError, ValueError):
            why = _learn(line, codes, tails, reading.legend, reasons)
            if why is not None:
                if begun and line.strip(" \t\x1a"):
                    quarantine.add(file, number, why, line)
                continue
            first, second, end = line.split("\t", 2)
            column1, column2, tail = codes[first], codes[second], tails[end]
            begun = True
        key = (column1, column2, tail[0], tail[1])
        if key == before:
            quarantine.add(file, number, "is there twice", line)
            continue
        before = key
        step.append((column1, column2, *tail))
        if len(step) == STEP:
            yield Edit, step
            step = []
    if step:
        yield Edit, step


def _learn(
    line: str,
    codes: dict[str, str],
    tails: dict[str, Tail],
    legend: dict[str, str],
    reasons: dict[str, int],
) -> str | None:
    """Remember what a row is made of, so that it is checked once; or say what is wrong with it."""
    if len(codes) >= _MOST_REMEMBERED or len(tails) >= _MOST_REMEMBERED:
        codes.clear()
        tails.clear()
    cells = line.split("\t")
    if len(cells) < 7:
        return "has fewer than seven columns"
    for code in cells[:2]:
        if not CODE.fullmatch(code.strip()):
            return f"“{code[:20]}” is no code"
        codes[code] = code.strip()
    days = [_day(cell.strip()) for cell in cells[3:5]]
    if "" in days:
        return "has a day that does not exist"
    if cells[5].strip() not in ("0", "1", "9"):
        return f"“{cells[5][:20]}” is no modifier indicator"
    reason = " ".join(cells[6].split())
    number = reasons.get(reason)
    if number is None:
        if not reason or len(reasons) == _MOST_REASONS:
            return "gives no reason CMS gives"
        number = reasons[reason] = len(reasons) + 1
        legend[str(number)] = reason
    if days[0] is None:
        legend[UNDATED] = "yes"
    else:
        legend[SINCE] = min(days[0], legend.get(SINCE, days[0]))
    tails[line.split("\t", 2)[2]] = (days[0], days[1], int(cells[5]), number)
    return None


def _day(cell: str) -> str | None:
    """The ISO day; None where the file gives none; empty where there is no such day."""
    if cell in ("", "*"):
        return None
    return (iso_day(cell) or "") if len(cell) == 8 else ""


def _lines(member: Member) -> Iterator[tuple[int, str]]:
    """Its lines from 1. Decoded by the megabyte: line by line takes several times as long."""
    before = 0
    rest = b""
    with member.open() as file:
        while chunk := file.read(_CHUNK):
            whole, line_end, rest = (rest + chunk).rpartition(b"\n")
            if len(rest) > LONGEST_LINE:
                raise Invalid(
                    f"{member.name}, line {before + 1} is longer than any line of such a file."
                )
            if line_end:
                lines = decoded(whole).replace("\r", "").split("\n")
                yield from enumerate(lines, start=before + 1)
                before += len(lines)
    if rest:
        yield before + 1, decoded(rest).replace("\r", "")


def _sheet_lines(member: Member) -> Iterator[tuple[int, str]]:
    for number, row in member.rows():
        yield number, "\t".join(" ".join(cell.split()) for cell in row)


def _kind(whose: str, called: str) -> Kind:
    recognise: Callable[[Member], str | None] = partial(_recognise, whose)
    return Kind(
        name=f"ptp-{whose}",
        title=f"NCCI procedure-to-procedure edits, {called}",
        owner="CMS",
        floor=500_000,
        recognise=recognise,
        read=partial(_read, whose),
        notice=True,
        cumulative=True,
        cut=True,
        source=_SOURCE,
    )


KINDS = (_kind("practitioner", "practitioner"), _kind("hospital", "outpatient hospital"))
