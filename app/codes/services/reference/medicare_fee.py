"""What Medicare pays for a code: relative values, the national amount, and how places differ."""

from __future__ import annotations

from decimal import Decimal
from statistics import median_low
from typing import Any

from app.codes.fees import MINUTES_OF_A_UNIT
from app.codes.models import CPT, HCPCS, EntryKind
from app.codes.services.editions import Edition
from app.codes.services.fees.localities import Localities, localities
from app.codes.services.fees.table import Caps, Component, components, everywhere, spread
from app.codes.services.reference.contract import Absence, Answer, Section, Topic, Why, none_in
from app.codes.services.reference.indicators import rvu_rows
from app.codes.services.reference.subject import Subject
from app.codes.words.fee_indicators import in_words

HEADING = "Medicare fee"
ANESTHESIA = "J"  # the status of what is paid by base and time units


def caps(subject: Subject) -> dict[tuple[str, str], Any]:
    """The caps on imaging of a code, by modifier and locality."""
    rows = subject.about("opps_cap", "opps-cap")
    return {(row.data.get("modifier", ""), row.other): row.data for row in rows}


def _fee(subject: Subject) -> Answer:
    edition = subject.edition_of("pprrvu")
    rows = rvu_rows(subject)
    if subject.entry.kind == EntryKind.MODIFIER:
        return Absence(Why.NONE, "")
    if edition is None or not rows:
        sentence = f"the fee schedule has no row of {subject.entry.shown}"
        return none_in(HEADING, (edition,) if edition else (), sentence)
    first = next(iter(rows.values()))
    found = components(rows)
    places = localities(subject.day)
    content: dict[str, Any] = {
        "edition": edition.name,
        "editions": _editions(subject, edition),
        "status": first["status"],
        "status_words": in_words("status", first["status"]) or "",
        "is_valued": any(Decimal(c.facility_units) or Decimal(c.office_units) for c in found),
        "components": found,
        "factor": first["factor"],
        "spread": None,
        "localities": len(places.all) if places else 0,
        "anesthesia": None,
        "is_lowered": False,
    }
    sources = [edition]
    if places and first["status"] == ANESTHESIA:
        content["anesthesia"] = anesthesia(places, places.sources)
        sources += [e for e in places.sources if e.kind == "anesthesia"]
    elif places and any(c.office.amount or c.facility.amount for c in found):
        sources += [e for e in places.sources if e.kind in ("gpci", "opps-cap")]
        content |= _by_place(rows, found, places, caps(subject))
        if content["is_lowered"] and (capping := subject.edition_of("opps-cap")):
            sources.append(capping)
    return Section(content, tuple(sources))


def _by_place(
    rows: dict[str, Any], found: tuple[Component, ...], places: Localities, capped: Caps
) -> dict[str, Any]:
    """How the amounts of the first row that has any lie over the localities."""
    modifier = next(c.modifier for c in found if c.office.amount or c.facility.amount)
    amounts = everywhere(rows[modifier], modifier, places.all, capped)
    return {
        "spread": spread(amounts),
        "spread_of": modifier,
        "is_lowered": any(place.is_capped for place in amounts)
        or any(c.office.uncapped or c.facility.uncapped for c in found),
    }


def _editions(subject: Subject, current: Edition) -> list[dict[str, Any]]:
    return [
        {"name": e.name, "on": e.effective_from.isoformat(), "is_current": e.id == current.id}
        for e in subject.editions_of("pprrvu")
    ]


def anesthesia(places: Localities, sources: tuple[Edition, ...]) -> dict[str, Any] | None:
    """The conversion factors of anesthesia: the lowest, the middle one, the highest."""
    ordered = sorted((p for p in places.all if p.anesthesia), key=lambda p: Decimal(p.anesthesia))
    if not ordered or not any(e.kind == "anesthesia" for e in sources):
        return None
    chosen = (ordered[0], ordered[median_low(range(len(ordered)))], ordered[-1])
    return {
        "factors": [{"place": p.label, "factor": p.anesthesia} for p in chosen],
        "amounts": [p.anesthesia for p in ordered],
        "minutes": MINUTES_OF_A_UNIT,
    }


TOPIC = Topic("fee", HEADING, _fee, kinds=("pprrvu",), systems=(HCPCS, CPT))
