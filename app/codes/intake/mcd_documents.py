"""Coverage articles and local determinations: the current ones, and the codes each lists."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from app.codes.intake import mcd_contractors
from app.codes.intake.mcd_contractors import Contractors
from app.codes.intake.mcd_tables import Columns, Place, Tables, day
from app.codes.intake.mcd_text import cleaned_body, line_of
from app.codes.intake.rows import Fact, fact, is_public, packed

_HCPCS = re.compile(r"[A-Z0-9]{5}")
_ICD = re.compile(r"[A-Z][0-9A-Z]{2,6}")
_NOT_APPLICABLE = re.compile(r"XX\d{3}|999X?")
# Two-character modifiers of HCPCS Level II. P1 to P6 and those that begin with a digit are CPT's.
_PUBLIC_MODIFIER = re.compile(r"(?!P[1-6])[A-Z][A-Z0-9]")
_RANGES = frozenset("BME")  # its beginning, middle and end; N stands in none


@dataclass(frozen=True, slots=True)
class Family:
    """Articles or determinations: what their tables are called and where their fields stand."""

    name: str  # "article": its topics and its tables begin with that
    letter: str  # "A", before the number
    document: dict[str, str]  # field of the fact: column of the document's table
    days: tuple[str, ...]  # the fields that are days
    lists: dict[str, tuple[str, ...]]  # table: its columns after the document's number and version
    needed: tuple[str, ...]  # tables without which it is no download

    @property
    def columns(self) -> Columns:
        key = (f"{self.name}_id", f"{self.name}_version")
        return {
            self.name: (*key, "status", "display_id", *self.document.values()),
            f"{self.name}_x_contractor": (*key, *mcd_contractors.KEY),
            f"{self.name}_x_primary_jurisdiction": (*key, "state_id"),
            f"{self.name}_type_lookup": (f"{self.name}_type_id", "description"),
            **{table: (*key, *columns) for table, columns in self.lists.items()},
            **mcd_contractors.COLUMNS,
        }


class Documents:
    """The current documents of one download: the highest version of each, where it is approved.

    Drafts and proposals, whose shown number begins with a D, never count as versions.
    """

    def __init__(self, family: Family, tables: Tables) -> None:
        self._family, self._tables = family, tables
        self.newest: date | None = None  # the day of the last change
        self._numbers: set[str] = set()  # of every row, drafts and earlier versions too
        versions: dict[str, tuple[int, str, str, Place]] = {}
        latest = ""
        for place, row in tables.rows(family.name):
            number, version, status, display = (cell.strip().upper() for cell in row[:4])
            if not (number.isdecimal() and version.isdecimal()):
                tables.refuse(place, "It has no number or no version.", row)
                continue
            self._numbers.add(number)
            try:
                latest = max(latest, self._fields(row, with_text=False).get("updated") or "")
            except ValueError as error:
                tables.refuse(place, f"“{error}” is no day.", row)
                continue
            if status.startswith("P") or display.startswith("D"):
                continue
            known = versions.get(number)
            if known and known[0] == int(version):
                tables.refuse(place, "The same version is listed above.", row)
            elif not known or known[0] < int(version):
                versions[number] = (int(version), version, status, place)
        self._places = {
            place: family.letter + number
            for number, (_, _, status, place) in versions.items()
            if status.startswith("A")
        }
        self._shown = {
            (number, version): family.letter + number
            for number, (_, version, status, _) in versions.items()
            if status.startswith("A")
        }
        if latest:
            self.newest = date.fromisoformat(latest)

    def facts(self, on: date, dropped: Counter[str]) -> Iterator[Fact]:
        """Everything the download says of them, table by table."""
        yield from self._documents()
        yield from self._contractors(on)
        for table in self._family.lists:
            subject = table.removeprefix(f"{self._family.name}_")
            if subject.endswith("_group"):
                yield from self._groups(table, _GROUPS[subject])
            elif subject == "x_hcpc_code":
                yield from self._codes(table, dropped)
            elif subject in ("x_icd10_covered", "x_icd10_noncovered"):
                yield from self._diagnoses(table, covered=subject == "x_icd10_covered")
            elif subject == "x_hcpc_modifier":
                yield from self._modifiers(table, dropped)
            elif subject == "x_bill_code":
                yield from self._bills(table)
            else:
                yield from self._related(table, *_RELATED[self._family.lists[table][0]])

    def _fields(self, row: tuple[str, ...], *, with_text: bool) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for name, cell in zip(self._family.document, row[4:], strict=True):
            if name in self._family.days:
                fields[name] = day(cell)
            elif with_text and name != "text":
                fields[name] = line_of(cell)
        if with_text:
            text, cut = cleaned_body(row[-1])
            fields |= {"text": text, "cut": cut or None}
        return fields

    def _documents(self) -> Iterator[Fact]:
        name = self._family.name
        lookup = f"{name}_type_lookup"
        types = {number.strip(): line_of(text) for _, (number, text) in self._tables.rows(lookup)}
        for place, row in self._tables.rows(name, again=True):
            if shown := self._places.get(place):
                fields = self._fields(row, with_text=True)
                if kind := fields.get("type"):
                    fields["type"] = types.get(kind, kind)
                yield fact(name, shown, version=int(row[1]), status="A", **fields)

    def _listed(self, table: str) -> Iterator[tuple[Place, str, tuple[str, ...]]]:
        """Where a row is, the current document it belongs to, and its cells after that key.

        A row that repeats one of the same document says nothing more.
        """
        key: tuple[str, ...] = ()
        shown: str | None = None
        seen: set[tuple[str, ...]] = set()
        for place, row in self._tables.rows(table):
            if row[:2] != key:
                key = row[:2]
                number, version = key[0].strip(), key[1].strip()
                shown = self._shown.get((number, version))
                seen.clear()
                if number not in self._numbers:  # said once, whatever it lists
                    why = f"{self._family.name}.csv holds no {number}, and nothing it lists counts."
                    self._tables.refuse(place, why, row)
            if shown and (cells := row[2:]) not in seen:
                seen.add(cells)
                yield place, shown, cells

    def _contractors(self, on: date) -> Iterator[Fact]:
        name = self._family.name
        contractors = Contractors(self._tables, on)
        states: dict[str, set[str]] = {}
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for place, shown, key in self._listed(f"{name}_x_contractor"):
            contractor = contractors.get(key)
            if contractor is None:
                self._tables.refuse(place, "contractor.csv does not hold its contractor.", key)
                continue
            known = found.setdefault((shown, contractor.number), contractor.fields)
            known |= {"states": sorted({*known["states"], *contractor.fields["states"]})}
            states.setdefault(shown, set()).update(contractor.fields["states"])
        for (shown, number), fields in found.items():
            yield fact(f"{name}_contractor", shown, number, **fields)

        # A document of one contractor may hold for a part of what is the contractor's.
        primary: dict[str, set[str]] = {}
        for place, shown, (state,) in self._listed(f"{name}_x_primary_jurisdiction"):
            if abbreviation := contractors.state(state):
                primary.setdefault(shown, set()).add(abbreviation)
            else:
                self._tables.refuse(place, "state_lookup.csv does not hold its state.", (state,))
        for shown, abbreviations in (states | primary).items():
            for abbreviation in sorted(abbreviations):
                names = contractors.state_names
                yield fact(f"{name}_state", shown, abbreviation, name=names[abbreviation])

    def _related(self, table: str, topic: str, letter: str) -> Iterator[Fact]:
        for place, shown, (number,) in self._listed(table):
            number = number.strip()
            if number.isdecimal() and int(number):
                yield fact(f"{self._family.name}_{topic}", shown, letter + number)
            elif number not in ("", "0"):
                self._tables.refuse(place, "It is related to no number.", (shown, number))

    def _codes(self, table: str, dropped: Counter[str]) -> Iterator[Fact]:
        topic = f"{self._family.name}_code"
        for place, shown, (code, group, range_, long, short) in self._listed(table):
            key = code.strip().upper()
            if _NOT_APPLICABLE.fullmatch(key):
                continue
            if not (_HCPCS.fullmatch(key) and _is_group(group)):
                self._tables.refuse(place, "It has no code of five characters.", (shown, code))
                continue
            texts = {"long": line_of(long), "short": line_of(short)}
            if not is_public(key):
                dropped.update(f"{name}_description" for name, text in texts.items() if text)
                texts = {}
            data = {"group": _group(group), "range": _range(range_)}
            yield fact(topic, key, shown, **data, **texts)

    def _diagnoses(self, table: str, *, covered: bool) -> Iterator[Fact]:
        keys: dict[str, str] = {}  # hundreds of thousands of rows hold few different codes
        for place, shown, (code, group, range_, *star) in self._listed(table):
            key = keys.get(code)
            if key is None:
                key = code.replace(".", "").strip().upper()
                if _NOT_APPLICABLE.fullmatch(key):
                    continue
                if not _ICD.fullmatch(key):
                    self._tables.refuse(place, "It has no diagnosis code.", (shown, code))
                    continue
                keys[code] = key
            if _is_group(group):
                data = _diagnosis(group, covered, range_, star[0] if star else "")
                yield Fact("article_icd", key, shown, data)
            else:
                self._tables.refuse(place, "Its group is no number.", (shown, code, group))

    def _groups(self, table: str, called: str) -> Iterator[Fact]:
        topic = f"{self._family.name}_group"
        for place, shown, (group, paragraph, *asterisk) in self._listed(table):
            if not (_is_group(group) and group.strip()):
                self._tables.refuse(place, "Its group is no number.", (shown, group))
                continue
            text, cut = cleaned_body(paragraph)
            meaning = cleaned_body(asterisk[0])[0] if asterisk else ""
            if text or meaning:
                other = f"{called}:{_group(group)}"
                yield fact(topic, shown, other, text=text, asterisk=meaning, cut=cut or None)

    def _modifiers(self, table: str, dropped: Counter[str]) -> Iterator[Fact]:
        for place, shown, (code, group, text) in self._listed(table):
            key = code.strip().upper()
            if _NOT_APPLICABLE.fullmatch(key):
                continue
            if not (re.fullmatch(r"[A-Z0-9]{2}", key) and _is_group(group)):
                self._tables.refuse(place, "It has no modifier.", (shown, code, group))
                continue
            text = line_of(text)
            if not _PUBLIC_MODIFIER.fullmatch(key):
                dropped["modifier_description"] += bool(text)
                text = ""
            yield fact("article_modifier", key, shown, group=_group(group), text=text)

    def _bills(self, table: str) -> Iterator[Fact]:
        for place, shown, (code, text) in self._listed(table):
            key = code.strip().upper()
            if _NOT_APPLICABLE.fullmatch(key):
                continue
            if re.fullmatch(r"[0-9X]{3,4}", key):
                yield fact("article_bill", shown, key.lower(), text=line_of(text))
            else:
                self._tables.refuse(place, "It has no type of bill.", (shown, code))


_GROUPS = {  # tables of paragraphs, and what their groups are called
    "x_hcpc_code_group": "hcpc",
    "x_hcpc_modifier_group": "modifier",
    "x_icd10_covered_group": "icd10",
    "x_icd10_noncovered_group": "noncovered",
}
_RELATED = {  # columns that name another document: topic, and the letter before its number
    "r_lcd_id": ("lcd", "L"),
    "r_article_id": ("article", "A"),
    "r_ncd_id": ("ncd", ""),
}


def _is_group(cell: str) -> bool:
    return cell.isdecimal() or not cell.strip()


def _group(cell: str) -> int | None:
    return int(cell) if cell.strip() else None


def _range(cell: str) -> str:
    return cell.strip().upper() if cell.strip().upper() in _RANGES else ""


@lru_cache(maxsize=4096)
def _diagnosis(group: str, covered: bool, range_: str, asterisk: str) -> str:
    starred = asterisk.strip().upper() not in ("", "N", "0", "F", "FALSE", "NO")
    return packed(
        {
            "group": _group(group),
            "covered": covered,
            "range": _range(range_),
            "asterisk": starred or None,
        }
    )
