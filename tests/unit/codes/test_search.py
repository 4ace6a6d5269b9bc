"""Searching the reference, with the engine and without it."""

import secrets
import shutil
from datetime import date
from pathlib import Path

import pytest

from app import index_keeper
from app.codes.documents import search_documents
from app.codes.intake.rows import Entry
from app.codes.services import indexing, search_codes
from app.codes.services.search import code_prefix
from app.extensions import db
from tests.factories.codes import BOOK, make_release
from tests.factories.codes_facts import make_rows


@pytest.fixture
def indexed(app):
    release = make_release()
    index_keeper.rebuild_now("codes")
    return release


@pytest.fixture
def without_index(app, monkeypatch):
    release = make_release()
    app.extensions.pop("search_engine", None)
    shutil.rmtree(Path(app.config["DATA_DIR"]) / "search", ignore_errors=True)
    monkeypatch.setitem(app.config, "SEARCH_PREFIX", f"test_{secrets.token_hex(4)}_")
    yield release
    app.extensions.pop("search_engine", None)


def shown(typed: str, **options) -> list[str]:
    return [answer.shown for answer in search_codes(typed, **options).entries]


@pytest.mark.parametrize("typed", ["e11", "E11", "E11.", " e11 "])
def test_the_beginning_of_a_code_finds_all_below_it_in_order(indexed, typed):
    assert shown(typed) == ["E11", "E11.4", "E11.40", "E11.41", "E11.9"]


@pytest.mark.parametrize("typed", ["E11.9", "e119", "e11.9"])
def test_a_whole_code_is_found_however_it_is_spelled(indexed, typed):
    assert shown(typed) == ["E11.9"]


def test_words_find_titles_terms_and_headings(indexed):
    assert shown("mononeuropathy") == ["E11.41"]
    assert shown("commotio") == ["S06.0"]
    assert shown("diabetes mellitus")[0] == "E08-E13"


def test_a_seventh_character_finds_the_code_it_is_added_to_once(indexed):
    assert shown("concussion without loss initial encounter") == ["S06.0X0"]
    assert shown("S06.0X0A") == ["S06.0X0A"]


def test_codes_are_found_as_they_were_on_a_day(indexed):
    before = date(2025, 12, 1)
    assert search_codes("E11", day=before).total == 0
    make_release(BOOK.replace("E11.9<", "E11.8<"), effective=date(2025, 10, 1))
    assert shown("E11.8", day=before) == ["E11.8"]
    assert shown("E11.9", day=before) == []
    assert shown("E11.8") == []
    words = search_codes("diabetes without complications", day=before)
    assert "E11.9" not in [answer.shown for answer in words.entries]
    assert words.left_out >= 1
    assert search_codes("diabetes without complications").left_out == 0


def test_a_word_that_might_begin_a_code_but_begins_none_is_a_word(indexed):
    assert shown("fall") == ["W00", "W00-W19"]


def make_old_book() -> None:
    rows = [Entry("25000", "250.00", "code", "Type 2 diabetes, old", True, None, None, "", 1)]
    make_rows("icd9cm", rows, effective=date(2014, 10, 1))


def test_of_equal_answers_those_of_todays_systems_come_first(app):
    make_old_book()
    make_release()
    index_keeper.rebuild_now("codes")
    found = [answer.system for answer in search_codes("diabetes").entries]
    assert found[0] == "icd10cm"
    assert found[-1] == "icd9cm"


def test_without_the_engine_too(app, without_index):
    make_old_book()
    found = [answer.system for answer in search_codes("diabetes").entries]
    assert (found[0], found[-1]) == ("icd10cm", "icd9cm")


def test_results_come_in_pages_with_a_total(indexed):
    first = search_codes("E11", limit=2)
    second = search_codes("E11", offset=2, limit=2)
    beyond = search_codes("E11", offset=50, limit=2)
    assert [a.shown for a in (*first.entries, *second.entries)] == [
        "E11", "E11.4", "E11.40", "E11.41",
    ]  # fmt: skip
    assert (first.total, second.total, beyond.total, beyond.entries) == (5, 5, 5, ())


@pytest.mark.parametrize(
    "typed", ["", " ", "\x00", "-", "zzzz", "%", "'", "é" * 500, "a" * 100_000, "E11.9" * 90]
)
def test_nothing_is_found_for_nothing(indexed, typed):
    found = search_codes(typed)
    assert found.entries == ()
    assert not found.degraded


def test_without_a_release_nothing_is_found(app):
    assert search_codes("diabetes").entries == ()


@pytest.mark.parametrize("typed", ["e11", "E11.9"])
def test_codes_are_found_without_the_engine(without_index, typed):
    assert shown(typed)[0] in ("E11", "E11.9")


def test_words_are_looked_for_in_titles_without_the_engine(without_index):
    found = search_codes("TYPE 2 neuro")
    assert found.degraded
    assert [a.shown for a in found.entries] == ["E11.4", "E11.40", "E11.41"]
    assert search_codes("100%_'").entries == ()


def test_an_unbuilt_index_is_not_current(without_index):
    assert not indexing.index_is_current()
    index_keeper.rebuild_now("codes")
    assert indexing.index_is_current()


def test_what_the_index_still_knows_of_an_earlier_edition_is_not_shown(indexed):
    indexed.state = "replaced"
    db.session.commit()
    make_release(BOOK.replace("<name>W00</name>", "<name>W01</name>"))
    assert shown("ice and snow") == []


def test_every_entry_but_the_expanded_ones_has_a_document(indexed):
    documents = {d["id"]: d for d in search_documents("icd10cm", indexed.id)}
    assert indexing.document_count() == len(documents)
    assert "icd10cm-S060X0A" not in documents
    assert documents["icd10cm-S060X0"]["terms"] == [
        "initial encounter", "subsequent encounter", "sequela",
    ]  # fmt: skip
    assert documents["icd10cm-E119"]["code_words"] == ["e11.9", "e119"]
    assert documents["icd10cm-4"]["code_words"] == []
    assert documents["icd10cm-E11"]["terms"][0] == "diabetes NOS"


@pytest.mark.parametrize(
    ("typed", "prefix"),
    [
        ("e", "E"),
        ("e11", "E11"),
        ("e11.", "E11"),
        ("e11.9", "E119"),
        ("e1.1", None),
        ("qa", "QA"),
        ("qa0", "QA0"),
        ("c7b.0", "C7B0"),
        ("gout", None),
        ("diabetes", None),
        ("e11 9", None),
        ("\u017f06", None),
    ],
)
def test_what_may_be_a_code_is_tried_as_one(typed, prefix):
    assert code_prefix(typed) == prefix
