"""What separates a code from those beside it: the words, or the one character, that differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.codes.models import ICD10PCS
from app.codes.services.reference.contract import Absence, Answer, Section, Topic, Why
from app.codes.services.reference.pcs import PcsTable, table_of
from app.codes.services.reference.subject import Subject
from app.codes.services.reference.wording import Runs, single_difference, words_apart
from app.codes.services.structure import Reference

BESIDE = 4  # siblings on either side
FREE_AXES = 3  # the characters of ICD-10-PCS that a table fixes


@dataclass(frozen=True, slots=True)
class Neighbor:
    code: str
    address: str
    title: str
    runs: Runs  # its title, with the words marked that are not in ours
    ours: Runs
    here: str  # where the titles differ in one place: what stands there in ours, and in its
    there: str
    axis: str  # of ICD-10-PCS: what the characters that differ stand for
    place: str  # "previous", "next" or "beside"


def _apart(subject: Subject) -> Answer:
    page = subject.structure
    if not subject.entry.title:
        return Absence(Why.NONE, "")  # nothing can be said of titles we have no right to
    if subject.entry.seventh:
        content = {"seventh": subject.entry.seventh, "neighbors": []}
        return Section(content, (subject.edition,))
    table = table_of(subject) if subject.system == ICD10PCS else None
    found = [
        _compared(subject.entry, other, place, table)
        for other, place in _beside(page.siblings, subject.entry, page.previous, page.following)
    ]
    if not found:
        return Absence(Why.NONE, "")
    return Section({"seventh": "", "neighbors": found}, (subject.edition,))


def _beside(
    siblings: Iterable[Reference],
    entry: Reference,
    previous: Reference | None,
    following: Reference | None,
) -> list[tuple[Reference, str]]:
    """The nearest on the same level, with the codes before and after, in the order of the book."""
    level = [s for s in siblings if s.title]
    at = next((i for i, s in enumerate(level) if s.key == entry.key), None)
    near = (
        [] if at is None else [*level[max(at - BESIDE, 0) : at], *level[at + 1 : at + 1 + BESIDE]]
    )
    places = {r.key: (r, "beside") for r in near}
    for other, place in ((previous, "previous"), (following, "next")):
        # One above or below it is no neighbor: its title says the same with more or fewer words.
        if other and other.title and not _related(other.key, entry.key):
            places.setdefault(other.key, (other, place))
    return [places[key] for key in sorted(places)]


def _related(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _compared(entry: Reference, other: Reference, place: str, table: PcsTable | None) -> Neighbor:
    ours, theirs = words_apart(entry.title, other.title)
    single = single_difference(entry.title, other.title)
    here, there = single or ("", "")
    axis = ""
    differing = [i for i, (a, b) in enumerate(zip(entry.key, other.key, strict=False)) if a != b]
    if table and differing and differing[0] >= FREE_AXES:
        axis = ", ".join(table.axis_title(entry.key, at) for at in differing)
        here, there = _labels(table, entry.key, differing), _labels(table, other.key, differing)
    return Neighbor(other.shown, other.address, other.title, theirs, ours, here, there, axis, place)


def _labels(table: PcsTable, code: str, places: Iterable[int]) -> str:
    return "; ".join(filter(None, (table.label(code, at) for at in places)))


APART = Topic("apart", "What separates it from its neighbors", _apart)
