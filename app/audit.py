"""The audit log: who changed what and when, each entry chained to the one before by a hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from ipaddress import ip_network
from typing import Any

from flask import has_request_context, request
from sqlalchemy import JSON, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.extensions import Base, db


class AuditEntry(Base):
    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "subject_kind", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None]  # an account, or None for the system
    action: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[int | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    address: Mapped[str | None]  # the caller's network address, shortened
    previous: Mapped[str]
    digest: Mapped[str]

    def computed_digest(self) -> str:
        content = [
            self.previous,
            self.at.isoformat(),
            self.actor_id,
            self.action,
            self.subject_kind,
            self.subject_id,
            self.detail,
            self.address,
        ]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def record(
    action: str,
    *,
    actor_id: int | None,
    subject_kind: str,
    subject_id: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Add an entry to the current transaction. `detail` holds no secrets and no personal text."""
    last = db.session.scalar(select(AuditEntry.digest).order_by(AuditEntry.id.desc()).limit(1))
    entry = AuditEntry(
        at=clock.now(),
        actor_id=actor_id,
        action=action,
        subject_kind=subject_kind,
        subject_id=subject_id,
        detail=dict(detail or {}),
        address=_shortened(request.remote_addr) if has_request_context() else None,
        previous=last or "",
        digest="",
    )
    entry.digest = entry.computed_digest()
    db.session.add(entry)
    db.session.flush()
    return entry


def first_broken_link() -> int | None:
    """The id of the first entry that was altered, or None where each one holds.

    Two transactions may chain to the same predecessor, so an entry may name any earlier digest.
    """
    seen = {""}
    for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).yield_per(500):
        if entry.digest != entry.computed_digest() or entry.previous not in seen:
            return entry.id
        seen.add(entry.digest)
    return None


def _shortened(address: str | None) -> str | None:
    """Keep the network, drop the host: enough to see a pattern, not to follow a person."""
    if not address:
        return None
    kept = 48 if ":" in address else 24
    try:
        return str(ip_network(f"{address}/{kept}", strict=False).network_address)
    except ValueError:
        return None  # a proxy may pass on words such as "unknown"
