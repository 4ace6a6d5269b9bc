"""What a section of a code page is: something to say with its editions, or why there is nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.codes.intake.kinds import KINDS
from app.codes.services.editions import Edition
from app.codes.services.reference.subject import Subject
from app.filters import long_date


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
    sentence: str  # for the end of the page; of what is not applicable, the heading alone


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


def answer(topic: Topic, subject: Subject) -> Answer:
    """What a topic says of a code, or the absence that the releases at hand decide."""
    if topic.systems and subject.system not in topic.systems:
        return Absence(Why.NOT_APPLICABLE, topic.heading)
    if topic.kinds and not any(subject.edition_of(kind) for kind in topic.kinds):
        return Absence(Why.NOT_LOADED, _not_loaded(topic, subject))
    return topic.answer(subject)


def _not_loaded(topic: Topic, subject: Subject) -> str:
    titles = " or ".join(dict.fromkeys(KINDS[kind].title for kind in topic.kinds))
    later = [edition for kind in topic.kinds for edition in subject.editions_of(kind)]
    day = f" that holds on {long_date(subject.day)}" if later else ""
    return f"{topic.heading}: no edition of {titles}{day} is loaded."


def none_in(heading: str, editions: Iterable[Edition], sentence: str) -> Absence:
    """Nothing about the code in editions that are loaded, which are named."""
    named = "; ".join(f"{edition.title}, {edition.name}" for edition in editions)
    return Absence(Why.NONE, f"{heading}: {sentence} ({named}).")
