"""In which order things come, and how pages of them fit together."""

from __future__ import annotations

import random
from typing import Any

import pytest

from search.contract import MAX_LIMIT, MAX_TOTAL, SearchEngine, SearchQuery
from tests.search.oracle import in_order
from tests.search.things import THINGS, found, put, settled, thing

BEST = 9  # a tie-breaker that never outranks the text


def test_a_match_without_a_typo_comes_first(engine: SearchEngine):
    put(engine, thing("a", title="radiolagy", rank=BEST), thing("b", body="radiology", rank=1))

    assert found(engine, "radiology") == ["b", "a"]


def test_fewer_typos_come_first(engine: SearchEngine):
    put(engine, thing("a", title="emergansy", rank=BEST), thing("b", title="emergensy", rank=1))

    assert found(engine, "emergency") == ["b", "a"]


def test_a_heavier_field_comes_first(engine: SearchEngine):
    put(
        engine,
        thing("a", body="radiology", rank=BEST),
        thing("b", codes=["radiology"], rank=2),
        thing("c", title="radiology", rank=1),
    )

    assert found(engine, "radiology") == ["c", "b", "a"]


def test_a_whole_word_comes_before_a_longer_one(engine: SearchEngine):
    put(engine, thing("a", title="coders", rank=BEST), thing("b", title="coder", rank=1))

    assert found(engine, "coder") == ["b", "a"]


def test_equal_matches_come_in_the_order_of_the_tie_breakers_and_then_of_their_ids(
    engine: SearchEngine,
):
    put(
        engine,
        thing("d", title="coder"),
        thing("c", title="coder", rank=1),
        thing("b", title="coder", rank=1),
        thing("a", title="coder", rank=2),
    )

    assert found(engine, "coder") == found(engine) == ["a", "b", "c", "d"]


def test_an_order_asked_for_by_name_outranks_the_text(engine: SearchEngine):
    put(
        engine,
        thing("a", title="coder", size=3),
        thing("b", body="coders", size=1),
        thing("c", body="coder"),
        thing("d", title="codar", size=2),
        thing("e", title="nurse", size=0),
    )

    assert found(engine, "coder", order="smallest") == ["b", "d", "a", "c"]
    assert found(engine, "coder", order="largest") == ["a", "d", "b", "c"]


def test_a_thing_without_a_value_comes_last_in_both_directions(engine: SearchEngine):
    put(engine, thing("a"), thing("b", size=-(2**53)), thing("c", size=2**53), thing("d", size=0))

    assert found(engine, order="smallest") == ["b", "d", "c", "a"]
    assert found(engine, order="largest") == ["c", "d", "b", "a"]


@pytest.mark.parametrize("text", ["", "coder", "codar", "cod", "coder clinic"])
@pytest.mark.parametrize("order", [None, "largest"])
def test_pages_are_stable_and_complete(engine: SearchEngine, text: str, order: str | None):
    chance = random.Random(5)
    titles = ("coder", "coders", "codex coder", "nurse")
    documents = [
        thing(
            f"t-{number:03d}",
            title=chance.choice(titles),
            body=chance.choice(("clinic coder", "clinics", "clinic nurse")),
            rank=chance.randint(0, 2),
            size=chance.randint(0, 5),
        )
        for number in range(150)
    ]
    chance.shuffle(documents)
    for start in range(0, len(documents), 40):
        settled(engine, engine.upsert("things", documents[start : start + 40]))

    def page(offset: int, limit: int) -> list[str]:
        return found(engine, text, order=order, offset=offset, limit=limit)

    whole = page(0, MAX_LIMIT)
    paged = [identity for offset in range(0, 160, 7) for identity in page(offset, 7)]

    assert paged == whole
    assert len(set(whole)) == len(whole) == engine.search(SearchQuery("things", text)).total
    if not text:
        keys = THINGS.orders[order] if order else THINGS.tie_breakers
        assert whole == [document["id"] for document in in_order(documents, keys)]


def test_a_page_past_the_end_is_empty_and_still_knows_the_total(engine: SearchEngine):
    put(engine, thing("a", title="coder"))

    for text in ("", "coder"):
        for offset in (1, 50, MAX_TOTAL - 1, MAX_TOTAL, MAX_TOTAL * 3):
            result = engine.search(SearchQuery("things", text, offset=offset))
            assert (result.hits, result.total) == ((), 1)


def test_a_question_without_a_page_counts_only(engine: SearchEngine):
    put(engine, thing("a", title="coder"), thing("b", title="nurse"))

    result = engine.search(SearchQuery("things", "coder", limit=0))

    assert (result.hits, result.total) == ((), 1)


def test_totals_and_pages_stop_at_the_same_number(engine: SearchEngine):
    documents = [thing(f"t-{n:05d}", title="coder", rank=n % 3) for n in range(MAX_TOTAL + 50)]
    engine.rebuild("things", documents)

    for text in ("", "coder"):
        result = engine.search(SearchQuery("things", text, offset=MAX_TOTAL - 5, limit=20))
        assert result.total == MAX_TOTAL
        assert len(result.hits) == 5
    expected = [document["id"] for document in in_order(documents, THINGS.tie_breakers)]
    assert found(engine, "coder", limit=50) == expected[:50]
    assert found(engine, "coder", offset=9_000, limit=50) == expected[9_000:9_050]


def test_several_questions_are_answered_in_the_order_asked(engine: SearchEngine):
    put(engine, thing("a", title="coder"), thing("b", title="nurse"))

    results = engine.multi_search(
        [
            SearchQuery("things", "nurse qqqq"),
            SearchQuery("things", "coder", facets=("tags",)),
            SearchQuery("things", "zzzz"),
            SearchQuery("things"),
        ]
    )

    assert [[hit.id for hit in result.hits] for result in results] == [["b"], ["a"], [], ["a", "b"]]
    assert engine.multi_search([]) == ()


def test_only_the_fields_that_are_asked_for_come_back(engine: SearchEngine):
    put(engine, thing("a", title="Coder", size=3, note="of a"), thing("b", title="Coder", size=2))

    def documents(text: str, **asked: Any) -> list[tuple[str, dict[str, Any]]]:
        hits = engine.search(SearchQuery("things", text, **asked)).hits
        return [(hit.id, dict(hit.document)) for hit in hits]

    for text, order in (("coder", None), ("", "smallest")):
        ids = documents(text, order=order, fields=())
        assert sorted(ids) == [("a", {}), ("b", {})]
        some = documents(text, order=order, fields=("size", "note"))
        assert sorted(some, key=lambda each: each[0]) == [
            ("a", {"size": 3, "note": "of a"}),
            ("b", {"size": 2}),
        ]
        whole = documents(text, order=order)
        assert all(document["title"] == "Coder" for _, document in whole)
