"""The table an ICD-10-PCS code is built from: its values, and the codes one value away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.codes.models import ICD10PCS
from app.codes.services.reference.contract import Absence, Answer, Section, Topic, Why
from app.codes.services.reference.subject import Subject

FIXED = 3  # characters that a table fixes; the other four are chosen

Row = Sequence[Sequence[Any]]  # of each axis, what it stands for and the label of each value


@dataclass(frozen=True, slots=True)
class PcsTable:
    """The rows of a table; a code is in it where one row has all its values."""

    key: str
    definition: str
    rows: Sequence[Row]

    def row_of(self, code: str) -> Row | None:
        values = code[FIXED:]
        return next(
            (
                row
                for row in self.rows
                if len(row) == len(values)
                and all(value in axis[1] for value, axis in zip(values, row, strict=True))
            ),
            None,
        )

    def axis_title(self, code: str, at: int) -> str:
        row = self.row_of(code)
        return str(row[at - FIXED][0]) if row else ""

    def label(self, code: str, at: int) -> str:
        row = self.row_of(code)
        return str(row[at - FIXED][1].get(code[at], "")) if row else ""


@dataclass(frozen=True, slots=True)
class Value:
    """A value of one character; `code` is what it makes with the other characters as they are."""

    value: str
    label: str
    code: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Axis:
    position: int  # of the character, from 1
    title: str
    values: tuple[Value, ...]
    elsewhere: tuple[str, ...]  # "4 Percutaneous Endoscopic": in the table, but not with the rest


def table_of(subject: Subject) -> PcsTable | None:
    """The table a code stands in, or that the entry itself is."""
    facts = [*subject.above("pcs_table"), *subject.about("pcs_table")]
    if not facts:
        return None
    data = facts[-1].data
    return PcsTable(facts[-1].code, str(data.get("definition", "")), data.get("rows", ()))


def _builder(subject: Subject) -> Answer:
    table = table_of(subject)
    if table is None:
        sentence = (
            f"Code builder: the tables of ICD-10-PCS, {subject.edition.name}, are not loaded."
        )
        return Absence(Why.NOT_LOADED, sentence)
    code = subject.key
    if table.row_of(code) is None:
        return Absence(Why.NONE, f"Code builder: no row of table {table.key} makes {code}.")
    content = {
        "table": table.key,
        "definition": table.definition,
        "operation": next((a.title for a in subject.structure.ancestors if a.key == table.key), ""),
        "fixed": [
            {"position": len(a.key), "value": a.key[-1], "title": name, "label": a.title}
            for a, name in zip(subject.structure.ancestors, _FIXED_NAMES, strict=False)
        ],
        "axes": [_axis(table, code, at) for at in range(FIXED, len(code))],
        "rows": len(table.rows),
    }
    return Section(content, (subject.edition,))


_FIXED_NAMES = ("Section", "Body System", "Operation")


def _axis(table: PcsTable, code: str, at: int) -> Axis:
    """The values one character may take while the others stay, by any row of the table."""
    labels: dict[str, str] = {}
    for row in table.rows:
        labels |= {str(v): str(label) for v, label in row[at - FIXED][1].items()}
    values, elsewhere = [], []
    for value in sorted(labels):
        changed = code[:at] + value + code[at + 1 :]
        if table.row_of(changed):
            label = table.label(changed, at)
            values.append(Value(value, label, changed, value == code[at]))
        else:
            elsewhere.append(f"{value} {labels[value]}")
    return Axis(at + 1, table.axis_title(code, at), tuple(values), tuple(elsewhere))


BUILDER = Topic("table", "Code builder", _builder, systems=(ICD10PCS,))
