"""Feeds that bring listings, for tests; each shape of posting is as its format has it."""

from __future__ import annotations

import json
from typing import Any

from app import clock
from app.accounts.models import Account
from app.employers.models import Organisation
from app.extensions import db
from app.jobs.models import ImportRun, JobSource
from app.jobs.services.intake import importing, sources
from tests.factories import unique

DESCRIPTION = "<p>" + "Assign codes to charts and answer the questions of auditors. " * 3 + "</p>"


def make_source(*, organisation: Organisation, account: Account, **fields: Any) -> JobSource:
    source = JobSource(
        **{
            "organisation_id": organisation.id,
            "created_by": account.id,
            "kind": "auto",
            "name": f"feed-{unique()}",
            "created_at": clock.now(),
            **fields,
        }
    )
    db.session.add(source)
    db.session.commit()
    return source


def posting(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A job of a Greenhouse board."""
    return {
        "id": 4_000 + number,
        "title": "Inpatient Coder",
        "requisition_id": f"R-{number}",
        "location": {"name": "Remote - US"},
        "absolute_url": f"https://boards.example.com/jobs/{number}",
        "content": DESCRIPTION.replace("<", "&lt;").replace(">", "&gt;"),
        "departments": [],
        "metadata": [{"name": "Employment Type", "value": "Full-time"}],
        **changes,
    }


def board(*jobs: dict[str, Any]) -> bytes:
    return json.dumps({"jobs": list(jobs), "meta": {"total": len(jobs)}}).encode()


def send(account: Account, organisation: Organisation, content: bytes, **given: Any) -> ImportRun:
    """Take a file in and work it off, all of it."""
    _, run = sources.take_file(
        account, organisation, **{"name": "board.json", "kind": "auto", "content": content, **given}
    )
    return worked_off(run)


def worked_off(run: ImportRun) -> ImportRun:
    db.session.commit()
    while importing.go_on(run):
        db.session.commit()
    db.session.commit()
    return run
