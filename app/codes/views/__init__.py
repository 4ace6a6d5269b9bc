"""Routes of codes: the pages of single codes, and ways to find them."""

from __future__ import annotations

from app.codes.views import browse, coverage, crosswalk, inpatient, show
from app.codes.views.blueprint import bp

__all__ = ["bp", "browse", "coverage", "crosswalk", "inpatient", "show"]
