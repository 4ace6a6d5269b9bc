"""What risk adjustment says of a code: categories of a diagnosis, whether a procedure counts."""

from __future__ import annotations

from dataclasses import dataclass

from app.codes.models import CPT, HCPCS, ICD10CM
from app.codes.services.editions import Edition
from app.codes.services.reference.contract import (
    Absence,
    Answer,
    Section,
    Topic,
    Why,
    none_in,
)
from app.codes.services.reference.subject import Subject
from app.codes.services.risk_models import RiskModels, risk_models
from app.codes.words.risk import MODELS, RANK

_HEADING = "Risk adjustment (HCC)"


@dataclass(frozen=True, slots=True)
class Category:
    number: str
    label: str


@dataclass(frozen=True, slots=True)
class Placed:
    """The category of a diagnosis in one model."""

    model: str
    used_for: str
    category: Category
    outranks: tuple[Category, ...]  # which do not count beside it
    outranked_by: tuple[Category, ...]


def _category(models: RiskModels, key: str) -> Category:
    return Category(key.rpartition(":")[2], models.labels.get(key, ""))


def _diagnosis(subject: Subject, edition: Edition) -> Answer:
    rows = subject.about("hcc")
    if not rows:
        why = "" if subject.entry.billable else "; only complete codes are in the mapping"
        sentence = f"{subject.entry.shown} is in no category of any model{why}"
        return none_in(_HEADING, (edition,), sentence)
    models = risk_models(edition.id)
    placed = [
        Placed(
            model=row.data["model"],
            used_for=MODELS.get(row.data["model"], ""),
            category=Category(row.data["cc"], row.data.get("label", "")),
            outranks=tuple(_category(models, key) for key in models.below.get(row.other, ())),
            outranked_by=tuple(_category(models, key) for key in models.above.get(row.other, ())),
        )
        for row in rows
    ]
    placed.sort(key=lambda p: (RANK.get(p.model, len(RANK)), p.model, int(p.category.number)))
    held = {row.data["model"] for row in rows}
    content = {
        "categories": placed,
        "not_in": [m for m in models.models if m in RANK and m not in held],
    }
    return Section(content, (edition,))


def _procedure(subject: Subject, edition: Edition) -> Answer:
    if subject.about("hcc_eligible"):
        return Section({"eligible": True}, (edition,))
    if not risk_models(edition.id).lists_procedures:
        sentence = f"{_HEADING}: the list of eligible procedures is not part of {edition.name}."
        return Absence(Why.NOT_LOADED, sentence)
    return none_in(
        _HEADING,
        (edition,),
        f"{subject.entry.shown} is not on the list of procedures whose diagnoses count",
    )


def _answer(subject: Subject) -> Answer:
    edition = subject.edition_of("cms-hcc")
    assert edition is not None  # the contract asks only then
    answered = _diagnosis if subject.system == ICD10CM else _procedure
    return answered(subject, edition)


HCC = Topic("hcc", _HEADING, _answer, kinds=("cms-hcc",), systems=(ICD10CM, HCPCS, CPT))
