"""Routes of applications, by audience: the coder who applies, the employer who reads."""

from __future__ import annotations

from app.applications.views import coder, employer
from app.applications.views.blueprint import bp

__all__ = ["bp", "coder", "employer"]
