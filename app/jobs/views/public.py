"""Listings as everyone sees them: search, the listing's page, the fragment of a code page."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import limits
from app.access import Who, access
from app.errors import NotFound
from app.extensions import limiter
from app.jobs.services import public
from app.jobs.services.criteria import PAY_PER, SORTS, Criteria, read_code, read_criteria
from app.jobs.services.facets import facets_of
from app.jobs.services.naming import cards_naming
from app.jobs.services.search import find_jobs
from app.jobs.views.blueprint import bp

FRAGMENT_CARDS = 5
WORTH_INDEXING = 5  # listings a filtered page needs before a crawler is sent there


@bp.get("/jobs")
@access(Who.ANYONE)
@limiter.limit(limits.SEARCH_PER_ADDRESS)
def search() -> ResponseReturnValue:
    found = find_jobs(read_criteria(request.args.to_dict(flat=False)))
    criteria = found.criteria
    return render_template(
        "jobs/search.html",
        found=found,
        criteria=criteria,
        facets=facets_of(found),
        choices=[
            {"kind": choice.kind, "label": choice.label, "address": address(choice.without)}
            for choice in criteria.choices(found.employer.name if found.employer else "")
        ],
        drops=[
            {
                "label": drop.choice.label,
                "count": drop.count,
                "address": address(drop.choice.without),
            }
            for drop in found.drops
        ],
        sorts=SORTS,
        pay_per=PAY_PER,
        page_address=lambda page: address(criteria.on_page(page)),
        canonical=current_app.config["BASE_URL"] + address(criteria),
        indexable=_is_worth_indexing(criteria, found.total),
    )


@bp.get("/jobs/<int:job_id>")
@bp.get("/jobs/<int:job_id>-<slug>")
@access(Who.ANYONE)
def show(job_id: int, slug: str = "") -> ResponseReturnValue:
    shown = public.shown_job(job_id)
    listing = public.listing_view(shown.job)
    if slug != listing.slug:
        return redirect(url_for("jobs.show", job_id=job_id, slug=listing.slug), 301)
    return render_template(
        "jobs/show.html",
        shown=shown,
        listing=listing,
        structured=public.structured_data(shown),
        similar=public.similar_cards(shown.job) if shown.closed_at else [],
        canonical=f"{current_app.config['BASE_URL']}/jobs/{job_id}-{listing.slug}",
    )


@bp.get("/jobs/for-code/<system>/<code>")
@access(Who.ANYONE)
def for_code(system: str, code: str) -> ResponseReturnValue:
    """The jobs that name a code, for the code's page to show."""
    named = read_code(f"{system}:{code}")
    if named is None:
        raise NotFound("There is no such code system.")
    cards, count = cards_naming(named, FRAGMENT_CARDS)
    every = address(Criteria(code=named))
    page = render_template("jobs/for_code.html", code=named, cards=cards, count=count, every=every)
    response = make_response(page)
    response.headers["Cache-Control"] = "public, max-age=60"
    return response


def address(criteria: Criteria) -> str:
    """The one address of a search."""
    query = urlencode(criteria.parameters())
    return f"/jobs?{query}" if query else "/jobs"


def _is_worth_indexing(criteria: Criteria, total: int) -> bool:
    """The whole list, and one choice that leads somewhere; every other combination is noise."""
    if not criteria.narrowed:
        return criteria.sort == "relevance"
    is_plain = not criteria.text and criteria.sort == "relevance" and criteria.page == 1
    return is_plain and criteria.narrowed == 1 and total >= WORTH_INDEXING
