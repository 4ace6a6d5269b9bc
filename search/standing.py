"""Standing questions: many that are kept, put to one new document at a time.

An engine answers one question from many documents; here a document finds the questions that it
answers. What a question asks is a row of conditions, each met by any of some alternatives. The
questions that share an alternative are one set of bits, so a document is looked at once for each
alternative it may meet, however many questions ask for it. The sets of the alternatives it meets
are joined for each condition, and the conditions are crossed.

Filters mean what the contract says. Of typed text every word must be found, the last one also as
the beginning of a word, each also by a synonym; wrong letters are not forgiven.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from math import cos, floor, radians
from typing import Any, TypeAlias

from search.contract import (
    All,
    AnyOf,
    Document,
    Eq,
    Exists,
    Filter,
    GeoRadius,
    In,
    IndexSpec,
    Not,
    Range,
    Scalar,
)
from search.sphere import metres_between
from search.standing_texts import StandingTexts
from search.words import synonym_phrases

FEW = 256  # questions; a set of more is kept as bits, one of fewer as numbers

_METRES_A_DEGREE = 110_500.0  # the shortest degree of latitude, so that no circle is cut off
_MARGIN = 0.01  # degrees

Numbers: TypeAlias = "array[int]"
Key = tuple[str, Scalar | tuple[int, int]]  # a value of a field, or a square degree of one
Slot = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of each new document: typed text, and filters that must all hold."""

    text: str = ""
    filters: tuple[Filter, ...] = ()


@dataclass(slots=True)
class _Condition:
    """One condition of the questions: who asks for it, and who accepts which alternative."""

    askers: Numbers = field(default_factory=lambda: array("I"))
    alternatives: dict[Filter, Numbers] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Alternative:
    condition: int
    meant: Filter
    questions: int | Numbers


class StandingQuestions:
    """Questions compiled once, numbered in the order given."""

    def __init__(self, spec: IndexSpec, questions: Iterable[Question]) -> None:
        self.evaluations = 0  # alternatives and texts that were looked at; what the work grows by
        conditions: defaultdict[Slot, _Condition] = defaultdict(_Condition)
        texts: defaultdict[str, Numbers] = defaultdict(lambda: array("I"))
        size = 0
        for number, question in enumerate(questions):
            size = number + 1
            if question.text:
                texts[question.text].append(number)
            for slot, alternatives in _conditions(question.filters):
                condition = conditions[slot]
                condition.askers.append(number)
                for meant in alternatives:
                    condition.alternatives.setdefault(meant, array("I")).append(number)
        self.size = size
        self._all = (1 << size) - 1
        self._texts = StandingTexts(spec, synonym_phrases(spec.synonyms), texts)
        self._without_text = self._all & ~_bits(
            (n for numbers in texts.values() for n in numbers), size
        )
        self._content = {text: _compact(numbers, size) for text, numbers in texts.items()}
        self._unasked: list[int] = []
        self._found_by: defaultdict[Key, list[_Alternative]] = defaultdict(list)
        self._always: list[_Alternative] = []
        for each in conditions.values():
            self._add(each)
        self._names = sorted({name for name, _ in self._found_by})

    def _add(self, condition: _Condition) -> None:
        place = len(self._unasked)
        self._unasked.append(self._all & ~_bits(condition.askers, self.size))
        for meant, numbers in condition.alternatives.items():
            alternative = _Alternative(place, meant, _compact(numbers, self.size))
            keys = _keys(meant)
            if keys is None:
                self._always.append(alternative)
            else:
                for key in keys:
                    self._found_by[key].append(alternative)

    def answered_by(self, document: Document) -> list[int]:
        """The numbers of the questions that the document answers, ascending."""
        if not self.size:
            return []
        left = self._all
        for unasked, met in zip(self._unasked, self._met(document), strict=True):
            left &= unasked | met
            if not left:
                return []
        if self._content:
            found = _Joined(self.size)
            matching, looked_at = self._texts.found_in(document)
            self.evaluations += looked_at
            for text in matching:
                found.add(self._content[text])
            left &= self._without_text | found.bits()
        return list(_numbers(left))

    def _met(self, document: Document) -> list[int]:
        """For each condition the questions of which the document meets an alternative."""
        met = [_Joined(self.size) for _ in self._unasked]
        seen: set[int] = set()
        for alternative in self._likely(document):
            if id(alternative) in seen:
                continue
            seen.add(id(alternative))
            self.evaluations += 1
            if holds(alternative.meant, document):
                met[alternative.condition].add(alternative.questions)
        return [each.bits() for each in met]

    def _likely(self, document: Document) -> Iterator[_Alternative]:
        yield from self._always
        for name in self._names:
            for value in _items(document, name):
                key = (name, _square(value)) if isinstance(value, dict) else (name, value)
                yield from self._found_by.get(key, ())


