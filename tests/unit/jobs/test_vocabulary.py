"""The phrases of the trade: every value has one, abbreviations in prose need their capitals."""

from __future__ import annotations

import pytest

from app.jobs.services.searching.criteria import FILTERS
from app.jobs.vocabulary import mentions, normal_title, role_of_title

# What has a phrase of its own. "coder" is said by nearly every title, states are read elsewhere,
# and pay and experience are read with their numbers.
NAMED = ("credential", "setting", "specialty", "tool", "place", "engagement", "role")


def named(text: str, **more: bool) -> list[tuple[str, str]]:
    return [(m.name, m.value) for m in mentions(text, **more)]


@pytest.mark.parametrize("name", NAMED)
def test_the_label_or_a_phrase_names_every_value(name):
    for slug, label in FILTERS[name].values.items():
        if (name, slug) == ("role", "coder"):
            continue
        spelled = [label, slug.replace("-", " "), *label.split(", ")]
        assert any((name, slug) in named(text, prose=False) for text in spelled), slug


def test_the_longest_phrase_counts():
    assert named("Risk adjustment coder") == [("role", "risk-adjustment")]
    assert named("DRG validation auditor") == [("role", "drg-validation")]
    assert named("CCS-P and CCS") == [("credential", "ccs-p"), ("credential", "ccs")]


def test_a_mention_says_where_it_stands():
    text = "Coder (CRC), remote"

    assert [text[m.start : m.end] for m in mentions(text)] == ["CRC", "remote"]


def test_in_prose_an_abbreviation_needs_its_capitals():
    assert named("Ed will op for the ip") == []
    assert named("Works in the ED") == [("setting", "ed")]
    assert named("ed", prose=False) == [("setting", "ed")]


@pytest.mark.parametrize("text", ["CPC a", "e m", "ob a gyn"])
def test_single_letters_belong_to_what_they_are_joined_to(text):
    assert ("apprentice", "1") not in named(text, prose=False)
    assert ("setting", "em") not in named(text, prose=False)


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("HIM Coding Specialist Sr", "coder"),
        ("Medical Records Technician (Coder)", "coder"),
        ("Inpatient Coding Auditor", "auditor"),
        ("Auditor and educator", "auditor"),
        ("Risk Adjustment Coder (CRC)", "risk-adjustment"),
        ("Gardener", ""),
        ("", ""),
    ],
)
def test_a_title_names_a_role(title, role):
    assert role_of_title(title) == role


@pytest.mark.parametrize(
    ("title", "usual"),
    [
        ("HIM Coding Specialist III", "coder iii"),
        ("Sr. Medical Coder", "senior coder"),
        ("Coder, level 2", "coder ii"),
        ("Inpatient coder", "inpatient coder"),
    ],
)
def test_titles_are_written_in_the_usual_words(title, usual):
    assert normal_title(title) == usual
