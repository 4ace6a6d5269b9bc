"""How a search of listings is written as an address."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from app.jobs.services.searching.criteria import RELEVANCE, Criteria


def address(criteria: Criteria) -> str:
    """The one address of a search."""
    query = urlencode(criteria.parameters())
    return f"/jobs?{query}" if query else "/jobs"


def feed_address(criteria: Criteria, kind: str) -> str:
    """The one address of a search as a feed: rss, atom or json."""
    return address(criteria.on_page(1)).replace("/jobs", f"/jobs.{kind}", 1)


def subscription(criteria: Criteria, kind: str) -> str:
    """The feed to offer beside a search: who subscribes waits for what is new."""
    sort = "newest" if criteria.sort == RELEVANCE else criteria.sort
    return feed_address(replace(criteria, sort=sort), kind)


def map_address(criteria: Criteria) -> str:
    """The same search as a map, which has no pages and no order."""
    query = urlencode(replace(criteria, page=1, sort=RELEVANCE).parameters())
    return f"/jobs/map?{query}" if query else "/jobs/map"
