"""Tables that people open in a spreadsheet: CSV in which no cell is computed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

# What makes a spreadsheet read a cell as a formula, also as wide characters.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - the wide ones are meant


def neutralise(text: str) -> str:
    """The text as a cell that no spreadsheet computes."""
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULA) else text


def csv_response(name: str, rows: Iterable[Sequence[object]]) -> Response:
    """The rows, the heading first, as a download; begun with the mark by which Excel reads UTF-8.

    Numbers stay what they are; every text is neutralised.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow([neutralise(cell) if isinstance(cell, str) else cell for cell in row])
    return Response(
        "\ufeff" + buffer.getvalue(),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
