"""What to offer while someone types: credentials, places, and the listings it leads to."""

from __future__ import annotations

from dataclasses import dataclass

from app import places, taxonomy
from app.engine import engine
from app.forms import tidy
from app.jobs.services.cards import Card, cards_of
from app.jobs.services.searching.asking import search_query
from app.jobs.services.searching.criteria import Criteria, read_criteria
from app.places import Place
from app.taxonomy import Credential
from search.contract import SearchError

SHORTEST = 2
MOST_CREDENTIALS = 3
MOST_LISTINGS = 6
SHORTEST_PLACE = 3
MOST_PLACES = 2


@dataclass(frozen=True, slots=True)
class Suggestions:
    credentials: list[Credential]
    listings: list[Card]
    places: list[Place]


def suggest(typed: str) -> Suggestions:
    """Nothing where the engine is down: the search itself goes on without it."""
    text = str(tidy(typed))
    if len(text) < SHORTEST:
        return Suggestions([], [], [])
    begun = text.lower()
    credentials = [c for c in taxonomy.CREDENTIALS.values() if c.label.lower().startswith(begun)]
    return Suggestions(
        credentials[:MOST_CREDENTIALS], _listings(read_criteria({"q": [text]})), _places(text)
    )


def _places(text: str) -> list[Place]:
    """Digits that are not yet a whole ZIP may as well become a code."""
    if len(text) < SHORTEST_PLACE or (text.isdigit() and places.find_zip(text) is None):
        return []
    return places.begin_with(text, MOST_PLACES)


def _listings(criteria: Criteria) -> list[Card]:
    try:
        found = engine().search(search_query(criteria, limit=2 * MOST_LISTINGS))
    except SearchError:
        return []
    cards = cards_of([int(hit.id) for hit in found.hits])
    # The same title from several employers says the same thing.
    return list({card.title: card for card in reversed(cards)}.values())[::-1][:MOST_LISTINGS]
