"""Standing questions find what an engine would find for the same ones, typing errors aside."""

from __future__ import annotations

import random
from itertools import product

import pytest

from search.contract import (
    All,
    AnyOf,
    Eq,
    Exists,
    Filter,
    GeoRadius,
    In,
    Not,
    Range,
    SearchQuery,
)
from search.embedded import EmbeddedEngine
from search.standing import FEW, Question, StandingQuestions, holds
from tests.search import oracle
from tests.search.things import COLOURS, DALLAS, TAGS, THINGS, assorted, thing

WORDS = ("coder", "auditor", "inpatient", "remote", "ed", "hcc", "emergency", "department",
         "risk", "adjustment", "cod", "E11.9", "e11", "re", "Zoë", "zoe", "---")  # fmt: skip


def answered(questions: list[Question], document: dict) -> list[int]:
    return StandingQuestions(THINGS, questions).answered_by(document)


def some_filter(chance: random.Random, depth: int = 2) -> Filter:
    kinds = ["eq", "in", "range", "exists", "circle", "open"]
    if depth:
        kinds += ["all", "any", "not"]
    parts = range(chance.randint(0, 3))
    match chance.choice(kinds):
        case "eq":
            return Eq("colour", chance.choice(COLOURS))
        case "open":
            return Eq("open", chance.choice((True, False)))
        case "in":
            return In("tags", tuple(chance.sample(TAGS, chance.randint(0, 3))))
        case "range":
            low, high = chance.choice((None, -1, 2)), chance.choice((None, 1, 10))
            return Range(chance.choice(("size", "days")), low, high)
        case "exists":
            return Exists(chance.choice(("tags", "size", "open", "place")))
        case "circle":
            lat, lng = chance.uniform(-89, 89), chance.uniform(-180, 180)
            return GeoRadius("place", lat, lng, chance.choice((0, 50_000, 3_000_000, 19_000_000)))
        case "all":
            return All(tuple(some_filter(chance, depth - 1) for _ in parts))
        case "any":
            return AnyOf(tuple(some_filter(chance, depth - 1) for _ in parts))
        case _:
            return Not(some_filter(chance, depth - 1))


class TestFilters:
    @pytest.mark.parametrize("seed", range(4))
    def test_they_mean_what_the_contract_says(self, seed):
        chance = random.Random(seed)
        questions = [
            Question(filters=tuple(some_filter(chance) for _ in range(chance.randint(0, 3))))
            for _ in range(400)
        ]
        standing = StandingQuestions(THINGS, questions)
        for document in assorted(60, seed):
            expected = [
                number
                for number, question in enumerate(questions)
                if all(oracle.holds(document, part) for part in question.filters)
            ]
            assert standing.answered_by(document) == expected
            for question in questions[:40]:
                for part in question.filters:
                    assert holds(part, document) == oracle.holds(document, part)

    def test_many_with_the_same_question_are_kept_as_bits(self):
        questions = [Question(filters=(Eq("colour", "red"),))] * (FEW * 2)
        questions += [Question(filters=(Eq("colour", "blue"),))]
        assert answered(questions, thing(colour="red")) == list(range(FEW * 2))
        assert answered(questions, thing(colour="blue")) == [FEW * 2]

    def test_a_field_asked_for_twice_is_two_conditions(self):
        both = Question(filters=(Eq("tags", "cpc"), Eq("tags", "ccs")))
        assert answered([both], thing(tags=["cpc"])) == []
        assert answered([both], thing(tags=["cpc", "ccs"])) == [0]

    def test_any_of_nothing_is_never_met_and_no_filter_always(self):
        questions = [Question(filters=(In("tags", ()),)), Question(), Question(filters=(All(()),))]
        assert answered(questions, thing(tags=["cpc"])) == [1, 2]

    @pytest.mark.parametrize(
        ("lat", "lng"), list(product((-89.9, -45.0, 0.0, 64.9, 89.9), (-180, 179.9)))
    )
    def test_a_circle_is_found_across_the_date_line_and_at_the_poles(self, lat, lng):
        metres = 60_000
        asked = [Question(filters=(GeoRadius("place", lat, lng, metres),))]
        chance = random.Random(1)
        for _ in range(200):
            near = lat + chance.uniform(-0.8, 0.8), (lng + chance.uniform(-3, 3) + 540) % 360 - 180
            place = {"lat": max(-90.0, min(90.0, near[0])), "lng": near[1]}
            inside = oracle.metres_between((place["lat"], place["lng"]), (lat, lng)) <= metres
            assert answered(asked, thing(place=place)) == ([0] if inside else [])

    def test_without_questions_nothing_is_answered(self):
        assert answered([], thing(place=DALLAS)) == []


