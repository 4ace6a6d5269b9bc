"""What time it is: one source, always aware, always UTC."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)


def unix(moment: datetime) -> int:
    """Whole seconds since the epoch, the form a search engine filters and sorts by."""
    return int(moment.timestamp())
