"""In which words two titles differ: what separates neighbors, and what a revision changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORD = re.compile(r"\S+")
_TRIM = ".,;:()"


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a title; marked where the other title has something else."""

    text: str
    marked: bool = False


Runs = tuple[Run, ...]


def words_apart(one: str, other: str) -> tuple[Runs, Runs]:
    """Both titles, each with the words marked that the other does not have in that place."""
    a, b = _WORD.findall(one), _WORD.findall(other)
    left: list[Run] = []
    right: list[Run] = []
    for same, (a1, a2), (b1, b2) in _blocks(a, b):
        _add(left, a[a1:a2], marked=not same)
        _add(right, b[b1:b2], marked=not same)
    return tuple(left), tuple(right)


def single_difference(one: str, other: str) -> tuple[str, str] | None:
    """What stands in the one place where two titles differ; None where they do in several.

    Either side may be empty: a title may only add words.
    """
    a, b = _WORD.findall(one), _WORD.findall(other)
    apart = [(a[a1:a2], b[b1:b2]) for same, (a1, a2), (b1, b2) in _blocks(a, b) if not same]
    if len(apart) != 1:
        return None
    left, right = (" ".join(words).strip(_TRIM) for words in apart[0])
    return (left, right) if len(apart[0][0]) < len(a) or len(apart[0][1]) < len(b) else None


def _blocks(
    a: Sequence[str], b: Sequence[str]
) -> list[tuple[bool, tuple[int, int], tuple[int, int]]]:
    """The stretches of both that are the same and that are not, in order.

    A word is the same in upper case and with a comma behind it; words left the same between two
    that differ belong to the difference where they are only an "of" or an "and".
    """
    bare = [[word.strip(_TRIM).lower() for word in words] for words in (a, b)]
    found: list[tuple[bool, tuple[int, int], tuple[int, int]]] = []
    for tag, a1, a2, b1, b2 in SequenceMatcher(
        None, bare[0], bare[1], autojunk=False
    ).get_opcodes():
        same = tag == "equal"
        found.append((same, (a1, a2), (b1, b2)))
    return _joined(found, bare[0])


_SMALL = {"of", "and", "or", "the", "with", "to", "in", "by", "a"}


def _joined(
    blocks: list[tuple[bool, tuple[int, int], tuple[int, int]]], words: Sequence[str]
) -> list[tuple[bool, tuple[int, int], tuple[int, int]]]:
    joined: list[tuple[bool, tuple[int, int], tuple[int, int]]] = []
    for at, (same, left, right) in enumerate(blocks):
        inside = 0 < at < len(blocks) - 1
        if same and inside and set(words[left[0] : left[1]]) <= _SMALL:
            same = False
        if joined and not same and not joined[-1][0]:
            _, (a1, _), (b1, _) = joined.pop()
            left, right = (a1, left[1]), (b1, right[1])
        joined.append((same, left, right))
    return joined


def _add(runs: list[Run], words: Sequence[str], *, marked: bool) -> None:
    if words:
        runs.append(Run(" ".join(words), marked))