class TestTexts:
    @pytest.mark.parametrize("seed", range(3))
    def test_they_find_what_the_engine_finds(self, tmp_path, seed):
        chance = random.Random(seed)
        documents = [
            thing(
                title=" ".join(chance.choices(WORDS, k=chance.randint(1, 3))),
                codes=chance.sample(("E11.9", "e11", "Z3A.20"), chance.randint(0, 2)),
                body=" ".join(chance.choices(WORDS, k=chance.randint(0, 8))),
            )
            for _ in range(60)
        ]
        engine = EmbeddedEngine(tmp_path, [THINGS])
        engine.ensure([THINGS])
        engine.rebuild("things", documents)
        texts = [" ".join(chance.choices(WORDS, k=chance.randint(1, 3))) for _ in range(80)]
        standing = StandingQuestions(THINGS, [Question(text) for text in texts])
        found = [set(standing.answered_by(document)) for document in documents]
        for number, text in enumerate(texts):
            # Words of five letters may be found with a typo: of those only the exact are compared.
            hits = {
                hit.id
                for hit in engine.search(SearchQuery("things", text, limit=200, relax=False)).hits
            }
            ours = {
                d["id"] for d, numbers in zip(documents, found, strict=True) if number in numbers
            }
            assert ours <= hits, text
            if all(len(word) < 5 for word in text.split()):
                assert ours == hits, text

    def test_every_word_must_be_there_and_the_last_may_be_a_beginning(self):
        questions = [Question(t) for t in ("inpat", "inpatient cod", "inpat coder", "coder x")]
        assert answered(questions, thing(title="Inpatient coder")) == [0, 1]

    def test_a_synonym_stands_for_a_word_within_one_field(self):
        ed = [Question("ed coder")]
        assert answered(ed, thing(title="Emergency department coder")) == [0]
        assert answered(ed, thing(title="Emergency", body="department coder")) == []

    def test_wrong_letters_are_not_forgiven(self):
        assert answered([Question("radiolgy")], thing(title="Radiology coder")) == []

    def test_blanks_and_punctuation_ask_for_nothing(self):
        questions = [Question("  "), Question("---"), Question("--- coder")]
        assert answered(questions, thing(title="Coder")) == [0, 1, 2]

    def test_a_code_is_found_with_and_without_its_dot(self):
        questions = [Question("E11.9"), Question("e119"), Question("E11")]
        assert answered(questions, thing(codes=["e11.9"])) == [0, 1, 2]


def test_the_work_for_a_document_grows_with_what_it_meets_and_not_with_the_questions():
    """Counted, not timed: ten times the people who ask the same things cost nothing more."""

    def work(times: int) -> int:
        asked = [
            Question(text, (In("tags", (tag,)), Range("size", low=low)))
            for text in ("coder", "auditor remote", "")
            for tag in TAGS
            for low in range(5)
        ]
        standing = StandingQuestions(THINGS, asked * times)
        for document in assorted(20):
            standing.answered_by(document)
        return standing.evaluations

    assert work(10) == work(1)
    # Ten times as many different things are asked, and a document still meets those it holds.
    elsewhere = [Question(filters=(Eq("tags", f"t{n}"), Eq("colour", "red"))) for n in range(5_000)]
    elsewhere += [Question(f"word{n:04}") for n in range(5_000)]
    standing = StandingQuestions(THINGS, elsewhere)
    found = thing(title="word0017x word4999", tags=["t3"], colour="red")
    assert standing.answered_by(found) == [3, 5_017, 9_999]
    assert standing.evaluations < 30
