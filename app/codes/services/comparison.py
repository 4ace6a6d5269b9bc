"""Two to four codes side by side: what the book and the payers' files say of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from app.codes.models import SYSTEMS, NoteKind
from app.codes.services.gates import DEFAULT, Reader, gates
from app.codes.services.lookup import key_of
from app.codes.services.reference.subject import Subject, find_subject
from app.codes.services.reference.wording import Run, Runs, words_apart
from app.codes.words.fee_indicators import GLOBAL, STATUS
from app.errors import Invalid, NotFound

FEWEST, MOST = 2, 4
MOST_LINES = 12  # of notes, in one cell
OWN_FIELDS = ""  # rows without a section are free, as the place in the book is while browsing


@dataclass(frozen=True, slots=True)
class Cell:
    """What a row says of one code."""

    lines: tuple[Runs, ...] = ()
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    source: str  # the editions it is taken from
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class _Field:
    label: str
    section: str  # whose gate it stands behind
    say: Callable[[Subject], Sequence[str]]
    kind: str = ""  # the release that says it; the system's own where none is named


def named_codes(typed: Sequence[str]) -> list[tuple[str, str]]:
    """Systems and keys of "icd10cm:E11.9" and its like. Raises Invalid for what is no code."""
    found: list[tuple[str, str]] = []
    for text in typed[: MOST + 1]:
        system, _, code = text.strip()[:60].partition(":")
        key = key_of(code, system) if system in SYSTEMS else None
        if key is None:
            raise Invalid(f"“{text[:30]}” names no code. Write the system and the code.", field="c")
        if (system, key) not in found:
            found.append((system, key))
    if not FEWEST <= len(found) <= MOST:
        raise Invalid(f"Choose {FEWEST} to {MOST} different codes.", field="c")
    return found


def subjects_of(codes: Sequence[tuple[str, str]], day: date) -> list[Subject]:
    """The codes as they are on a day. Raises NotFound, naming the one that is not there."""
    found = []
    for system, key in codes:
        subject = find_subject(system, key, day)
        if subject is None or subject.entry.kind in ("chapter", "section"):
            raise NotFound(f"{SYSTEMS[system]} has no code {key} on that day, or is not loaded.")
        found.append(subject)
    return found


def compared(subjects: Sequence[Subject], readers: Sequence[Reader]) -> list[Row]:
    """Every row in which any of the codes has something; gated fields stay gated for each."""
    opens, rows = gates(), []
    for field in _FIELDS:
        said = [tuple(field.say(subject)) for subject in subjects]
        if not any(said):
            continue
        gate = opens.get(field.section, DEFAULT)
        open_ = [not field.section or reader.may_read(gate) for reader in readers]
        rows.append(Row(field.label, _sources(field, subjects), _cells(said, open_)))
    return rows


def _cells(said: Sequence[tuple[str, ...]], open_: Sequence[bool]) -> tuple[Cell, ...]:
    """The first code's lines plain, those of the others with the words marked that differ."""
    first = said[0] if open_[0] else ()
    cells = []
    for at, (lines, is_open) in enumerate(zip(said, open_, strict=True)):
        if not is_open:
            cells.append(Cell(is_open=False))
        elif at and len(lines) == len(first) == 1:
            cells.append(Cell((words_apart(first[0], lines[0])[1],)))
        else:
            new = [line for line in lines if at and first and line not in first]
            cells.append(Cell(tuple((Run(line, line in new),) for line in lines[:MOST_LINES])))
    return tuple(cells)


def _sources(field: _Field, subjects: Sequence[Subject]) -> str:
    found = [s.edition_of(field.kind) if field.kind else s.edition for s in subjects]
    return "; ".join(dict.fromkeys(f"{e.title}, {e.name}" for e in found if e))


def _notes(*kinds: NoteKind) -> Callable[[Subject], list[str]]:
    def say(subject: Subject) -> list[str]:
        return [
            "".join(part.text for part in line)
            for group in subject.structure.groups(*kinds)
            for line in group.lines
        ]

    return say


