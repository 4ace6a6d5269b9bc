"""Lists of codes that people type, paste or upload: taken apart, bounded, and refused aloud."""

from __future__ import annotations

import codecs
import csv
import re

from app.errors import Invalid

MOST_CODES = 500
MOST_BYTES = 256 * 1024  # of an uploaded file
_LONGEST = 40  # characters of one entry that are kept
_LONGEST_LINE = 10_000  # characters
_BETWEEN = re.compile(r"[\s,;|\u00a0]+")
_NAMES = frozenset(
    {"code", "codes", "icd", "icd10", "icd-10", "icd9", "icd-9", "diagnosis code", "dx", "dx code",
     "icd_code", "icd-10-cm", "icd-9-cm", "procedure code"}
)  # fmt: skip
# What files begin with that are no text, whatever they are called.
_NO_TEXT = (b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff")


def codes_typed(text: str) -> list[str]:
    """The codes in a text, separated by spaces, commas, semicolons or lines; each once."""
    found = list(dict.fromkeys(part[:_LONGEST] for part in _BETWEEN.split(text) if part))
    return _bounded(found, "codes")


def codes_uploaded(content: bytes) -> list[str]:
    """The codes in a CSV file: of the column called code, else of the first one."""
    rows = _rows(_decoded(content))
    named = [cell.strip().lower() for cell in rows[0]] if rows else []
    column = next((at for at, name in enumerate(named) if name in _NAMES), None)
    if column is None:
        column = 0
        # Every code holds a digit; a first row without one is a heading we do not know.
        if named and not any(c.isdigit() for c in named[0]):
            rows = rows[1:]
    else:
        rows = rows[1:]
    cells = (row[column].strip() for row in rows if len(row) > column)
    found = list(dict.fromkeys(cell[:_LONGEST] for cell in cells if cell))
    if not found:
        raise Invalid("The file holds no codes in its first column.", field="file")
    return _bounded(found, "file")


def _bounded(found: list[str], field: str) -> list[str]:
    if len(found) > MOST_CODES:
        raise Invalid(
            f"There are {len(found):,} codes; at most {MOST_CODES} are translated at a time. "
            "Divide the list.",
            field=field,
        )
    return found


def _decoded(content: bytes) -> str:
    """The text of a file, as spreadsheets save it. Raises Invalid where it is none."""
    if len(content) > MOST_BYTES:
        message = (
            f"The file is larger than {MOST_BYTES // 1024} KB. Keep the column of codes alone."
        )
        raise Invalid(message, field="file")
    if not content.strip():
        raise Invalid("The file is empty.", field="file")
    not_text = Invalid(
        "The file is not a CSV text. Save the spreadsheet as CSV, then choose it again.",
        field="file",
    )
    if content.startswith(_NO_TEXT):
        raise not_text
    try:
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            text = content.decode("utf-16")
        else:
            text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")  # what Excel calls CSV in the West
    if "\x00" in text:
        raise not_text
    return text


def _rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.strip()]
    if any(len(line) > _LONGEST_LINE for line in lines):
        raise Invalid(
            f"A line of the file has more than {_LONGEST_LINE:,} characters.", field="file"
        )
    first = lines[0] if lines else ""
    delimiter = max(",;\t|", key=first.count)
    try:
        return [row for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error as error:
        raise Invalid(f"The file cannot be read as CSV: {error}.", field="file") from error
