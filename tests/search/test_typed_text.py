"""Typed text: typos, prefixes, codes, synonyms, words left out, and what people should not type."""

from __future__ import annotations

import pytest

from search.contract import MAX_TEXT, Eq, SearchEngine, SearchQuery
from tests.search.things import found, put, thing

HOSTILE = [
    '"',
    "'",
    '"unclosed phrase',
    "-coder",
    "+coder",
    "coder AND",
    "AND OR NOT",
    "coder OR auditor",
    "NOT coder",
    "*",
    "co*er",
    "coder~2",
    "title:coder",
    "title:(coder",
    "[a TO z]",
    "/c.*r/",
    "{!frange}",
    "\\",
    "coder\\",
    "\x00",
    "co\x00der",
    "🩺",
    "🩺 coder",
    "مبرمج طبي",
    "\u202ecoder",
    "\ud800",
    "ⅷ ﬁ ß",
    "<script>alert(1)</script>",
    "'; DROP TABLE jobs; --",
    "%s%n",
    "a" * 1_000_000,
    "coder " * 200_000,
    " \t\n ",
]


def test_a_word_is_found_in_any_searched_field_whatever_its_case_and_accents(engine: SearchEngine):
    put(
        engine,
        thing("a", title="Résumé CODER"),
        thing("b", body="a coder's résumé"),
        thing("c", note="coder resume", tags=["coder"]),
    )

    assert found(engine, "resume coder") == ["a", "b"]
    assert found(engine, "RÉSUMÉ Coder") == ["a", "b"]


def test_a_long_word_is_found_with_a_letter_wrong_missing_added_or_swapped(engine: SearchEngine):
    put(engine, thing("a", title="radiology"), thing("b", title="nursing"))

    for typed in ("radiology", "radiolagy", "radioogy", "radiologgy", "raidology"):
        assert found(engine, f"{typed} ") == ["a"], typed


def test_a_short_word_is_never_matched_with_a_typo(engine: SearchEngine):
    put(engine, thing("a", title="pain"), thing("b", title="main"), thing("c", title="paid"))

    assert found(engine, "pain") == ["a"]


def test_a_word_of_five_letters_forgives_one_typo_and_one_of_nine_two(engine: SearchEngine):
    put(engine, thing("a", title="coder"), thing("b", title="emergency"))

    assert found(engine, "codar") == ["a"]
    assert found(engine, "codaz") == []
    assert found(engine, "emrgancy") == []  # eight letters typed, two typos
    assert found(engine, "emergansy") == ["b"]


def test_the_last_word_typed_is_a_prefix_and_the_others_are_not(engine: SearchEngine):
    put(engine, thing("a", title="risk adjustment"), thing("b", title="adjusting risks"))

    assert set(found(engine, "adj")) == {"a", "b"}
    assert found(engine, "risk a") == ["a"]
    assert found(engine, "adj risk", relax=False) == []


def test_a_code_is_found_with_and_without_its_dot_and_by_its_beginning(engine: SearchEngine):
    put(engine, thing("a", codes=["e11.9", "e119"]), thing("b", codes=["e11.65", "e1165"]))

    for typed in ("E11.9", "e119", "  E11.9 "):
        assert found(engine, typed) == ["a"], typed
    for typed in ("E11", "e1", "E", "E11."):
        assert set(found(engine, typed)) == {"a", "b"}, typed
    assert found(engine, "E11.6") == ["b"]
    assert found(engine, "11.9") == found(engine, "9") == []


@pytest.mark.parametrize("typed", ["E11.9", "E119", "e11.92", "S52501A", "250.00", "99213"])
def test_a_code_is_never_matched_with_a_typo(engine: SearchEngine, typed: str):
    put(
        engine,
        thing("a", codes=["e10.9", "e109"]),
        thing("b", codes=["e11.02", "e1102", "e12.92", "e1292"]),
        thing("c", codes=["s52502a", "s52501d", "s52.601a"]),
        thing("d", codes=["250.01", "25001", "99214", "99123"], title="99214 25010"),
        thing("e", codes=["abcdefghi", "codes"]),
    )

    assert found(engine, typed) == []
    assert found(engine, "abcdefghj") == found(engine, "codez") == []


