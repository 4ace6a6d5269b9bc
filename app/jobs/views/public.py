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
from app.jobs.services.criteria import SORTS, Criteria, read_code, read_criteria
from app.jobs.services.naming import cards_naming
from app.jobs.services.search import find_jobs
from app.jobs.views.blueprint import bp
from app.jobs.views.drawing import drawn_filters, drawn_listing, drawn_rows

FRAGMENT_CARDS = 5
WORTH_INDEXING = 5  # listings a filtered page needs before a crawler is sent there


@bp.get("/jobs")
@access(Who.ANYONE)
@limiter.limit(limits.SEARCH_PER_ADDRESS)
def search() -> ResponseReturnValue:
    asked = read_criteria(request.args.to_dict(flat=False))
    if sorted(request.args.items(multi=True)) != sorted(asked.parameters()):
        # A form sends empty fields along, links bring what others track by: each search is kept
        # at one address.
        return redirect(address(asked))
    found = find_jobs(asked)
    answer, criteria = found.answer, found.answer.criteria
    return render_template(
        "jobs/search.html",
        answer=answer,
        criteria=criteria,
        rows=drawn_rows([*found.featured, *found.cards]),
        filters=drawn_filters(answer),
        choices=[
            {"kind": choice.kind, "label": choice.label, "address": address(choice.without)}
            for choice in criteria.choices(answer.employer.name if answer.employer else "")
        ],
        drops=[
            {"label": d.choice.label, "count": d.count, "address": address(d.choice.without)}
            for d in answer.drops
        ],
        sorts=SORTS,
        page_address=lambda page: address(criteria.on_page(page)),
        canonical=current_app.config["BASE_URL"] + address(criteria),
        indexable=_is_worth_indexing(criteria, answer.total),
    )


@bp.get("/jobs/<int:job_id>")
@bp.get("/jobs/<int:job_id>-<slug>")
@access(Who.ANYONE)
def show(job_id: int, slug: str = "") -> ResponseReturnValue:
    page = public.page_of(job_id)
    if slug != page.listing.slug:
        return redirect(url_for("jobs.show", job_id=job_id, slug=page.listing.slug), 301)
    return render_template(
        "jobs/show.html",
        page=page,
        drawn=drawn_listing(page),
        similar=drawn_rows(page.similar),
        canonical=f"{current_app.config['BASE_URL']}/jobs/{job_id}-{slug}",
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
    response = make_response(
        render_template(
            "jobs/for_code.html", code=named, rows=drawn_rows(cards), count=count, every=every
        )
    )
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
