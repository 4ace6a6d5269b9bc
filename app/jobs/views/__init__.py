"""Routes of jobs, by audience: the public, employers, moderators."""

from __future__ import annotations

from app.jobs.views import (
    composing,
    desk,
    employer,
    feeds,
    insight,
    job_map,
    landing,
    pay,
    public,
    sources,
)
from app.jobs.views.blueprint import bp

__all__ = [
    "bp",
    "composing",
    "desk",
    "employer",
    "feeds",
    "insight",
    "job_map",
    "landing",
    "pay",
    "public",
    "sources",
]
