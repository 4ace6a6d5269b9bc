"""To whom each section of a code page opens: the operator's table over the defaults."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from flask import current_app
from sqlalchemy import select

from app import audit
from app.codes.models import SectionGate
from app.codes.services.reference.topics import headings
from app.errors import Invalid
from app.extensions import db

REMEMBERED = 2.0  # seconds


class OpensTo(StrEnum):
    EVERYONE = "everyone"  # without a view
    VIEW = "view"  # with a view, a guest's too
    ACCOUNT = "account"  # with a view of an account
    PLAN = "plan"  # with a plan


DEFAULT = OpensTo.VIEW


@dataclass(frozen=True, slots=True)
class Reader:
    """What decides which sections open."""

    has_view: bool = False
    has_account: bool = False
    has_plan: bool = False

    def may_read(self, gate: OpensTo) -> bool:
        if gate is OpensTo.EVERYONE or self.has_plan:
            return True
        if gate is OpensTo.VIEW:
            return self.has_view
        return gate is OpensTo.ACCOUNT and self.has_view and self.has_account


def gates() -> Mapping[str, OpensTo]:
    """The gate of every section, as it was within the last REMEMBERED seconds."""
    known: tuple[float, dict[str, OpensTo]] | None = current_app.extensions.get("code_gates")
    if known is not None and time.monotonic() - known[0] < REMEMBERED:
        return known[1]
    found = {section: DEFAULT for section, _ in headings()}
    stored = db.session.execute(select(SectionGate.section, SectionGate.opens_to))
    found |= {section: OpensTo(to) for section, to in stored if section in found}
    current_app.extensions["code_gates"] = (time.monotonic(), found)
    return found


def set_gates(chosen: Mapping[str, str], *, by: int) -> None:
    """Replace the operator's table. Raises Invalid for a section or a gate there is not."""
    known = {section for section, _ in headings()}
    for section, opens_to in chosen.items():
        if section not in known or opens_to not in set(OpensTo):
            raise Invalid("Choose for each section to whom it opens.", field=section)
    stored = {row.section: row for row in db.session.scalars(select(SectionGate))}
    for section, opens_to in chosen.items():
        if section in stored:
            stored[section].opens_to = opens_to
        else:
            db.session.add(SectionGate(section=section, opens_to=opens_to))
    current_app.extensions.pop("code_gates", None)
    audit.record(
        "sections of code pages opened",
        actor_id=by,
        subject_kind="section_gate",
        detail=dict(chosen),
    )
