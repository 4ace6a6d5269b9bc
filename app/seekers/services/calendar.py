"""When an alert goes out: at once, or at the next morning or Monday morning."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.seekers.models import Frequency

HOUR = 12  # UTC: seven in the morning in New York, four in Los Angeles
MONDAY = 0


def due_at(frequency: str, found_at: datetime) -> datetime:
    """When to tell of what was found at a moment."""
    if frequency == Frequency.INSTANT:
        return found_at
    morning = found_at.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    if morning <= found_at:
        morning += timedelta(days=1)
    if frequency == Frequency.WEEKLY:
        morning += timedelta(days=(MONDAY - morning.weekday()) % 7)
    return morning
