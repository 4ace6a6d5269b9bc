"""The fee of one code in every locality: what the page of fees shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, or_, select

from app.codes.models import CodeFact
from app.codes.services.editions import Edition, editions
from app.codes.services.fees.localities import Localities, Locality, localities
from app.codes.services.fees.table import (
    Caps,
    Place,
    Priced,
    Row,
    by_modifier,
    everywhere,
    national_cap,
    price,
)
from app.codes.words.fee_indicators import in_words
from app.extensions import db

ANESTHESIA = "J"  # the status of what is paid by base and time units


@dataclass(frozen=True, slots=True)
class CodeFees:
    """The rows of a code on a day, one of them chosen, and the places they are priced in."""

    day: date
    edition: Edition
    rows: Mapping[str, Row]
    modifier: str
    places: Localities | None
    caps: Caps
    sources: tuple[Edition, ...]

    @property
    def row(self) -> Row:
        return self.rows[self.modifier]

    @property
    def is_anesthesia(self) -> bool:
        return bool(self.row["status"] == ANESTHESIA)

    @property
    def status_words(self) -> str:
        return in_words("status", self.row["status"]) or ""

    def table(self) -> tuple[Place, ...]:
        if self.places is None:
            return ()
        return everywhere(self.row, self.modifier, self.places.all, self.caps)

    def arithmetic(self, place: Locality) -> tuple[Priced, Priced]:
        """Outside a facility and in one."""
        cap = self.caps.get((self.modifier, place.key)) if place.key else national_cap(self.row)
        outside = price(self.row, place, facility=False, cap=cap)
        return outside, price(self.row, place, facility=True, cap=cap)


def fees_of_code(key: str, day: date, modifier: str) -> CodeFees | None:
    """None where no edition of the day has a row of the code; an unknown modifier is the first."""
    in_force = editions().ids_on(("pprrvu", "opps-cap"), day)
    if "pprrvu" not in in_force:
        return None
    rows: list[tuple[str, Row]] = []
    caps: dict[tuple[str, str], Row] = {}
    found = db.session.execute(
        select(CodeFact.topic, CodeFact.other, CodeFact.data).where(
            or_(
                *(
                    and_(CodeFact.release_id == edition.id, CodeFact.code == key)
                    for edition in in_force.values()
                )
            )
        )
    )
    for topic, other, data in found:
        read = json.loads(data)
        if topic == "rvu":
            rows.append((other, read))
        elif topic == "opps_cap":
            caps[read.get("modifier", ""), other] = read
    if not rows:
        return None
    ordered = by_modifier(rows)
    places = localities(day)
    is_anesthesia = next(iter(ordered.values()))["status"] == ANESTHESIA
    sources = [in_force["pprrvu"]]
    for edition in places.sources if places else ():
        if edition.kind == "locality" or (edition.kind == "anesthesia") == is_anesthesia:
            sources.append(edition)
    if caps:
        sources.append(in_force["opps-cap"])
    return CodeFees(
        day,
        in_force["pprrvu"],
        ordered,
        modifier if modifier in ordered else next(iter(ordered)),
        places,
        caps,
        tuple(sources),
    )
