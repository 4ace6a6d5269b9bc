"""CMS's click-through notice: asked once for each kind, and who accepted it is on record.

https://www.cms.gov/license/ama: before a download that holds CPT numbers, CMS has the AMA's terms
accepted.
"""

from __future__ import annotations

from sqlalchemy import select

from app import audit, clock
from app.codes.intake.contract import Kind
from app.codes.models import NoticeAcceptance
from app.extensions import db, insert_once

NOTICE = (
    "This file holds CPT codes, which are copyright of the American Medical Association, or CDT "
    "codes, which are copyright of the American Dental Association. CMS lets it be downloaded by "
    "those who accept the license shown at https://www.cms.gov/license/ama. By going on you state "
    "that you have read and accepted it for the organization that runs this site."
)


def must_accept(kind: Kind) -> bool:
    """Whether the notice of a kind is still to be accepted."""
    if not kind.notice:
        return False
    found = select(NoticeAcceptance.id).where(NoticeAcceptance.kind == kind.name)
    return db.session.scalar(found) is None


def accept_notice(kind: Kind, *, by: int | None, stated: str) -> None:
    """Record an acceptance; a second one of the same kind changes nothing."""
    added = insert_once(
        NoticeAcceptance,
        kind=kind.name,
        accepted_at=clock.now(),
        accepted_by=by,
        stated=f"{stated}: {NOTICE}",
    )
    if added is not None:
        audit.record(
            "notice of CMS accepted",
            actor_id=by,
            subject_kind="notice_acceptance",
            subject_id=added,
            detail={"kind": kind.name, "stated": stated},
        )
