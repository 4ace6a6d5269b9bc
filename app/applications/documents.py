"""Applications as a spreadsheet for the employer."""

from __future__ import annotations

from collections.abc import Iterable

from app import taxonomy
from app.applications.models import STAGES, Application, Stage
from app.spreadsheets import as_csv

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
    return as_csv(HEADINGS, map(_row, applications))


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
