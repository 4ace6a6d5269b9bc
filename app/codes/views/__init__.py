"""Routes of codes: the pages of single codes, ways to find them, and the operators' desk."""

from __future__ import annotations

from app.codes.views import arriving, browse, releases_desk, sections_desk, show
from app.codes.views.blueprint import bp

__all__ = ["arriving", "bp", "browse", "releases_desk", "sections_desk", "show"]
