"""The places of service: two digits each, what they are called and how services there are paid."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.codes.models import CodeFact
from app.codes.services.editions import Edition, editions
from app.extensions import db

KIND = "place-of-service"


@dataclass(frozen=True, slots=True)
class Place:
    code: str
    name: str
    description: str
    type: str  # "Facility", "Non-Facility", or nothing where it is not said


def places_on(day: date) -> tuple[Edition | None, list[Place]]:
    """The places of the edition of a day, in their order; none where it is not loaded."""
    edition = editions().on(KIND, day)
    if edition is None:
        return None, []
    rows = db.session.execute(
        select(CodeFact.code, CodeFact.data)
        .where(CodeFact.release_id == edition.id, CodeFact.topic == "pos")
        .order_by(CodeFact.code)
    )
    found = []
    for code, data in rows:
        said = json.loads(data)
        found.append(
            Place(code, said.get("name", ""), said.get("description", ""), said.get("type", ""))
        )
    return edition, found
