"""Routes of codes: the pages of single codes, ways to find them, and the operators' desk."""

from __future__ import annotations

from app.codes.views import browse, edits, ncci_checker, show
from app.codes.views.blueprint import bp

__all__ = ["bp", "browse", "edits", "ncci_checker", "show"]
from app.codes.views import described, keys, machine, mine, own

__all__ = ["bp", "browse", "described", "keys", "machine", "mine", "own", "show"]
from app.codes.views import changes, compare, indexes, ranges, sources

__all__ = ["bp", "browse", "changes", "compare", "indexes", "ranges", "show", "sources"]
from app.codes.views import coverage, crosswalk, inpatient

__all__ = ["bp", "browse", "coverage", "crosswalk", "inpatient", "show"]
from app.codes.views import fee_calculator, fees

__all__ = ["bp", "browse", "fee_calculator", "fees", "show"]
from app.codes.views import arriving, releases_desk, sections_desk

__all__ = ["arriving", "bp", "browse", "releases_desk", "sections_desk", "show"]
