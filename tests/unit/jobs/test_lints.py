"""The warnings: each is given where it should be, and is silent where it should not."""

from __future__ import annotations

import time

import pytest

from app import taxonomy
from app.jobs.content import Content
from app.jobs.lints import lints

ALL_BUT_COLORADO = tuple(s for s in taxonomy.STATES if s not in ("CO", "DC", "PR"))
BASE = Content(title="Inpatient coder", place_kind="remote", experience="none")


def messages(content: Content) -> str:
    return " ".join(lint.message for lint in lints(content, "Mercy Health"))


def about(text: str, **fields: object) -> Content:
    return BASE.changed(description=f"<p>{text}</p>", **fields)


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (BASE.changed(title="INPATIENT CODER NEEDED"), "all capitals"),
        (BASE.changed(title="Coder $40/hr"), "holds the pay"),
        (BASE.changed(title="Coder, 40 an hour"), "holds the pay"),
        (BASE.changed(title="Coder at MERCY HEALTH"), "holds your name"),
        (BASE.changed(states=ALL_BUT_COLORADO), "Only Colorado"),
        (BASE.changed(states=(*ALL_BUT_COLORADO, "DC", "PR")), "Only Colorado"),
        (about("Work from anywhere except Colorado."), "Only Colorado"),
        (about("All states, excluding CO."), "Only Colorado"),
        (BASE.changed(pay_low_cents=20_00, pay_high_cents=40_01), "more than twice"),
        (BASE.changed(title="Entry level coder", experience="1-2"), "speaks to beginners"),
        (about("An entry-level job. At least 2 years required."), "speaks to beginners"),
        (about("New graduates welcome. 3+ years of coding needed."), "speaks to beginners"),
        (BASE.changed(apprentice_welcome=True, experience="5-plus"), "speaks to beginners"),
        (BASE.changed(role="apprentice", experience="3-4"), "speaks to beginners"),
        (about("We want young people."), "by age"),
        (about("A recent graduate."), "by age"),
        (about("Native English speakers."), "by race or origin"),
        (about("Able-bodied men."), "by disability"),
        (about("Suits mothers."), "by sex or family"),
        (about("A Christian team."), "by religion"),
        (about("For example MRN 12345678."), "number looks like one of a patient"),
        (about("SSN 123-45-6789"), "number looks like one of a patient"),
        (about("DOB: 01/02/1980"), "number looks like one of a patient"),
        (BASE.changed(benefits="Call 123-45-6789"), "number looks like one of a patient"),
    ],
)
def test_what_is_unwise_is_warned_of(content: Content, part: str) -> None:
    assert part in messages(content)


@pytest.mark.parametrize(
    "content",
    [
        BASE,
        BASE.changed(title="CDI RN"),
        BASE.changed(title="ICD-10 CM"),
        BASE.changed(title="Coder II, 2nd shift"),
        BASE.changed(states=("TX", "CA")),
        BASE.changed(states=tuple(s for s in taxonomy.STATES if s != "TX")),
        about("Our office is in Colorado."),
        about("Candidates outside of the company may apply."),
        BASE.changed(pay_low_cents=20_00, pay_high_cents=40_00),
        BASE.changed(apprentice_welcome=True, experience="under-1"),
        about("Five years of records. Two years after opening."),
        about("You code women's health and men\u2019s clinics."),
        about(
            "We are an equal opportunity employer and hire without regard to race, religion, "
            "sex, pregnancy, age or disability; young and retired people alike."
        ),
        about("Call 555-123-4567. Dial 5 digits. NPI 1234567890."),
        about("Requisition 123456"),
    ],
)
def test_what_is_fine_is_left_alone(content: Content) -> None:
    assert messages(content) == ""


def test_every_warning_names_a_page_that_exists() -> None:
    content = about(
        "Entry level, 2 years required. Young men, MRN 123456.",
        title="CODER $40/HR AT MERCY HEALTH",
        states=ALL_BUT_COLORADO,
        pay_low_cents=1_00,
        pay_high_cents=9_00,
    )
    steps = [lint.step for lint in lints(content, "Mercy Health")]
    assert steps == [
        "basics",
        "basics",
        "basics",
        "place",
        "pay",
        "requirements",
        "description",
        "description",
        "description",
    ]


@pytest.mark.parametrize(
    "text",
    ["a " * 10_000, "1 " * 10_000, "equal " * 3_000, "minimum 1 " * 2_000, "born 1/" * 2_500],
)
def test_the_longest_text_is_read_at_once(text: str) -> None:
    began = time.perf_counter()
    messages(about(text))
    assert time.perf_counter() - began < 1
