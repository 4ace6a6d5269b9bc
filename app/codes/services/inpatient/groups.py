"""The MS-DRGs of a release: titles, weights and stays, kept in memory, and what leads to each."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, select

from app.codes.models import CodeFact
from app.codes.services.kept import kept
from app.codes.words.drg import MDC_TITLES
from app.extensions import db

_KEPT = 4  # releases
_SEVERITY = re.compile(r"\s+(?:with|without)\s+M?CC\b.*", re.IGNORECASE)
# Of what a list of exclusions holds, its length alone is kept: codes are separated by commas.
_LENGTH = func.length(CodeFact.data) - func.length(func.replace(CodeFact.data, ",", "")) + 1


@dataclass(frozen=True, slots=True)
class Group:
    """One MS-DRG."""

    drg: str
    title: str
    mdc: str  # "PRE" before all categories; empty where it is of none
    type: str  # "SURG", "MED"
    weight: str
    weight_capped: str
    gmlos: str
    amlos: str
    post_acute: bool | None
    special: bool | None
    severity_exclusions: int  # diagnoses that raise no severity in it

    @property
    def family(self) -> str:
        """The title without what it says of the severity: its siblings share it."""
        return _SEVERITY.sub("", self.title)


@dataclass(frozen=True, slots=True)
class Groups:
    drgs: Mapping[str, Group]
    categories: Mapping[str, str]
    exclusions: Mapping[str, int]  # how many principal diagnoses are on each list

    def category(self, mdc: str) -> str:
        """The title of a major diagnostic category."""
        return self.categories.get(mdc) or MDC_TITLES.get(mdc, "")

    def siblings(self, group: Group) -> list[Group]:
        """The groups that differ from it in severity alone, itself among them."""
        return [g for g in self.drgs.values() if (g.mdc, g.family) == (group.mdc, group.family)]


def drg_groups(release_id: int) -> Groups:
    """The groups of a release: one query, the first time that a process is asked."""
    return kept("drg groups", release_id, lambda: _read(release_id), most=_KEPT)


def _read(release_id: int) -> Groups:
    drgs: dict[str, Group] = {}
    categories: dict[str, str] = {}
    exclusions: dict[str, int] = {}
    is_list = CodeFact.topic == "pdx_exclusion"
    rows = db.session.execute(
        select(
            CodeFact.topic,
            CodeFact.code,
            case((is_list, ""), else_=CodeFact.data),
            _LENGTH,
        ).where(
            CodeFact.release_id == release_id,
            func.length(CodeFact.code) <= 4,  # no procedure, and few diagnoses, are so short
            CodeFact.topic.in_(("drg", "mdc", "pdx_exclusion")),
        )
    )
    for topic, code, data, length in rows:
        if topic == "pdx_exclusion":
            exclusions[code] = length
        elif topic == "mdc":
            categories[code] = json.loads(data).get("title", "")
        else:
            drgs[code] = _group(code, json.loads(data))
    return Groups(dict(sorted(drgs.items())), categories, exclusions)


def _group(drg: str, data: Mapping[str, Any]) -> Group:
    return Group(
        drg=drg,
        title=data.get("title", ""),
        mdc=data.get("mdc", ""),
        type=data.get("type", ""),
        weight=data.get("weight", ""),
        weight_capped=data.get("weight_capped", ""),
        gmlos=data.get("gmlos", ""),
        amlos=data.get("amlos", ""),
        post_acute=data.get("post_acute"),
        special=data.get("special"),
        severity_exclusions=len(data.get("severity_exclusions", ())),
    )
