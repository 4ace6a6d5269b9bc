"""Tables whose columns are found by the names in their header, and the cells of a row by field."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.codes.intake.contract import Quarantine
from app.codes.intake.files import Member, named_columns
from app.errors import Invalid

# A code of HCPCS, either level, or of the dental codes: "99213", "0001U", "J0129", "D0120".
HCPCS = re.compile(r"[A-Z]\d{4}|\d{4}[0-9A-Z]")

# A field's possible names in lower case; one that begins with "*" is the end of a longer name,
# such as "*payment rate" for "April 2026 Payment Rate".
Names = Mapping[str, Sequence[str]]

_HEADER_WITHIN = 60  # rows
_NUMBER = re.compile(r"-?(?:\d+(?:\.\d*)?|\.\d+)")


@dataclass(frozen=True, slots=True)
class Table:
    """A file whose header was found. Its rows are read once."""

    name: str
    fields: dict[str, int]
    header: tuple[str, ...]  # the names of its columns, lower case
    _rows: Iterator[tuple[int, list[str]]]
    _width: int  # cells that a whole row has at least

    def records(self, quarantine: Quarantine) -> Iterator[tuple[int, dict[str, str]]]:
        """Each row's line and cells by field; a row that ends too early is left out."""
        fields = list(self.fields.items())
        for line, row in self._rows:
            count = len(row)
            if count < self._width:
                if any(map(clean, row)):
                    why = f"The row has {count} cells where {self._width} are needed."
                    quarantine.add(self.name, line, why, ",".join(row))
                continue
            cells = {name: clean(row[at]) if at < count else "" for name, at in fields}
            if any(cells.values()):
                yield line, cells


def table(member: Member, names: Names, *, first: str, optional: Collection[str] = ()) -> Table:
    """The table in the file. `first` is the field its header is known by.

    Raises Invalid where no row is a header, or where a column that is not optional is missing.
    """
    columns, rows = named_columns(member.rows(), names[first], within=_HEADER_WITHIN)
    fields = {}
    for field, called in names.items():
        at = _column(columns, called)
        if at is not None:
            fields[field] = at
        elif field not in optional:
            raise Invalid(f"{member.name} has no column “{called[0].lstrip('*').upper()}”.")
    # A workbook does not keep the empty cells at the end of a row.
    needed = [at for field, at in fields.items() if field not in optional]
    width = 1 if member.suffix == ".xlsx" else max(needed) + 1
    return Table(member.name, fields, tuple(columns), rows, width)


def _column(columns: Mapping[str, int], called: Sequence[str]) -> int | None:
    for name in called:
        if name in columns:
            return columns[name]
    for name in called:
        if name.startswith("*"):
            for column, at in columns.items():
                if column.endswith(name[1:]):
                    return at
    return None


def headed(member: Member, *wanted: Sequence[str]) -> bool:
    """Whether one of the first rows names a column of each of the wanted, as `Names` has them."""
    return any(
        all(_column(columns, called) is not None for called in wanted)
        for columns in _first_rows(member)
    )


def _first_rows(member: Member) -> Iterator[dict[str, int]]:
    lines = member.head.splitlines(keepends=True)[: _HEADER_WITHIN * 3]
    if member.suffix == ".xlsx":
        # The beginning of a workbook does not quote cells, and a name may hold a line end.
        lines = [*lines, member.head.replace("\r", " ").replace("\n", " ")]
    tabs = sum("\t" in line for line in lines) > sum("," in line for line in lines) / 2
    try:
        for count, row in enumerate(csv.reader(lines, delimiter="\t" if tabs else ",")):
            if count == _HEADER_WITHIN:
                return
            yield {" ".join(cell.lower().split()): at for at, cell in enumerate(row)}
    except csv.Error:
        return


def preamble(member: Member, first: Sequence[str]) -> str:
    """What stands above the header, and the header: titles, notices, days of effect."""
    kept = []
    for line in member.head.splitlines()[: _HEADER_WITHIN * 3]:
        kept.append(line)
        lowered = " ".join(line.lower().replace('"', "").split())
        if any(lowered.startswith((f"{name},", f"{name} ")) for name in first):
            break
    return "\n".join(kept)


def clean(cell: str) -> str:
    """A cell without the spaces around it; 0xFF is a hard space of another writer's code page."""
    return cell.replace("\xff", " ").strip()


def number(text: str) -> str | None:
    """A number as the file writes it, without "$", "%" and commas of thousands.

    None where there is none: an empty cell, ".", "N/A". Raises ValueError for anything else.
    """
    bare = text.replace("$", "").replace("%", "").replace(",", "").strip()
    if bare in ("", ".", "N/A", "NA"):
        return None
    if not _NUMBER.fullmatch(bare):
        raise ValueError(f"“{text[:40]}” is no number.")
    return bare
