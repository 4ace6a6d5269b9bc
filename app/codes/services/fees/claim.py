"""What Medicare allows for the lines of a claim: amounts, modifiers, ranking and what it says."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, or_, select

from app.codes.fee_modifiers import (
    BILLERS,
    BY_MODIFIER,
    BY_REPORT,
    DOCUMENTED,
    REFUSED,
    Biller,
    with_modifier,
)
from app.codes.fees import cents, fee
from app.codes.models import CodeFact
from app.codes.services.editions import Edition, editions
from app.codes.services.fees.lines import Line
from app.codes.services.fees.localities import Localities, Locality, localities
from app.codes.services.fees.ranking import Ranked, rank
from app.codes.services.fees.table import COMPONENTS, Priced, Row, by_modifier, plain, price
from app.codes.services.reference.subject import procedure_system
from app.codes.words.fee_indicators import PAID_STATUSES
from app.errors import Invalid
from app.extensions import db

_KINDS = ("pprrvu", "opps-cap", "asp")
PHYSICIAN = "physician"
BILLERS_BY_KEY: Mapping[str, Biller] = {
    key: next(biller for biller in BILLERS if biller.title.startswith(title))
    for key, title in (
        ("pa", "Physician assistant"),
        ("np", "Nurse practitioner"),
        ("cnm", "Certified nurse-midwife"),
        ("csw", "Clinical social worker"),
    )
}


@dataclass(frozen=True, slots=True)
class Share:
    """One step from the fee to the amount of a line."""

    why: str
    percent: str
    source: str


@dataclass(slots=True)
class Result:
    """A line with its amount, the steps to it, and what must be said of it."""

    line: Line
    priced: Priced | None = None
    each: Decimal | None = None  # of one unit, with modifiers and biller
    shares: list[Share] = field(default_factory=list)
    ranked: tuple[Ranked, ...] = ()
    amount: Decimal | None = None
    messages: list[str] = field(default_factory=list)
    rvu: Row | None = None
    drug: Row | None = None

    @property
    def system(self) -> str:
        return procedure_system(self.line.code)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the amounts are asked for."""

    day: date
    place: Locality
    facility: bool
    biller: str  # PHYSICIAN, or a key of BILLERS_BY_KEY


@dataclass(frozen=True, slots=True)
class Claim:
    place: Locality
    results: tuple[Result, ...]
    total: Decimal
    sources: tuple[Edition, ...]
    unpriced: int
    rules: tuple[str, ...]  # rules between lines that changed an amount, or that could not


@dataclass(frozen=True, slots=True)
class _Held:
    """What the releases of the day hold of the codes."""

    rows: Mapping[str, Mapping[str, Row]]
    caps: Mapping[tuple[str, str], Row]
    drugs: Mapping[str, Row]
    used: Mapping[str, Edition]


def price_claim(lines: Sequence[Line], asked: Asked) -> Claim:
    """The amounts of a claim. Raises Invalid where no fee schedule is loaded for the day."""
    in_force = editions().ids_on(_KINDS, asked.day)
    if "pprrvu" not in in_force:
        raise Invalid(
            "No edition of the physician fee schedule that holds on this day is loaded.", field="on"
        )
    held = _held(in_force, {line.code for line in lines}, asked.place.key)
    results = tuple(_result(line, asked, held) for line in lines)
    rules = rank(results, _bases(results, asked, held))
    amounts = [result.amount for result in results if result.amount is not None]
    sources = _sources(results, held, localities(asked.day) if asked.place.key else None)
    return Claim(
        asked.place,
        results,
        sum(amounts, Decimal(0)),
        sources,
        sum(result.amount is None for result in results),
        rules,
    )


def _sources(
    results: Sequence[Result], held: _Held, places: Localities | None
) -> tuple[Edition, ...]:
    found = [held.used["pprrvu"]]
    if places:
        found += [edition for edition in places.sources if edition.kind == "gpci"]
    if any(result.priced and result.priced.uncapped for result in results):
        found.append(held.used["opps-cap"])
    if any(result.drug for result in results):
        found.append(held.used["asp"])
    return tuple(found)


def _held(in_force: Mapping[str, Edition], codes: set[str], place: str) -> _Held:
    """Everything about the codes in one query."""
    wanted = [
        and_(CodeFact.release_id == in_force[kind].id, CodeFact.code.in_(sorted(codes)), *more)
        for kind, more in (
            ("pprrvu", ()),
            ("asp", ()),
            ("opps-cap", (CodeFact.other == place, CodeFact.other != "")),
        )
        if kind in in_force
    ]
    found = db.session.execute(
        select(CodeFact.topic, CodeFact.code, CodeFact.other, CodeFact.data).where(or_(*wanted))
    )
    rows: dict[str, list[tuple[str, Row]]] = {}
    caps: dict[tuple[str, str], Row] = {}
    drugs: dict[str, Row] = {}
    for topic, code, other, data in found:
        read: dict[str, Any] = json.loads(data)
        if topic == "rvu":
            rows.setdefault(code, []).append((other, read))
        elif topic == "opps_cap":
            caps[code, read.get("modifier", "")] = read
        elif topic == "asp":
            drugs[code] = read
    return _Held({code: by_modifier(found) for code, found in rows.items()}, caps, drugs, in_force)