def _facts(kind: str, topic: str, *names: str) -> Callable[[Subject], list[str]]:
    def say(subject: Subject) -> list[str]:
        rows = subject.about(topic, kind)
        found = []
        for row in rows:
            text = " ".join(str(row.data[n]) for n in names if row.data.get(n) is not None)
            if text:
                found.append(f"{text} (with {row.other})" if row.other else text)
        return list(dict.fromkeys(found))

    return say


def _worded(
    topic: str, name: str, kind: str, words: dict[str, str]
) -> Callable[[Subject], list[str]]:
    def say(subject: Subject) -> list[str]:
        values = dict.fromkeys(str(row.data.get(name, "")) for row in subject.about(topic, kind))
        return [
            f"{value}: {words[value]}" if value in words else value for value in values if value
        ]

    return say


def _billable(subject: Subject) -> list[str]:
    if subject.system == "cpt":
        return []
    if subject.system == "hcpcs":
        return ["Valid" if subject.entry.billable else "No longer valid"]
    if subject.entry.billable:
        return ["Billable"]
    return [f"Not billable; {subject.structure.billable_count:,} billable codes below it"]


def _place(subject: Subject) -> list[str]:
    return [f"{above.shown} {above.title}" for above in subject.structure.ancestors]


def _title(subject: Subject) -> list[str]:
    return [subject.entry.title] if subject.entry.title else []


def _risk(subject: Subject) -> list[str]:
    rows = subject.about("hcc", "cms-hcc")
    return [
        f"{row.data.get('model')}: {row.data.get('cc')} {row.data.get('label')}" for row in rows
    ]


_MUE, _MUE_HOSPITAL = "mue-practitioner", "mue-outpatient"

_FIELDS: tuple[_Field, ...] = (
    _Field("Official description", OWN_FIELDS, _title),
    _Field("Billable or not", OWN_FIELDS, _billable),
    _Field("Place in the book", OWN_FIELDS, _place),
    _Field("Includes", "includes", _notes(NoteKind.INCLUSION_TERM, NoteKind.INCLUDES)),
    _Field("Code first", "instructions", _notes(NoteKind.CODE_FIRST)),
    _Field("Use additional code", "instructions", _notes(NoteKind.USE_ADDITIONAL)),
    _Field("Code also", "instructions", _notes(NoteKind.CODE_ALSO)),
    _Field("Excludes1", "excludes", _notes(NoteKind.EXCLUDES1)),
    _Field("Excludes2", "excludes", _notes(NoteKind.EXCLUDES2)),
    _Field("Status", "indicators", _worded("rvu", "status", "pprrvu", STATUS), "pprrvu"),
    _Field("Global days", "indicators", _worded("rvu", "global", "pprrvu", GLOBAL), "pprrvu"),
    _Field("Work RVU", "fee", _facts("pprrvu", "rvu", "work"), "pprrvu"),
    _Field("PE RVU, non-facility", "fee", _facts("pprrvu", "rvu", "nonfac_pe"), "pprrvu"),
    _Field("PE RVU, facility", "fee", _facts("pprrvu", "rvu", "fac_pe"), "pprrvu"),
    _Field("Malpractice RVU", "fee", _facts("pprrvu", "rvu", "mp"), "pprrvu"),
    _Field("MUE, practitioner", "mue", _facts(_MUE, "mue", "units"), _MUE),
    _Field("MUE, outpatient hospital", "mue", _facts(_MUE_HOSPITAL, "mue", "units"), _MUE_HOSPITAL),
    _Field("OPPS status indicator", "hospital", _facts("opps", "opps", "status"), "opps"),
    _Field("APC", "hospital", _facts("opps", "opps", "apc"), "opps"),
    _Field("OPPS payment rate", "hospital", _facts("opps", "opps", "rate"), "opps"),
    _Field("ASP payment limit", "drug", _facts("asp", "asp", "limit", "dosage"), "asp"),
    _Field("CMS-HCC", "hcc", _risk, "cms-hcc"),
)  # fmt: skip
