"""Routes of seekers: the profile with its parts, the résumé, what fits, and being found."""

from __future__ import annotations

from app.seekers.views import employer, matches, profile, resume, visibility
from app.seekers.views.blueprint import bp

__all__ = ["bp", "employer", "matches", "profile", "resume", "visibility"]
