"""Applications as a spreadsheet for the employer."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from app import taxonomy
from app.applications.models import STAGES, Application, Stage

HEADINGS = (
    "Name",
    "E-mail",
    "Phone",
    "City",
    "State",
    "Headline",
    "Experience",
    "Credentials",
    "Stage",
    "Applied",
    "Last change",
    "Note",
)

# What makes a spreadsheet read a cell as a formula, also as wide characters.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - the wide ones are meant


def neutralise(text: str) -> str:
    """The text as a cell that no spreadsheet computes."""
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULA) else text


def credential_labels(application: Application) -> list[str]:
    """CPC-A, CCS: as the coder stated them when applying."""
    labels = []
    for held in application.snapshot.get("credentials", ()):
        known = taxonomy.CREDENTIALS.get(held["credential"])
        label = known.label if known else held["credential"]
        labels.append(f"{label}-A" if held.get("is_apprentice") else label)
    return labels


def spreadsheet(applications: Iterable[Application]) -> str:
    """CSV as Excel and its like open it, one application a row."""
    out = io.StringIO()
    out.write("\ufeff")  # tells Excel that it is UTF-8
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for application in applications:
        writer.writerow([neutralise(cell) for cell in _row(application)])
    return out.getvalue()


def _row(application: Application) -> list[str]:
    sent = application.snapshot
    return [
        sent.get("name", "Closed account"),
        *(sent.get(key, "") for key in ("email", "phone", "city", "state", "headline")),
        taxonomy.EXPERIENCE.get(sent.get("experience", ""), ""),
        ", ".join(credential_labels(application)),
        STAGES[Stage(application.stage)],
        f"{application.created_at:%Y-%m-%d}",
        f"{application.changed_at:%Y-%m-%d}",
        application.note,
    ]
