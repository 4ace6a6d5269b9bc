"""How a search of listings is written as an address."""

from __future__ import annotations

from urllib.parse import urlencode

from app.jobs.services.criteria import Criteria


def address(criteria: Criteria) -> str:
    """The one address of a search."""
    query = urlencode(criteria.parameters())
    return f"/jobs?{query}" if query else "/jobs"
