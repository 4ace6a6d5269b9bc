"""What hospital outpatient departments, surgical centers and sellers of drugs are paid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.codes.models import CPT, HCPCS, EntryKind
from app.codes.services.editions import Edition
from app.codes.services.fees.table import TIMES, plain
from app.codes.services.reference.contract import Absence, Answer, Section, Topic, Why, none_in
from app.codes.services.reference.subject import Subject
from app.codes.words.asc import INDICATORS as ASC_INDICATORS
from app.codes.words.opps import STATUS_INDICATORS

MOST_NDCS = 40  # in the open; the rest opens on a click
_HOSPITAL = "Hospital outpatient and ASC payment"
_DRUG = "Drug price and NDCs"
_PAID = {
    "yes": "Paid separately",
    "sometimes": "It depends",
    "no": "Not paid",
    "unknown": "No rate is set",
}
_TONES = {"yes": "good", "sometimes": "warn", "no": "bad", "unknown": "neutral"}


@dataclass(frozen=True, slots=True)
class Product:
    """A product of the crosswalk from NDC to HCPCS."""

    ndc: str
    drug: str
    labeler: str
    package: str
    units: str  # billing units in one of it
    units_package: str


def _hospital(subject: Subject) -> Answer:
    if subject.entry.kind == EntryKind.MODIFIER:
        return Absence(Why.NONE, "")
    opps, asc = subject.edition_of("opps"), subject.edition_of("asc")
    sources = tuple(edition for edition in (opps, asc) if edition)
    rows = {row.kind: row.data for row in subject.about("opps") + subject.about("asc")}
    if not rows:
        sentence = f"{subject.entry.shown} is not listed"
        return none_in(_HOSPITAL, sources, sentence)
    content = {
        "opps": _opps(rows["opps"]) if "opps" in rows else None,
        "opps_absent": _absent(opps, "Addendum B of the outpatient payment system", subject),
        "asc": _asc(rows["asc"]) if "asc" in rows else None,
        "asc_absent": _absent(asc, "the list of payments to surgical centers", subject),
        "other_editions": [
            {"name": e.name, "on": e.effective_from.isoformat()}
            for e in subject.editions_of("opps")
            if e != opps
        ],
    }
    return Section(content, sources)


def _absent(edition: Edition | None, name: str, subject: Subject) -> str:
    """What to say where there is no row: not loaded and not listed are two things."""
    if edition is None:
        return f"No edition of {name} is loaded for this day, so this page cannot tell."
    return f"{subject.entry.shown} is not listed in {name}, {edition.name}."


def _opps(data: Mapping[str, Any]) -> dict[str, Any]:
    known = STATUS_INDICATORS.get(data["status"])
    money = ("weight", "rate", "national_copay", "minimum_copay", "adjusted_copay", "coinsurance")
    return {
        "status": data["status"],
        "words": known.meaning if known else "CMS’s list gives no meaning for it.",  # noqa: RUF001
        "paid": _PAID[known.paid] if known else "",
        "tone": _TONES[known.paid] if known else "neutral",
        "apc": data.get("apc", ""),
        "pass_through_ends": bool(data.get("pass_through_ends")),
        "remark": data.get("remark", ""),
        "is_changed": bool(data.get("note")),
        **{name: data.get(name) or "" for name in money},
        "is_brief": "apc" not in data and bool(data.get("rate")),
    }


def _asc(data: Mapping[str, Any]) -> dict[str, Any]:
    indicator = data["indicator"]
    return {
        "indicator": indicator,
        "words": ASC_INDICATORS.get(indicator.rstrip("*"), "CMS’s list gives no meaning for it."),  # noqa: RUF001
        "addendum": data.get("addendum", ""),
        "rate": data.get("rate") or "",
        "weight": data.get("weight") or "",
        "discounted": data.get("discounted"),
        "comment": data.get("comment", ""),
    }


def _drug(subject: Subject) -> Answer:
    if subject.entry.kind == EntryKind.MODIFIER:
        return Absence(Why.NONE, "")
    limits, products = subject.about("asp", "asp"), subject.about("ndc", "asp-ndc")
    sources = tuple(e for e in map(subject.edition_of, ("asp", "asp-ndc")) if e)
    if not limits and not products:
        sentence = f"no payment limit and no NDC is listed for {subject.entry.shown}"
        return none_in(_DRUG, sources, sentence)
    data = limits[0].data if limits else None
    content = {
        "limit": _limit(data) if data else None,
        "period": _period(subject.edition_of("asp")),
        "products": [_product(row.data) for row in products],
        "shown": MOST_NDCS,
        "dosage": next((row.data.get("dosage", "") for row in products), ""),
        "are_products_loaded": subject.edition_of("asp-ndc") is not None,
        "are_limits_loaded": subject.edition_of("asp") is not None,
    }
    return Section(content, sources)


def _limit(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "amount": data.get("limit") or "",
        "dosage": data.get("dosage", ""),
        "coinsurance": plain(Decimal(data["coinsurance"])) if data.get("coinsurance") else "",
        "vaccine": data.get("vaccine_limit") or "",
        "blood": data.get("blood_limit") or "",
        "is_clotting_factor": bool(data.get("clotting")),
        "notes": data.get("notes", ""),
    }


def _period(edition: Edition | None) -> dict[str, Any] | None:
    if edition is None:
        return None
    ends = edition.effective_to
    return {
        "name": edition.name,
        "from": edition.effective_from.isoformat(),
        "to": ends.isoformat() if ends else None,
    }


def _product(data: Mapping[str, Any]) -> Product:
    size, quantity = data.get("package_size") or "", data.get("package_quantity") or ""
    package = f"{quantity} {TIMES} {size}" if size and quantity else size or quantity
    return Product(
        data["ndc"],
        data.get("drug", ""),
        data.get("labeler", ""),
        package,
        data.get("units") or "",
        data.get("units_package") or "",
    )


HOSPITAL = Topic("hospital", _HOSPITAL, _hospital, kinds=("opps", "asc"), systems=(HCPCS, CPT))
DRUG = Topic("drug", _DRUG, _drug, kinds=("asp", "asp-ndc"), systems=(HCPCS, CPT))
