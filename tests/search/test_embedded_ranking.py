"""The embedded engine's ranking, held against a slow one that looks at every document."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.contract import Eq, SearchQuery
from search.embedded import EmbeddedEngine
from tests.search.things import THINGS, thing

VOCABULARY = (
    "coder",
    "coders",
    "codar",
    "cdoer",
    "code",
    "radiology",
    "radiolgy",
    "radioloyg",
    "radiologist",
    "emergency",
    "emergansy",
    "emergenzi",
    "department",
    "ed",
    "edit",
    "risk",
    "adjustment",
    "adjust",
    "hcc",
    "inpatient",
    "e119",
    "e1165",
    "10452",
    "10453",
)
TYPED = (
    *VOCABULARY,
    "c",
    "co",
    "rad",
    "radiol",
    "emergency department",
    "e1",
    "zzzzz",
    "adjustmant",
)
LEVELS = {"body": 1, "codes": 2, "title": 3}  # the heavier, the higher
SYNONYMS = {("ed",): [["emergency", "department"]], ("hcc",): [["risk", "adjustment"]]} | {
    ("emergency", "department"): [["ed"]]
}


def made(number: int) -> list[dict[str, Any]]:
    chance = random.Random(11)

    def some(most: int) -> str:
        return " ".join(chance.choices(VOCABULARY, k=chance.randint(0, most)))

    return [
        thing(
            f"r-{position:03d}",
            title=some(2),
            body=[some(3), some(2)],
            codes=chance.sample(("e119", "e1165", "10452", "coder"), chance.randint(0, 2)),
            colour=chance.choice(("red", "blue")),
            rank=chance.randint(0, 2),
        )
        for position in range(number)
    ]


DOCUMENTS = made(150)


@pytest.fixture(scope="module")
def ranked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedEngine]:
    engine = EmbeddedEngine(tmp_path_factory.mktemp("ranked"), [THINGS])
    engine.ensure([THINGS])
    for start in range(0, len(DOCUMENTS), 30):  # several segments
        engine.upsert("things", DOCUMENTS[start : start + 30])
    yield engine
    engine.close()


@settings(max_examples=150, deadline=None)
@given(
    typed=st.lists(st.sampled_from(TYPED), min_size=1, max_size=4),
    offset=st.integers(0, 60),
    limit=st.integers(1, 30),
    red=st.booleans(),
)
def test_documents_come_by_typos_fields_and_whole_words_and_then_by_the_tie_breakers(
    ranked: EmbeddedEngine, typed: list[str], offset: int, limit: int, red: bool
):
    where = Eq("colour", "red") if red else None
    among = [each for each in DOCUMENTS if not red or each["colour"] == "red"]
    expected = expected_order(" ".join(typed).split(), among)

    result = ranked.search(
        SearchQuery("things", " ".join(typed), where=where, offset=offset, limit=limit)
    )

    assert result.total == len(expected)
    assert [hit.id for hit in result.hits] == expected[offset : offset + limit]


def expected_order(typed: list[str], documents: list[dict[str, Any]]) -> list[str]:
    ranks = {each["id"]: rank(typed, each) for each in documents}
    matching = [each for each in documents if ranks[each["id"]] is not None]
    if not matching and len(typed) > 1:
        return expected_order(typed[:-1], documents)
    matching.sort(key=lambda each: each["id"])
    matching.sort(key=lambda each: (ranks[each["id"]], each["rank"]), reverse=True)
    by_key: dict[Any, list[str]] = {}
    for each in matching:
        by_key.setdefault((ranks[each["id"]], each["rank"]), []).append(each["id"])
    return [identity for ids in by_key.values() for identity in sorted(ids)]


def rank(typed: list[str], document: dict[str, Any]) -> tuple[int, ...] | None:
    bests = [best(typed, position, document) for position in range(len(typed))]
    if None in bests:
        return None
    return tuple(map(sum, zip(*bests, strict=True)))


def best(typed: list[str], position: int, document: dict[str, Any]) -> tuple[int, int, int] | None:
    """Minus the typos, the level of the field, and whether the word is whole."""
    word, last = typed[position], position == len(typed) - 1
    forgiven = 0 if len(word) < 5 or any(map(str.isdigit, word)) else 1 if len(word) < 9 else 2
    found = []
    for field, level in LEVELS.items():
        value = document[field]
        for text in value if isinstance(value, list) else [value]:
            words = text.split()
            if word in words:
                found.append((0, level, 1))
            if last and any(each.startswith(word) for each in words):
                found.append((0, level, 0))
            if field == "codes":
                continue
            if any(contains(words, phrase) for phrase in stand_ins(typed, position)):
                found.append((0, level, 0))
            for each in words:
                wrong = typos(word, each, prefix=last)
                if 0 < wrong <= forgiven:
                    found.append((-wrong, level, 0))
    return max(found, default=None)


def stand_ins(typed: list[str], position: int) -> list[list[str]]:
    return [
        phrase
        for key, phrases in SYNONYMS.items()
        for start in range(len(typed) - len(key) + 1)
        if tuple(typed[start : start + len(key)]) == key and start <= position < start + len(key)
        for phrase in phrases
    ]


def contains(words: list[str], phrase: list[str]) -> bool:
    return any(words[at : at + len(phrase)] == phrase for at in range(len(words)))


@cache
def typos(typed: str, word: str, *, prefix: bool) -> int:
    """Letters wrong, missing, added or swapped, of the word or of its best beginning."""
    rows = [list(range(len(word) + 1))]
    for i, a in enumerate(typed, start=1):
        row = [i]
        for j, b in enumerate(word, start=1):
            cost = min(row[j - 1] + 1, rows[-1][j] + 1, rows[-1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == word[j - 2] and typed[i - 2] == b:
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return min(rows[-1]) if prefix else rows[-1][-1]
