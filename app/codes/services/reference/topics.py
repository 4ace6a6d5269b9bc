"""Every section of code pages, in the order they stand in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.codes.services.reference import (
    book,
    coverage,
    crosswalks,
    edits,
    history,
    indexed,
    inpatient,
    neighbors,
    payment,
    pcs,
    risk,
)
from app.codes.services.reference.contract import Absence, Section, Topic, Why, answer
from app.codes.services.reference.subject import Subject

TOPICS: tuple[Topic, ...] = (
    book.BILLABLE,
    book.PLACE,
    *book.NOTES,
    *edits.EDITS,
    pcs.BUILDER,
    neighbors.APART,
    indexed.INDEXED,
    *payment.PAYMENT,
    coverage.COVERAGE,
    coverage.PAIRS,
    inpatient.DRG,
    inpatient.MCE,
    risk.HCC,
    crosswalks.GEM,
    history.HISTORY,
)


@dataclass(frozen=True, slots=True)
class Answers:
    """What a page says, and what it can only say that it does not say."""

    said: tuple[tuple[Topic, Section], ...]
    none: tuple[str, ...]  # sentences: loaded, and nothing about this code
    not_loaded: tuple[str, ...]  # sentences
    not_applicable: tuple[str, ...]  # headings


def answers(subject: Subject) -> Answers:
    found = [(topic, answer(topic, subject)) for topic in TOPICS]

    def absent(why: Why) -> tuple[str, ...]:
        return tuple(
            a.sentence for _, a in found if isinstance(a, Absence) and a.why is why and a.sentence
        )

    return Answers(
        tuple((topic, a) for topic, a in found if isinstance(a, Section)),
        absent(Why.NONE),
        absent(Why.NOT_LOADED),
        absent(Why.NOT_APPLICABLE),
    )


def headings() -> Sequence[tuple[str, str]]:
    """Every section's id and heading, for the operator's table."""
    return [(topic.id, topic.heading) for topic in TOPICS]
