"""The layouts of the AMA's CPT data files: which file is which, and what stands on its lines.

What public code of the AMA and of HL7 confirms: LONGULT.txt opens with a notice, then code, tab,
text; MEDU.txt and SHORTU.txt have the code in columns 1-5 and the text from column 7 (48 and 28
characters); ConsumerDescriptor.txt and ClinicianDescriptor.txt are tab separated under a header
(Concept Id, CPT Code, the Clinician Descriptor Id, the text); the history files History_DTK_tab
and Deleted_DTK_tab are tab separated under a header (Date, Change Type, Concept Id, CPT Code,
Level, Prior Value, Current Value; Code, Date Deleted), with days such as 20140101 and Pre-1982;
Older years wrap the
long text over lines that repeat the code with a sequence of two digits, which could not be
confirmed: tabs, columns and sequences are told apart by the shape of each line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from app.codes.intake.contract import Quarantine
from app.codes.intake.cpt_modifiers import begins_modifier
from app.codes.intake.cpt_text import text_of
from app.codes.intake.files import Member
from app.errors import Invalid

CODE = re.compile(r"\d{4}[0-9AFTMU]")
_NAMES = {
    "long": re.compile(r"longul[tf]?"),
    "medium": re.compile(r"medul?[tf]?"),
    "short": re.compile(r"shortul?[tf]?"),
    "consumer": re.compile(r"consumer[ _-]?descriptors?"),
    "clinician": re.compile(r"clinician[ _-]?descriptors?"),
    "modifier": re.compile(r"modul[tf]?"),
    "history": re.compile(r"(?:history|deleted|code[ _-]?changes)(?:[ _-]?dtk)?(?:[ _-]?tab)?"),
}
_YEAR_IN_NAME = re.compile(r"[ _-]*(?:cpt)?[ _-]*20\d\d[ _-]*|^cpt[ _-]+", re.IGNORECASE)
_BY_LINES = {"long", "medium", "short"}

# A record by columns or by tab. The sequence of a wrapped text follows the code at once.
_RECORD = re.compile(r"(\d{4}[0-9AFTMU])(\d\d)?(?:\t| +)(?=\S)(.*)")
_RECORD_LIKE = re.compile(r"[0-9A-Za-z]{4,6}\t\S")


def part_of(member: Member) -> str | None:
    """The part the file plays, where its name is the AMA's and its beginning is like that."""
    if member.suffix != ".txt":
        return None
    stem = _YEAR_IN_NAME.sub("", member.name.lower().removesuffix(".txt"))
    part = next((part for part, name in _NAMES.items() if name.fullmatch(stem)), None)
    if part is None:
        return None
    lines = member.head.splitlines()
    if part in _BY_LINES:
        known = any(_RECORD.fullmatch(line) for line in lines) or any(map(_is_header, lines[:60]))
    elif part == "modifier":
        known = any(begins_modifier(line) for line in lines)
    else:
        known = any(map(_is_header, lines[:60]))
    return part if known else None


def _cells(line: str) -> list[str]:
    return [" ".join(cell.lower().split()) for cell in line.split("\t")]


def _is_header(line: str) -> bool:
    return not {"cpt code", "code"}.isdisjoint(_cells(line)) and "\t" in line


class Line(NamedTuple):
    """One text of one code, and where it stands."""

    number: int
    code: str
    text: str
    key: str = ""  # the number of a clinician's descriptor


@dataclass
class _Wrapped:
    """A long text on several lines, put together."""

    number: int
    chunks: dict[int, str] = field(default_factory=dict)  # by sequence; one chunk has number 0


def descriptors(member: Member, quarantine: Quarantine) -> Iterator[Line]:
    """Codes and their texts, of whichever layout the file has."""
    if any(map(_is_header, member.head.splitlines()[:60])):
        yield from tabled(member, ("descriptor", "description"), quarantine)
        return
    texts: dict[str, list[_Wrapped]] = {}
    last: _Wrapped | None = None
    for number, line in member.lines():
        if not line.strip():
            last = None
        elif record := _RECORD.fullmatch(line):
            last = _placed(texts.setdefault(record[1], []), number, record[2], record[3])
        elif last is not None and line.startswith(("      ", "\t")):
            last.chunks[max(last.chunks)] += " " + line  # the next line of the same text
        elif texts or _RECORD_LIKE.match(line):  # what comes before the first code is the notice
            last = None
            quarantine.add(member.name, number, "It has no CPT code and its text.", line)
    for code, found in texts.items():
        yield from _joined(member, code, found, quarantine)


def _placed(found: list[_Wrapped], number: int, sequence: str | None, text: str) -> _Wrapped:
    """The text a line belongs to: lines with a sequence make up one, any other is its own."""
    at = int(sequence) if sequence else 0
    if at and found and 0 not in found[-1].chunks and at not in found[-1].chunks:
        found[-1].chunks[at] = text
    else:
        found.append(_Wrapped(number, {at: text}))
    return found[-1]


def _joined(
    member: Member, code: str, found: list[_Wrapped], quarantine: Quarantine
) -> Iterator[Line]:
    for wrapped in found:
        order = sorted(wrapped.chunks)
        if order[-1] - order[0] + 1 != len(order) or order[0] > 1:
            why = f"The text of {code} lacks a line."
            quarantine.add(member.name, wrapped.number, why, wrapped.chunks[order[0]])
        else:
            text = text_of(" ".join(wrapped.chunks[at] for at in order))
            yield Line(wrapped.number, code, text)


def tabled(member: Member, names: tuple[str, ...], quarantine: Quarantine) -> Iterator[Line]:
    """Codes and texts under a header; the last column named like one of `names` is the text."""
    columns: dict[str, int] | None = None
    code_at = text_at = 0
    key_at: int | None = None
    for number, line in member.lines():
        if columns is None:
            if _is_header(line):
                columns = {name: at for at, name in enumerate(_cells(line))}
                code_at = columns["cpt code" if "cpt code" in columns else "code"]
                text_at, key_at = _text_columns(member, columns, names)
            continue
        if not line.strip():
            continue
        cells = line.split("\t")
        if len(cells) <= max(code_at, text_at):
            quarantine.add(member.name, number, "It has fewer cells than its header.", line)
        elif not CODE.fullmatch(code := cells[code_at].strip()):
            quarantine.add(member.name, number, f"“{code}” is no CPT code.", line)
        elif text := text_of(cells[text_at]):
            yield Line(number, code, text, cells[key_at].strip() if key_at is not None else "")
        else:
            quarantine.add(member.name, number, f"{code} has no text.", line)


def _text_columns(
    member: Member, columns: dict[str, int], names: tuple[str, ...]
) -> tuple[int, int | None]:
    texts = [at for name, at in columns.items() if name.endswith(names)]
    if not texts:
        raise Invalid(f"{member.name} has no column “{names[0]}”: nothing was loaded.")
    keys = [at for name, at in columns.items() if name.endswith(" id") and name != "concept id"]
    return texts[-1], keys[0] if keys else None