def test_a_number_in_a_text_is_never_matched_with_a_typo(engine: SearchEngine):
    put(engine, thing("a", title="Suite 10452 coder"), thing("b", title="covid19x coder"))

    assert found(engine, "10453") == []
    assert found(engine, "10453 coder", relax=False) == []
    assert found(engine, "covid18x coder", relax=False) == []
    assert found(engine, "10452 coder") == ["a"]


def test_synonyms_hold_as_they_are_declared(engine: SearchEngine):
    put(
        engine,
        thing("a", title="ED coder"),
        thing("b", title="Emergency Department coder"),
        thing("c", title="Risk adjustment coder"),
        thing("d", title="HCC coder"),
        thing("e", title="Department coder"),
    )

    assert found(engine, "ed coder") == ["a", "b"]
    assert found(engine, "emergency department coder") == ["b", "a"]
    assert found(engine, "hcc coder") == ["d", "c"]
    assert found(engine, "risk adjustment coder") == ["c"]  # declared one way only


def test_every_word_has_to_match_unless_nothing_matches_every_word(engine: SearchEngine):
    put(engine, thing("a", title="inpatient coder"), thing("b", title="outpatient coder"))

    assert found(engine, "coder inpatient") == ["a"]
    assert set(found(engine, "coder qqqq")) == {"a", "b"}
    assert found(engine, "inpatient coder qqqq xxxx zzzz") == ["a"]
    assert found(engine, "coder qqqq", relax=False) == []
    assert found(engine, "qqqq coder") == []
    # What a filter excludes does not match either.
    put(engine, thing("c", title="coder qqqq", colour="red"))
    assert set(found(engine, "coder qqqq", where=Eq("colour", "blue"))) == set()


def test_the_counts_of_facets_belong_to_the_words_that_were_kept(engine: SearchEngine):
    put(engine, thing("a", title="coder", tags=["cpc"]), thing("b", title="nurse", tags=["rn"]))

    result = engine.search(
        SearchQuery("things", "coder qqqq", facets=("tags",), groups={"tags": Eq("tags", "cpc")})
    )

    assert result.total == 1
    assert result.facets == {"tags": {"cpc": 1}}


def test_text_without_a_word_in_it_asks_for_everything(engine: SearchEngine):
    put(engine, thing("a", title="coder"), thing("b", title="auditor"))

    for typed in ("", "   ", "***", '"', "!?", "-", "🩺"):
        assert found(engine, typed) == ["a", "b"], typed


@pytest.mark.parametrize("typed", HOSTILE, ids=lambda typed: ascii(typed)[:30])
def test_nothing_that_is_typed_is_syntax(engine: SearchEngine, typed: str):
    put(engine, thing("a", title="coder"), thing("b", title="auditor"))

    result = engine.search(SearchQuery("things", typed, facets=("tags",)))

    assert result.total in (0, 1, 2)
    assert engine.search(SearchQuery("things", "auditor")).total == 1


def test_operators_are_words(engine: SearchEngine):
    put(engine, thing("a", title="coder and auditor"), thing("b", title="coder"))

    assert found(engine, "coder AND auditor") == ["a"]
    assert found(engine, "coder -auditor") == ["a"]
    assert found(engine, "coder NOT auditor", relax=False) == []


def test_only_the_first_four_hundred_characters_are_looked_at(engine: SearchEngine):
    put(engine, thing("a", title="coder"))

    assert found(engine, " " * (MAX_TEXT - 5) + "coder" + " qqqq", relax=False) == ["a"]


def test_hostile_text_is_stored_and_found_like_any_other(engine: SearchEngine):
    texts = [text for text in HOSTILE if "\ud800" not in text]
    documents = [thing(f"h{n:02d}", title=text, note=text) for n, text in enumerate(texts)]
    put(engine, *documents, thing("z", title="needle"))

    result = engine.search(SearchQuery("things", limit=200))

    assert result.total == len(documents) + 1
    assert [hit.document["note"] for hit in result.hits[:-1]] == texts
    assert found(engine, "needle") == ["z"]
