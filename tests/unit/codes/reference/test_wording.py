"""In which words titles differ."""

import pytest

from app.codes.services.reference.wording import single_difference, words_apart


def marked(runs) -> list[str]:
    return [run.text for run in runs if run.marked]


def test_only_words_that_differ_are_marked():
    ours, theirs = words_apart("Fracture of left arm", "Fracture of right arm")
    assert (marked(ours), marked(theirs)) == (["left"], ["right"])
    assert " ".join(run.text for run in theirs) == "Fracture of right arm"


def test_case_and_commas_are_no_difference():
    ours, theirs = words_apart("Fever, Unspecified", "Fever unspecified")
    assert not marked(ours)
    assert not marked(theirs)


@pytest.mark.parametrize(
    ("one", "other", "difference"),
    [
        ("Fracture of left arm", "Fracture of right arm", ("left", "right")),
        ("Fever", "Fever with rash", ("", "with rash")),
        ("Pain with fever", "Pain", ("with fever", "")),
        ("Left arm, open", "Right arm, closed", None),
        ("Fever", "Rash", None),
        ("Fever", "Fever", None),
        ("", "", None),
        ("disease of lung and heart", "disease of kidney and bone", ("lung and heart",
                                                                     "kidney and bone")),
    ],
)  # fmt: skip
def test_the_one_variable_that_separates_two_titles_is_named(one, other, difference):
    assert single_difference(one, other) == difference


def test_titles_of_any_length_are_compared():
    long = "word " * 300
    assert marked(words_apart(long, long + "more")[1]) == ["more"]
