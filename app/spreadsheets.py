"""Tables for spreadsheets, in which nothing that people wrote is computed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

# What makes a spreadsheet read a cell as a formula, also as wide characters.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - the wide ones are meant


def neutralise(text: str) -> str:
    """The text as a cell that no spreadsheet computes."""
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULA) else text


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """CSV as Excel and its like open it."""
    out = io.StringIO()
    out.write("\ufeff")  # tells Excel that it is UTF-8
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(headings)
    for row in rows:
        writer.writerow([neutralise(cell) for cell in row])
    return out.getvalue()
