"""What time it is: one source, always aware; and when a day that people named is over."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

# Of the fifty states a day ends last in Hawaii, which knows no summer time. A last day that is
# named without a zone is over when it is over there, so that nobody is told a day too many.
LAST_ZONE = timezone(timedelta(hours=-10))


def now() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    """The day it still is somewhere in the United States."""
    return now().astimezone(LAST_ZONE).date()


def end_of(day: date) -> datetime:
    """The last second of a day, where it ends last."""
    return datetime.combine(day, time(23, 59, 59), LAST_ZONE)


def unix(moment: datetime) -> int:
    """Whole seconds since the epoch, the form a search engine filters and sorts by."""
    return int(moment.timestamp())
