"""The Common Language Description: our sentences, composed from what the book says of a code.

Nothing in it is medical knowledge of ours. Each sentence restates a title, a place in the
hierarchy, an inclusion term, or what the classification's own conventions say a word in a title
means; the same code of the same release always gets the same sentences.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.codes.models import EntryKind, NoteKind
from app.codes.services.structure import CodePage, NoteGroup

MOST_TERMS = 8


@dataclass(frozen=True, slots=True)
class _Convention:
    topic: str
    words: re.Pattern[str]
    meaning: str


def _convention(topic: str, words: str, meaning: str) -> _Convention:
    return _Convention(topic, re.compile(words, re.IGNORECASE), meaning)


# What words in a title mean, from the conventions in the official guidelines (sections I.A.9,
# I.A.13, I.A.14 and I.C.19.a). Of each topic the first that fits is said.
_CONVENTIONS = (
    _convention(
        "precision",
        r"\bin (?:\w+ )*(?:diseases|disorders|conditions) classified elsewhere",
        "“In diseases classified elsewhere” marks a manifestation: the underlying disease is coded "
        "first, and this code is never the first one listed.",
    ),
    _convention(
        "precision",
        r"not elsewhere classified",
        "“Not elsewhere classified” means that the record gives a detail for which the book has no "
        "code of its own.",
    ),
    _convention(
        "precision",
        r"^other\b|\bother specified\b",
        "“Other” means that the record gives a detail for which the book has no code of its own.",
    ),
    _convention(
        "silence",
        r"\bunspecified\b",
        "“Unspecified” means that the record does not give the detail a more specific code would "
        "need.",
    ),
    _convention(
        "encounter",
        r"\binitial encounter\b",
        "“Initial encounter” is used for as long as the patient receives active treatment for the "
        "condition, at whatever visit.",
    ),
    _convention(
        "encounter",
        r"\bsubsequent encounter\b",
        "“Subsequent encounter” is used after active treatment, while the patient receives routine "
        "care as the condition heals.",
    ),
    _convention(
        "encounter",
        r"\bsequelae?\b",
        "A sequela is a condition that an earlier disease or injury left behind.",
    ),
    _convention("and", r" and ", "“And” in a title stands for “and” as well as “or”."),
)


def common_description(page: CodePage) -> tuple[str, ...]:
    """The paragraphs of the description."""
    return tuple(
        filter(None, (_meaning(page), _place(page), _terms(page), _conventions(page.entry.title)))
    )


def _meaning(page: CodePage) -> str:
    entry, system = page.entry, page.edition.title
    if entry.kind == EntryKind.CATEGORY and page.children:
        return f"{entry.shown} is a category of {system}: it gathers the codes for “{entry.title}”."
    if page.children:
        return f"{entry.shown} gathers the {system} codes for “{entry.title}”."
    if entry.seventh and page.ancestors:
        base = page.ancestors[-1]
        said = entry.title.removeprefix(f"{base.title}, ")
        return (
            f"{entry.shown} is the {system} code {base.shown} with the seventh character "
            f"{entry.seventh}. {base.shown} stands for “{base.title}”; the character adds “{said}”."
        )
    return f"{entry.shown} is the {system} code for “{entry.title}”."


def _place(page: CodePage) -> str:
    chapter = next((a for a in page.ancestors if a.kind == EntryKind.CHAPTER), None)
    section = next((a for a in reversed(page.ancestors) if a.kind == EntryKind.SECTION), None)
    if chapter is None or section is None:
        return ""
    number = chapter.shown[:1].lower() + chapter.shown[1:]
    within = f"{section.title} ({section.shown}), a part of {number}, {chapter.title}"
    if page.category is None:
        return f"It stands in the section {within}."
    return f"It belongs to {page.category.shown}, “{page.category.title}”, in the section {within}."


def _terms(page: CodePage) -> str:
    """What the book names as coded here; else what it names for the nearest entry above."""
    groups = page.groups(NoteKind.INCLUSION_TERM, NoteKind.INCLUDES)
    own = [line for group in groups if group.is_own for line in _lines(group)]
    if own:
        return f"The book names as coded here: {_listed(own)}."
    for group in groups:
        if group.origin.kind not in (EntryKind.CHAPTER, EntryKind.SECTION):
            lines = _listed(_lines(group))
            return f"Of {group.origin.shown} as a whole the book says that it includes: {lines}."
    return ""


def _lines(group: NoteGroup) -> list[str]:
    return ["".join(part.text for part in line) for line in group.lines]


def _listed(lines: list[str]) -> str:
    more = len(lines) - MOST_TERMS
    shown = "; ".join(line.rstrip(".;") for line in lines[:MOST_TERMS])
    return f"{shown}; and {more} more" if more > 0 else shown


def _conventions(title: str) -> str:
    said: dict[str, str] = {}
    for convention in _CONVENTIONS:
        if convention.words.search(title):
            said.setdefault(convention.topic, convention.meaning)
    return " ".join(said.values())
