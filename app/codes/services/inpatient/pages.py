"""What the page of one MS-DRG lists: the codes that lead to it, and lists of exclusions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.codes.models import ICD10CM, ICD10PCS, CodeFact
from app.codes.services.editions import Edition, Editions
from app.codes.services.kept import kept
from app.codes.services.reference.subject import name_codes
from app.codes.services.structure import Reference
from app.extensions import db

PAGE = 100  # codes
_KEPT = 40  # groups
SIDES = {"diagnoses": ("dx", ICD10CM), "procedures": ("px", ICD10PCS)}


@dataclass(frozen=True, slots=True)
class Members:
    """Codes of one side that lead to a group, one page of them named."""

    side: str
    system: str
    total: int
    page: int
    codes: tuple[tuple[str, Reference | None], ...]

    @property
    def last_page(self) -> int:
        return max(-(-self.total // PAGE), 1)


def members_of(edition: Edition, drg: str) -> Mapping[str, tuple[str, ...]]:
    """The diagnoses and the procedures that lead to a group, by their keys."""
    return kept("drg members", (edition.id, drg), lambda: _read(edition.id, drg), most=_KEPT)


def _read(release_id: int, drg: str) -> dict[str, tuple[str, ...]]:
    rows = db.session.execute(
        select(CodeFact.topic, CodeFact.code, CodeFact.data).where(
            CodeFact.release_id == release_id,
            CodeFact.topic.in_(("dx", "px")),
            CodeFact.data.contains(f'"{drg}"', autoescape=True),
        )
    ).all()
    return {
        side: tuple(
            sorted(
                code
                for of, code, data in rows
                if of == topic and drg in json.loads(data).get("drgs", ())
            )
        )
        for side, (topic, _) in SIDES.items()
    }


def page_of_members(
    loaded: Editions, day: date, edition: Edition, drg: str, side: str, page: int
) -> Members:
    system = SIDES[side][1]
    return page_of_codes(loaded, day, side, system, members_of(edition, drg)[side], page)


def page_of_codes(
    loaded: Editions, day: date, side: str, system: str, keys: Sequence[str], page: int
) -> Members:
    shown = keys[(page - 1) * PAGE : page * PAGE]
    named = name_codes([(system, key) for key in shown], loaded, day)
    return Members(
        side, system, len(keys), page, tuple((key, named.get((system, key))) for key in shown)
    )


def exclusions_of(edition: Edition, listed: str) -> tuple[str, ...]:
    """The principal diagnoses of a list, beside which a CC or MCC does not count."""
    data = db.session.scalar(
        select(CodeFact.data).where(
            CodeFact.release_id == edition.id,
            CodeFact.code == listed,
            CodeFact.topic == "pdx_exclusion",
        )
    )
    return tuple(json.loads(data)["codes"]) if data else ()


def excluded_by(edition: Edition, listed: str) -> tuple[str, ...]:
    """The secondary diagnoses that have the list."""
    rows = db.session.execute(
        select(CodeFact.code, CodeFact.data).where(
            CodeFact.release_id == edition.id,
            CodeFact.topic == "dx",
            CodeFact.data.contains(f'"pdx_exclusion":"{listed}"', autoescape=True),
        )
    )
    return tuple(sorted(code for code, _ in rows))
