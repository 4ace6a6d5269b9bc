"""Routes of codes: the pages of single codes, and ways to find them."""

from __future__ import annotations

from app.codes.views import browse, fee_calculator, fees, show
from app.codes.views.blueprint import bp

__all__ = ["bp", "browse", "fee_calculator", "fees", "show"]
