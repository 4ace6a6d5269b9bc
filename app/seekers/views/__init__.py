"""Routes of seekers: the profile with its parts, and the résumé."""

from __future__ import annotations

from app.seekers.views import profile, resume
from app.seekers.views.blueprint import bp

__all__ = ["bp", "profile", "resume"]
