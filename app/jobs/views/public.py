"""Listings as everyone sees them: search, the listing's page, the fragment of a code page."""

from __future__ import annotations

from flask import jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import limits
from app.access import Who, access
from app.errors import NotFound
from app.extensions import limiter
from app.jobs.services import public
from app.jobs.services.searching import suggestions
from app.jobs.services.searching.criteria import MAX_TEXT, Criteria, Near, read_code, read_criteria
from app.jobs.services.searching.naming import cards_naming
from app.jobs.services.searching.search import find_jobs
from app.jobs.views.addresses import address
from app.jobs.views.blueprint import bp
from app.jobs.views.drawing import drawn_rows, listing_page, search_page

FRAGMENT_CARDS = 5


@bp.get("/jobs")
@access(Who.ANYONE)
@limiter.limit(limits.SEARCH_PER_ADDRESS)
def search() -> ResponseReturnValue:
    asked = read_criteria(request.args.to_dict(flat=False))
    if sorted(request.args.items(multi=True)) != sorted(asked.parameters()):
        # A form sends empty fields along, links bring what others track by: each search is kept
        # at one address.
        return redirect(address(asked))
    return search_page(find_jobs(asked))


@bp.get("/jobs/suggest.json")
@access(Who.ANYONE)
@limiter.limit(limits.SEARCH_PER_ADDRESS)
def suggest() -> ResponseReturnValue:
    """What to offer under the search box while someone types."""
    found = suggestions.suggest(request.args.get("q", "")[:MAX_TEXT])
    credentials = [
        {"code": c.label, "title": c.name, "url": f"/jobs?credential={c.slug}"}
        for c in found.credentials
    ]
    listings = [
        {
            "code": "Job",
            "title": f"{card.title}, {card.organisation}",
            "url": f"/jobs/{card.id}-{card.slug}",
        }
        for card in found.listings
    ]
    places = [
        {"code": "Near", "title": place.label, "url": address(Criteria(near=Near(place)))}
        for place in found.places
    ]
    return jsonify(items=[*credentials, *listings, *places])


@bp.get("/jobs/<int:job_id>")
@bp.get("/jobs/<int:job_id>-<slug>")
@access(Who.ANYONE)
def show(job_id: int, slug: str = "") -> ResponseReturnValue:
    try:
        page = public.page_of(job_id)
    except public.ClosedLongAgo as gone:
        rows = drawn_rows(public.similar_cards(gone.job))
        every = address(public.search_like(gone.job))
        return render_template("jobs/gone.html", gone=gone, rows=rows, every=every), gone.status
    if slug != page.listing.slug:
        return redirect(url_for("jobs.show", job_id=job_id, slug=page.listing.slug), 301)
    return listing_page(page)


@bp.get("/jobs/for-code/<system>/<code>")
@access(Who.ANYONE)
def for_code(system: str, code: str) -> ResponseReturnValue:
    """The jobs that name a code, for the code's page to show."""
    named = read_code(f"{system}:{code}")
    if named is None:
        raise NotFound("There is no such code system.")
    cards, count = cards_naming(named, FRAGMENT_CARDS)
    rows, every = drawn_rows(cards), address(Criteria(code=named))
    response = make_response(
        render_template("jobs/for_code.html", code=named, rows=rows, count=count, every=every)
    )
    response.headers["Cache-Control"] = "public, max-age=60"
    return response