class _Joined:
    """A set of questions that grows."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._dense = 0
        self._sparse: bytearray | None = None

    def add(self, questions: int | Numbers) -> None:
        if isinstance(questions, int):
            self._dense |= questions
            return
        if self._sparse is None:
            self._sparse = bytearray(self._size // 8 + 1)
        for number in questions:
            self._sparse[number >> 3] |= 1 << (number & 7)

    def bits(self) -> int:
        return self._dense | int.from_bytes(self._sparse or b"", "little")


def _bits(numbers: Iterable[int], size: int) -> int:
    room = bytearray(size // 8 + 1)
    for number in numbers:
        room[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(room, "little")


def _compact(numbers: Numbers, size: int) -> int | Numbers:
    return numbers if len(numbers) <= FEW else _bits(numbers, size)


def _numbers(bits: int) -> Iterator[int]:
    """The places of the ones."""
    written = f"{bits:b}"[::-1]
    place = written.find("1")
    while place >= 0:
        yield place
        place = written.find("1", place + 1)


def _conditions(filters: Iterable[Filter]) -> Iterator[tuple[Slot, list[Filter]]]:
    """Each condition as its alternatives, under a name that no other of the question has."""
    used: set[Slot] = set()
    for each in filters:
        for part in _all_of(each):
            alternatives = list(dict.fromkeys(_any_of(part)))
            kind = tuple(sorted({_kind(alternative) for alternative in alternatives}))
            slot = next(s for number in count() if (s := (kind, number)) not in used)
            used.add(slot)
            yield slot, alternatives


def _all_of(condition: Filter) -> Iterator[Filter]:
    if isinstance(condition, All):
        for part in condition.parts:
            yield from _all_of(part)
    else:
        yield condition


def _any_of(condition: Filter) -> Iterator[Filter]:
    match condition:
        case AnyOf(parts):
            for part in parts:
                yield from _any_of(part)
        case In(name, values):
            yield from (Eq(name, value) for value in values)
        case _:
            yield condition


def _kind(condition: Filter) -> str:
    """Alternatives of one kind share a condition: what it is and the field it is about."""
    match condition:
        case All(parts) | AnyOf(parts):
            return f"{type(condition).__name__}({' '.join(map(_kind, parts))})"
        case Not(part):
            return f"Not({_kind(part)})"
        case _:
            return f"{type(condition).__name__} {condition.field}"


def _keys(condition: Filter) -> list[Key] | None:
    """What a document that meets the condition has at least one of; None where that is unknown."""
    match condition:
        case Eq(name, value):
            return [(name, value)]
        case In(name, values):
            return [(name, value) for value in values]
        case GeoRadius():
            return [(condition.field, square) for square in _squares(condition)]
        case AnyOf(parts):
            every = [_keys(part) for part in parts]
            if any(keys is None for keys in every):
                return None
            return [key for keys in every for key in keys or ()]
        case All(parts):
            known = [keys for part in parts if (keys := _keys(part)) is not None]
            # The last of the shortest: what is asked first is the most common.
            return min(reversed(known), key=len, default=None)
        case _:
            return None


def _square(place: dict[str, float]) -> tuple[int, int]:
    return floor(place["lat"]), floor(place["lng"]) % 360


def _squares(circle: GeoRadius) -> list[tuple[int, int]]:
    """The square degrees that a circle may touch."""
    reach = circle.metres / _METRES_A_DEGREE + _MARGIN
    south, north = max(-90.0, circle.lat - reach), min(90.0, circle.lat + reach)
    narrowest = cos(radians(min(89.9, max(abs(south), abs(north)))))
    across = reach / narrowest
    if south <= -89 or north >= 89 or across >= 179:
        columns = set(range(360))
    else:
        west, east = floor(circle.lng - across), floor(circle.lng + across)
        columns = {column % 360 for column in range(west, east + 1)}
    rows = range(floor(south), floor(north) + 1)
    return [(row, column) for row in rows for column in sorted(columns)]


def _items(document: Document, name: str) -> list[Any]:
    """The values of a field; None, "" and an empty list all mean absent."""
    value = document.get(name)
    if isinstance(value, (list, tuple)):
        return list(value)
    return [] if value is None or value == "" else [value]


def holds(condition: Filter, document: Document) -> bool:
    """Whether a document meets a filter, as the contract has it."""
    match condition:
        case All(parts):
            return all(holds(part, document) for part in parts)
        case AnyOf(parts):
            return any(holds(part, document) for part in parts)
        case Not(part):
            return not holds(part, document)
        case _:
            return any(_meets(condition, item) for item in _items(document, condition.field))


def _meets(condition: Eq | In | Range | Exists | GeoRadius, item: Any) -> bool:
    match condition:
        case Eq(_, value):
            return bool(item == value)
        case In(_, values):
            return item in values
        case Range(_, low, high):
            return (low is None or item >= low) and (high is None or item <= high)
        case Exists():
            return True
        case GeoRadius(_, lat, lng, metres):
            return metres_between(lat, lng, item["lat"], item["lng"]) <= metres
