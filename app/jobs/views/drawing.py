"""Public pages and their parts, kept once they are drawn.

Each is kept by the immutable object it is drawn from and by what the passing of time changes in
it, so that nothing old is ever shown. Who brings no session (nobody is logged in, no message waits
for them) sees the same page as everyone like them, frame included: those are kept whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from itertools import islice
from typing import Any

from flask import current_app, get_template_attribute, render_template, request
from markupsafe import Markup

from app import clock
from app.filters import relative
from app.jobs.services.cards import Card
from app.jobs.services.landing import page_for, topic_of, topics
from app.jobs.services.public import Page
from app.jobs.services.searching.criteria import (
    MILES,
    NEEDS,
    PAY_PER,
    RELEVANCE,
    SORTS,
    USUAL_MILES,
    Criteria,
    dollars,
)
from app.jobs.services.searching.facets import facets_of
from app.jobs.services.searching.search import Answer, Drop, Found
from app.jobs.views.addresses import address, map_address, subscription
from app.jobs.views.pay import Compared, compared

MOST_POPULAR = 6  # pages offered where a search finds nothing
WORTH_INDEXING = 5  # listings a filtered page needs before a crawler is sent there

# What a page's age is told by: "3 days ago".
Ages = tuple[str, ...]


def search_page(found: Found) -> str:
    cards = (*found.featured, *found.cards)
    ages = tuple(relative(card.published_at) for card in cards)
    draw = _kept_search if _is_passing_by() else _search
    return draw(found.answer, cards, ages)


def listing_page(page: Page) -> str:
    posted = page.listing.published_at
    is_open = page.closed_at is None  # the page of a closed one is made anew each time
    draw = _kept_show if is_open and _is_passing_by() else _show
    return draw(page, compared(page), clock.today(), relative(posted) if posted else "")


def drawn_rows(cards: Sequence[Card]) -> list[Markup]:
    """Each listing as one entry of a list."""
    return [_row(card, relative(card.published_at)) for card in cards]


def _is_passing_by() -> bool:
    return current_app.config["SESSION_COOKIE_NAME"] not in request.cookies


def _search(answer: Answer, cards: tuple[Card, ...], ages: Ages) -> str:
    criteria = answer.criteria
    topic = page_for(criteria)
    return render_template(
        "jobs/search.html",
        answer=answer,
        criteria=criteria,
        rows=[_row(card, age) for card, age in zip(cards, ages, strict=True)],
        filters=_filters(answer),
        choices=[
            {"kind": choice.kind, "label": choice.label, "address": address(choice.without)}
            for choice in criteria.choices(answer.employer.name if answer.employer else "")
        ],
        drops=[_way_out(drop) for drop in answer.drops],
        wider=_way_out(answer.wider) if answer.wider else None,
        popular=list(islice(topics().items(), MOST_POPULAR)) if not cards else [],
        sorts=SORTS,
        list_url=address(criteria),
        map_url=map_address(criteria),
        page_address=lambda page: address(criteria.on_page(page)),
        canonical=current_app.config["BASE_URL"] + (topic.path if topic else address(criteria)),
        feed_address=lambda kind: subscription(criteria, kind),
        topic=topic,
        indexable=topic is not None or _is_worth_indexing(criteria, answer.total),
    )


def _way_out(drop: Drop) -> dict[str, Any]:
    return {
        "label": drop.choice.label,
        "count": drop.count,
        "address": address(drop.choice.without),
    }


def _is_worth_indexing(criteria: Criteria, total: int) -> bool:
    """The whole list, and one choice that leads somewhere; every other combination is noise.

    What could have a page of its own and has none is not indexed either.
    """
    if not criteria.narrowed:
        return criteria.sort == RELEVANCE
    if topic_of(criteria):
        return False
    is_plain = not criteria.text and criteria.sort == RELEVANCE and criteria.page == 1
    return is_plain and criteria.narrowed == 1 and total >= WORTH_INDEXING


def _show(page: Page, pay: Compared | None, today: date, age: str) -> str:
    return render_template(
        "jobs/show.html",
        page=page,
        drawn=(_listing if page.closed_at else _kept_listing)(page, pay, today, age),
        similar=drawn_rows(page.similar),
        canonical=f"{current_app.config['BASE_URL']}/jobs/{page.listing.id}-{page.listing.slug}",
    )


@lru_cache(maxsize=5_000)
def _row(card: Card, _age: str) -> Markup:
    draw = get_template_attribute("components/jobs.html", "job_row")
    return Markup(draw(card, f"/jobs/{card.id}-{card.slug}"))  # noqa: S704 - a template's own


@lru_cache(maxsize=64)  # an answer lives for a second
def _filters(answer: Answer) -> Markup:
    drawn = render_template(
        "jobs/filters.html",
        facets=facets_of(answer),
        criteria=answer.criteria,
        pay_per=PAY_PER,
        pay_min=dollars(answer.criteria.pay_min) if answer.criteria.pay_min else "",
        needs=NEEDS,
        miles=MILES,
        usual_miles=USUAL_MILES,
    )
    return Markup(drawn)  # noqa: S704 - a template's own


def _listing(page: Page, pay: Compared | None, today: date, _age: str) -> Markup:
    listing = page.listing
    drawn = render_template(
        "jobs/listing.html",
        listing=listing,
        can_apply=page.closed_at is None and listing.takes_applications(today),
        closed=page.closed_at is not None,
        structured=page.structured,
        compared=pay,
    )
    return Markup(drawn)  # noqa: S704 - a template's own


_kept_search = lru_cache(maxsize=64)(_search)
_kept_show = lru_cache(maxsize=500)(_show)
_kept_listing = lru_cache(maxsize=500)(_listing)
