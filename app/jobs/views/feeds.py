"""Feeds of every search, and the file that aggregators fetch."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue

from app import limits
from app.access import Who, access
from app.extensions import limiter
from app.jobs import feeds
from app.jobs.services import feeds as services
from app.jobs.services.searching.criteria import Criteria, read_criteria
from app.jobs.views.addresses import address, feed_address
from app.jobs.views.blueprint import bp

KINDS: dict[str, tuple[str, Callable[[feeds.Feed], bytes]]] = {
    "rss": ("application/rss+xml", feeds.rss),
    "atom": ("application/atom+xml", feeds.atom),
    "json": ("application/feed+json", feeds.json_feed),
}
SEARCH_SECONDS = 15 * 60
ALL_SECONDS = 60 * 60


@bp.get("/jobs.<any(rss, atom, json):kind>")
@access(Who.ANYONE)
@limiter.limit(limits.SEARCH_PER_ADDRESS)
def feed(kind: str) -> ResponseReturnValue:
    """The listings of the page with the same parameters, in the same order."""
    asked = read_criteria(request.args.to_dict(flat=False)).on_page(1)
    if sorted(request.args.items(multi=True)) != sorted(asked.parameters()):
        return redirect(feed_address(asked, kind))
    mimetype, write = KINDS[kind]
    found = feeds.Feed(
        site=services.site(),
        title=_title(asked),
        page=address(asked),
        address=feed_address(asked, kind),
        entries=tuple(services.entries_for(asked)),
    )
    body = write(found)
    response = Response(body, mimetype=mimetype)
    return _kept(response, hashlib.sha256(body).hexdigest()[:32], found.updated_at, SEARCH_SECONDS)


@bp.get("/jobs/feed.xml")
@access(Who.ANYONE)
@limiter.limit(limits.FEED_PER_ADDRESS)
def feed_of_all() -> ResponseReturnValue:
    """Every listing of a real employer, in the form aggregators read."""
    state, changed = services.state_of_all()
    # Asked about, it is not written: a listing more or less is told from its state.
    response = _kept(Response(mimetype="application/xml"), state, changed, ALL_SECONDS)
    if response.status_code != 304 and request.method != "HEAD":
        response.response = feeds.aggregator_xml(services.site(), changed, services.every_entry())
        response.headers.pop("Content-Length", None)
    return response


def _title(criteria: Criteria) -> str:
    labels = ", ".join(choice.label for choice in criteria.choices())
    return f"Medical coding jobs: {labels}" if labels else "Medical coding jobs"


def _kept(response: Response, etag: str, changed: datetime, seconds: int) -> Response:
    """Answers 304 by the ETag alone: a listing that closed leaves no later date behind."""
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    response.set_etag(etag)
    response.last_modified = changed
    if request.if_none_match.contains_weak(etag):
        response.status_code = 304
        response.response = []
        response.headers.pop("Content-Length", None)
    return response
