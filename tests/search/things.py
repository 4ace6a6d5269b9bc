"""A small index for the contract: every kind of field, and documents made in a line."""

from __future__ import annotations

import random
from itertools import count
from typing import Any

from search.contract import Field, IndexSpec, Kind, Outcome, SearchEngine, SearchQuery

DESCENDING = True

THINGS = IndexSpec(
    name="things",
    fields=(
        Field("id", Kind.KEYWORD),
        Field("title", Kind.TEXT, weight=10),
        Field("codes", Kind.CODE, weight=8),
        Field("body", Kind.TEXT, weight=1),
        Field("tags", Kind.KEYWORD, facet=True, filterable=True),
        Field("colour", Kind.KEYWORD, facet=True, filterable=True),
        Field("open", Kind.BOOLEAN, facet=True, filterable=True),
        Field("size", Kind.INTEGER, filterable=True, sortable=True),
        Field("days", Kind.INTEGER, filterable=True),
        Field("rank", Kind.INTEGER, sortable=True),
        Field("place", Kind.GEO, filterable=True),
        Field("note", Kind.STORED),
        Field("revision", Kind.INTEGER),
    ),
    orders={
        "smallest": (("size", not DESCENDING),),
        "largest": (("size", DESCENDING), ("rank", not DESCENDING)),
    },
    tie_breakers=(("rank", DESCENDING),),
    synonyms={
        "ed": ("emergency department",),
        "emergency department": ("ed",),
        "hcc": ("risk adjustment",),
    },
)

TAGS = ("cpc", "cpco", "ccs", "ccs-p", "rhit", 'q"uote', "back\\slash", "it's", "a OR b", "ü")
COLOURS = ("red", "green", "blue")

_numbers = count(1)


def thing(identity: str | None = None, **values: Any) -> dict[str, Any]:
    number = next(_numbers)
    return {"id": identity or f"thing-{number:05d}", "revision": number, **values}


def assorted(number: int, seed: int = 7) -> list[dict[str, Any]]:
    """Things with every field sometimes absent, lists, ties and extreme values."""
    chance = random.Random(seed)
    made = []
    for position in range(number):
        values: dict[str, Any] = {
            "title": chance.choice(("Coder", "Auditor", "Manager")),
            "tags": chance.sample(TAGS, chance.randint(0, 4)),
            "colour": chance.choice((*COLOURS, None)),
            "open": chance.choice((True, False, None)),
            "size": chance.choice((None, -3, -1, 0, 1, 2, 3, 10, 2**53, -(2**53))),
            "days": [chance.randint(-5, 5) for _ in range(chance.randint(0, 3))],
            "rank": chance.randint(0, 3),
            "place": chance.choice(
                (None, {"lat": chance.uniform(-80, 80), "lng": chance.uniform(-180, 180)}, DALLAS)
            ),
        }
        made.append(thing(f"t-{position:04d}", **values))
    return made


DALLAS = {"lat": 32.7767, "lng": -96.797}


def put(engine: SearchEngine, *documents: dict[str, Any]) -> None:
    settled(engine, engine.upsert("things", documents))


def settled(engine: SearchEngine, ticket: Any) -> None:
    assert engine.outcome(ticket, timeout=30) is Outcome.DONE


def found(engine: SearchEngine, text: str = "", **asked: Any) -> list[str]:
    """The ids of the first page."""
    return [hit.id for hit in engine.search(SearchQuery("things", text, **asked)).hits]
