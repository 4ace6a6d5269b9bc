"""What a section of a code page is: something to say with its editions, or why there is nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.codes.intake.kinds import KINDS
from app.codes.services.editions import Edition
from app.codes.services.reference.subject import Subject


class Why(StrEnum):
    """Why a section has nothing to say: three things that must never be confused."""

    NONE = "none"  # the edition is loaded, and holds nothing about this code
    NOT_LOADED = "not loaded"  # no edition that holds on the day is loaded: nobody can say
    NOT_APPLICABLE = "not applicable"  # such a thing does not exist for codes of this system


@dataclass(frozen=True, slots=True)
class Section:
    """Something the reference says of a code.

    `content` is made of dataclasses, tuples, dictionaries and plain values alone: the page is
    drawn from it, and the JSON at the same address is it.
    """

    content: Any
    sources: tuple[Edition, ...]


@dataclass(frozen=True, slots=True)
class Absence:
    why: Why
    sentence: str  # a whole one, for the end of the page


Answer = Section | Absence


@dataclass(frozen=True, slots=True)
class Topic:
    """One section of code pages, for every system: what it is called and who answers it.

    It is drawn by `templates/codes/sections/<id>.html`, which has `content` and `page`.
    """

    id: str
    heading: str
    answer: Callable[[Subject], Answer]
    kinds: tuple[str, ...] = ()  # the releases it is answered from, but for the system's own
    systems: tuple[str, ...] = ()  # those it applies to; all, where none is named


def from_releases(topic: Topic, subject: Subject, *, noun: str) -> Absence | None:
    """The absence that the releases at hand decide: another system's, or none that is loaded."""
    if topic.systems and subject.system not in topic.systems:
        return Absence(Why.NOT_APPLICABLE, f"{topic.heading}: does not exist for {subject.title}.")
    if topic.kinds and not any(subject.edition_of(kind) for kind in topic.kinds):
        return not_loaded(topic.heading, topic.kinds, subject)
    return None


def not_loaded(heading: str, kinds: Sequence[str], subject: Subject) -> Absence:
    titles = " or ".join(dict.fromkeys(KINDS[kind].title for kind in kinds))
    later = [e for kind in kinds for e in subject.editions_of(kind)]
    day = f" that holds on {subject.day:%B} {subject.day.day}, {subject.day.year}" if later else ""
    return Absence(
        Why.NOT_LOADED,
        f"{heading}: no edition of {titles}{day} is loaded here, so this page cannot tell.",
    )


def none_in(heading: str, editions: Iterable[Edition], sentence: str) -> Absence:
    """Nothing about the code in editions that are loaded, which are named."""
    named = ", ".join(f"{edition.title}, {edition.name}" for edition in editions)
    return Absence(Why.NONE, f"{heading}: {sentence} ({named}).")
