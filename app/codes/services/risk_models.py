"""The categories of risk adjustment and their hierarchies, kept in memory for each release."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import and_, or_, select, union_all

from app.codes.models import CodeFact
from app.codes.services.kept import kept
from app.codes.words.risk import RANK
from app.extensions import db

_KEPT = 4  # releases


@dataclass(frozen=True, slots=True)
class RiskModels:
    """By the key of a category, "CMS-HCC Model V28:38"."""

    labels: Mapping[str, str] = field(default_factory=dict)
    below: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    above: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lists_procedures: bool = False  # whether the release says which procedures count

    @property
    def models(self) -> tuple[str, ...]:
        found = {key.rpartition(":")[0] for key in (*self.labels, *self.below, *self.above)}
        return tuple(sorted(found, key=lambda model: (RANK.get(model, len(RANK)), model)))


def risk_models(release_id: int) -> RiskModels:
    """The models of a release: one query, the first time that a process is asked."""
    return kept("risk models", release_id, lambda: _read(release_id), most=_KEPT)


def _read(release_id: int) -> RiskModels:
    of_release = CodeFact.release_id == release_id
    columns = (CodeFact.topic, CodeFact.code, CodeFact.other, CodeFact.data)
    categories = select(*columns).where(
        of_release,
        or_(
            and_(CodeFact.code >= "CMS-HCC", CodeFact.code < "CMS-HCD"),
            and_(CodeFact.code >= "RxHCC", CodeFact.code < "RxHCD"),
        ),
    )
    eligible = (
        select(*columns).where(of_release, CodeFact.topic == "hcc_eligible").limit(1).subquery()
    )
    labels: dict[str, str] = {}
    below: dict[str, list[str]] = {}
    above: dict[str, list[str]] = {}
    lists_procedures = False
    for topic, code, other, data in db.session.execute(union_all(categories, select(eligible))):
        if topic == "hcc_category":
            labels[code] = json.loads(data).get("label", "")
        elif topic == "hcc_hierarchy":
            below.setdefault(code, []).append(other)
            above.setdefault(other, []).append(code)
        lists_procedures = lists_procedures or topic == "hcc_eligible"
    return RiskModels(labels, _sorted(below), _sorted(above), lists_procedures)


def _sorted(found: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(sorted(keys, key=category_number)) for key, keys in found.items()}


def category_number(key: str) -> int:
    """38 of "CMS-HCC Model V28:38"."""
    number = key.rpartition(":")[2]
    return int(number) if number.isdecimal() else 0
