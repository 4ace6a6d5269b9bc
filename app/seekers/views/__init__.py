"""Routes of seekers: the profile, what fits, being found, saved searches and their alerts."""

from __future__ import annotations

from app.seekers.views import (
    alerts,
    employer,
    matches,
    profile,
    resume,
    saved_searches,
    visibility,
)
from app.seekers.views.blueprint import bp

__all__ = [
    "alerts",
    "bp",
    "employer",
    "matches",
    "profile",
    "resume",
    "saved_searches",
    "visibility",
]