def _bases(results: Sequence[Result], asked: Asked, held: _Held) -> dict[str, Decimal]:
    """The fees of the base codes of endoscopies, asked for where several of a family are there."""
    named = [r.rvu["endo"] for r in results if r.rvu and r.each is not None and r.rvu.get("endo")]
    wanted = set(named)
    units = sum(r.line.units for r in results if r.rvu and r.rvu.get("endo"))
    if not wanted or units < 2:
        return {}
    rows = dict(held.rows)
    missing = wanted - rows.keys()
    if missing:
        rows |= _held({"pprrvu": held.used["pprrvu"]}, missing, "").rows
    found = {}
    for base in wanted & rows.keys():
        priced = price(next(iter(rows[base].values())), asked.place, facility=asked.facility)
        found[base] = Decimal(priced.amount or "0")
    return found


def _result(line: Line, asked: Asked, held: _Held) -> Result:
    result = Result(line)
    rows = held.rows.get(line.code)
    drug = held.drugs.get(line.code)
    if rows and next(iter(rows.values()))["status"] in PAID_STATUSES:
        _by_fee_schedule(result, rows, asked, held)
    elif drug and drug.get("limit"):
        _by_drug_price(result, drug)
    elif rows:
        first = next(iter(rows.values()))
        result.priced = price(first, asked.place, facility=asked.facility)
        result.messages.append(result.priced.reason)
    else:
        result.messages.append(
            f"{line.code} is not in the physician fee schedule, {held.used['pprrvu'].name}"
            + (f", nor in the ASP limits, {held.used['asp'].name}." if "asp" in held.used else ".")
        )
    return result


def _by_drug_price(result: Result, drug: Row) -> None:
    limit, dosage = Decimal(drug["limit"]), drug.get("dosage", "")
    result.drug = drug
    result.each = limit
    result.amount = cents(limit * result.line.units)
    per = f" per {dosage}" if dosage else ""
    result.messages.append(f"Paid by the ASP limit: ${plain(limit)}{per}, everywhere the same.")


def _by_fee_schedule(result: Result, rows: Mapping[str, Row], asked: Asked, held: _Held) -> None:
    line = result.line
    component = next((m for m in line.modifiers if m in rows), "")
    row = rows.get(component) or next(iter(rows.values()))
    result.rvu = row
    cap = held.caps.get((line.code, component)) if asked.place.key else None
    result.priced = price(row, asked.place, facility=asked.facility, cap=cap)
    if component:
        result.messages.append(f"{component}: {COMPONENTS[component].lower()}, a row of its own.")
    if not result.priced.amount:
        result.messages.append(result.priced.reason)
        return
    each = Decimal(result.priced.amount)
    if result.priced.uncapped:
        result.messages.append(
            f"The cap on imaging lowers ${result.priced.uncapped} to ${result.priced.amount}."
        )
    for modifier in line.modifiers:
        if modifier != component:
            each = _with(result, modifier, each, row, asked)
            if each < 0:
                return
    result.each = cents(_with_biller(result, each, asked))
    result.amount = result.each * line.units


def _with(result: Result, modifier: str, each: Decimal, row: Row, asked: Asked) -> Decimal:
    """The amount of a unit after a modifier; below zero where the line has no amount."""
    rule = BY_MODIFIER.get(modifier)
    if rule is None:
        result.messages.append(f"{modifier} does not change the amount of the fee schedule.")
        return each
    adjusted = with_modifier(fee(row, asked.place.indices, facility=asked.facility), row, modifier)
    outcome = adjusted.outcome if adjusted else BY_REPORT
    if outcome == REFUSED:
        result.messages.append(f"{modifier} is not allowed with {result.line.code}: not paid.")
        return Decimal(-1)
    if modifier == "51":
        result.messages.append("51: the reduction follows from the ranking of the lines.")
        return each
    percent = adjusted.percent if adjusted else None
    if percent is None:
        result.messages.append(f"{modifier}: the contractor sets the amount. {rule.note}")
        return Decimal(-1)
    if outcome == DOCUMENTED:
        result.messages.append(f"{modifier} is paid only with documentation that it was needed.")
    result.shares.append(Share(f"{modifier}, {rule.title.lower()}", plain(percent), rule.source))
    return each * percent / 100


def _with_biller(result: Result, each: Decimal, asked: Asked) -> Decimal:
    biller = BILLERS_BY_KEY.get(asked.biller)
    if biller is None or biller.percent == 100:
        return each
    if "AS" in result.line.modifiers:
        result.messages.append("The share of AS already is that of a PA, NP or CNS.")
        return each
    result.shares.append(Share(biller.title, plain(biller.percent), biller.source))
    return each * biller.percent / 100
