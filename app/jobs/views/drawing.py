"""Parts of public pages, kept once they are drawn.

Each is kept by the immutable object it is drawn from and by what the passing of time changes in
it, so that nothing old is ever shown.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from flask import get_template_attribute, render_template
from markupsafe import Markup

from app import clock
from app.filters import relative
from app.jobs.services.cards import Card
from app.jobs.services.criteria import PAY_PER
from app.jobs.services.facets import facets_of
from app.jobs.services.public import Page
from app.jobs.services.search import Answer


def drawn_rows(cards: list[Card] | tuple[Card, ...]) -> list[Markup]:
    """Each listing as one entry of a list."""
    return [_row(card, relative(card.published_at)) for card in cards]


def drawn_filters(answer: Answer) -> Markup:
    return _filters(answer)


def drawn_listing(page: Page) -> Markup:
    posted = page.listing.published_at
    return _listing(page, clock.now().date(), relative(posted) if posted else "")


@lru_cache(maxsize=5_000)
def _row(card: Card, _age: str) -> Markup:
    draw = get_template_attribute("components/jobs.html", "job_row")
    return Markup(draw(card, f"/jobs/{card.id}-{card.slug}"))  # noqa: S704 - a template's own


@lru_cache(maxsize=200)
def _filters(answer: Answer) -> Markup:
    drawn = render_template(
        "jobs/filters.html",
        facets=facets_of(answer),
        criteria=answer.criteria,
        pay_per=PAY_PER,
    )
    return Markup(drawn)  # noqa: S704 - a template's own


@lru_cache(maxsize=500)
def _listing(page: Page, today: date, _age: str) -> Markup:
    listing = page.listing
    drawn = render_template(
        "jobs/listing.html",
        listing=listing,
        can_apply=page.closed_at is None and listing.takes_applications(today),
        structured=page.structured,
    )
    return Markup(drawn)  # noqa: S704 - a template's own
