"""The tables of ICD-10-PCS, from which every code is built, out of the XML that CMS publishes.

Source: "icd10pcs_tables" of the yearly "Code Tables and Index" at
https://www.cms.gov/medicare/coding-billing/icd-10-codes. A `pcsTable` fixes three characters; each
`pcsRow` lists what the other four may be and says how many codes that makes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from math import prod

from lxml import etree

from app.codes.intake.books import book_root, text_of
from app.codes.intake.contract import Quarantine
from app.codes.intake.files import Member
from app.codes.intake.pcs_titles import compose_title
from app.errors import Invalid

TABLES = "the ICD-10-PCS Tables"

MOST_CODES = 500_000  # there are some 80,000
MOST_IN_ROW = 20_000  # the widest row of 2025 makes 2,200

_VALUE = re.compile(r"[0-9A-HJ-NP-Z]")
_FIXED = ("1", "2", "3")
_FREE = ("4", "5", "6", "7")

Axis = tuple[str, dict[str, str]]  # what the character stands for, and the label of each value


@dataclass(slots=True)
class Table:
    """One table: its three characters, their labels, and the rows of the four others."""

    key: str  # "001"
    labels: tuple[str, str, str]
    definition: str
    rows: list[list[Axis]] = field(default_factory=list)

    def codes(self) -> set[str]:
        return {
            self.key + "".join(values)
            for row in self.rows
            for values in product(*(labels for _, labels in row))
        }

    def composed(self) -> list[tuple[str, str]]:
        """Its codes in order, each with a title composed from its labels."""
        titles = {}
        for row in self.rows:
            for values in product(*(labels.items() for _, labels in row)):
                code = self.key + "".join(value for value, _ in values)
                labels = [label for _, label in values]
                titles[code] = compose_title(self.key, self.labels[2], labels)
        return sorted(titles.items())


@dataclass(slots=True)
class Book:
    version: str  # the fiscal year the file says it is of: "2025"
    tables: dict[str, Table]

    def codes(self) -> set[str]:
        return set().union(*(table.codes() for table in self.tables.values()))

    def headings(self) -> dict[str, str]:
        """Titles of sections, of body systems and of tables, by the characters they begin with."""
        titles: dict[str, str] = {}
        for key, table in self.tables.items():
            for length, label in enumerate(table.labels, start=1):
                if label != "None":
                    titles.setdefault(key[:length], label)
        return titles


def read_tables(member: Member, quarantine: Quarantine) -> Book:
    root = book_root(member, "ICD10PCS.tabular", TABLES)
    tables: dict[str, Table] = {}
    made = 0
    for element in root.iter("pcsTable"):
        found = _table(element)
        if found is None:
            why = "the table does not name its first three characters"
            quarantine.add(member.name, element.sourceline or 0, why)
            continue
        table = tables.setdefault(found.key, found)  # some are printed in two parts
        known = table.codes()
        for row in element.findall("pcsRow"):
            axes = _axes(row, _FREE)
            why = _wrong(row, axes) or _repeated(table.key, axes, known)
            made += 0 if why else _made(axes)
            if made > MOST_CODES:
                raise Invalid(
                    f"{member.name} makes more codes than any release: nothing was loaded."
                )
            if why:
                quarantine.add(member.name, row.sourceline or 0, why, f"table {table.key}")
            else:
                table.rows.append(axes)
    if not any(table.rows for table in tables.values()):
        raise Invalid(f"{member.name} has no table whose rows can be read: it is not {TABLES}.")
    return Book(text_of(root.find("version")), {k: t for k, t in tables.items() if t.rows})


def _table(element: etree._Element) -> Table | None:
    axes = _axes(element, _FIXED)
    if len(axes) != 3 or any(len(labels) != 1 for _, labels in axes):
        return None
    values, labels = zip(*(next(iter(labels.items())) for _, labels in axes), strict=True)
    definition = element.find("axis[@pos='3']/definition")
    return Table("".join(values), labels, text_of(definition))


def _axes(element: etree._Element, positions: tuple[str, ...]) -> list[Axis]:
    """The axes at these positions, in their order; fewer where one is missing or broken."""
    found = {axis.get("pos"): axis for axis in element.findall("axis")}
    axes: list[Axis] = []
    for position in positions:
        axis = found.get(position)
        if axis is None:
            continue
        labels = list(_labels(axis))
        named = {value: text for value, text in labels if _VALUE.fullmatch(value) and text}
        if labels and len(named) == len(labels):
            axes.append((text_of(axis.find("title")), named))
    return axes


def _labels(axis: etree._Element) -> Iterator[tuple[str, str]]:
    for label in axis.findall("label"):
        yield label.get("code", ""), text_of(label)


def _made(axes: list[Axis]) -> int:
    return prod(len(labels) for _, labels in axes)


def _wrong(row: etree._Element, axes: list[Axis]) -> str:
    if len(axes) != len(_FREE):
        return "a character of the row has no values, or one without a name, or one twice"
    made, claimed = _made(axes), row.get("codes", "").strip()
    if made > MOST_IN_ROW:
        return f"the row makes {made:,} codes, more than any does"
    if claimed != str(made):
        return f"the row says it makes {claimed or 'no'} codes and makes {made}"
    return ""


def _repeated(key: str, axes: list[Axis], known: set[str]) -> str:
    """Whether codes of the row are in the table already; where not, they are known from here on."""
    codes = {key + "".join(values) for values in product(*(labels for _, labels in axes))}
    again = codes & known
    if again:
        return f"the row repeats codes of another row, such as {min(again)}"
    known |= codes
    return ""
