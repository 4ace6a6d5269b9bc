"""The words of the trade: phrases that name values of the taxonomy, and what job titles mean."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from app import taxonomy
from search.indexes import USUAL_TITLES
from search.words import words

APPRENTICE = "apprentice"
CREDENTIAL = "credential"

_FILE = Path(__file__).with_name("vocabulary.toml")
_READ: Mapping[str, Mapping[str, list[str]]] = tomllib.loads(_FILE.read_text("utf-8"))
NOT_CODES = frozenset(_READ["codes"]["never"])
_TOKEN = re.compile(r"[^\W_]+")
_LONGEST = 8  # words of a phrase; the names of credentials have that many

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """A phrase in a text that names a value; `start` and `end` count characters."""

    name: str  # of a filter: credential, setting, specialty, code_set, tool, role, place,
    value: str  # engagement; or apprentice
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it is searched, with its place in the text."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Meaning:
    values: tuple[tuple[str, str], ...]  # (name, value)
    is_abbreviation: bool


def tokens(text: str) -> list[Token]:
    found = []
    for match in _TOKEN.finditer(text):
        plain = words(match[0])
        if plain:
            found.append(Token(plain[0], match.start(), match.end()))
    return found


def mentions(text: str, *, prose: bool = True) -> list[Mention]:
    """What a text names, the longest phrase first where several overlap, in the order of the text.

    In prose an abbreviation counts only in capitals: "ed" and "op" are also other words.
    """
    return list(_mentions(text, tokens(text), prose))


def _mentions(text: str, found: list[Token], prose: bool) -> Iterator[Mention]:
    place = 0
    while place < len(found):
        length = 1
        for size in range(min(_LONGEST, len(found) - place), 0, -1):
            phrase = found[place : place + size]
            meaning = _MEANINGS.get(tuple(token.word for token in phrase))
            if meaning is None or not _is_joined(text, phrase):
                continue
            start, end = phrase[0].start, phrase[-1].end
            if prose and meaning.is_abbreviation and text[start:end] != text[start:end].upper():
                continue
            yield from (Mention(name, value, start, end) for name, value in meaning.values)
            length = size
            break
        place += length


def _is_joined(text: str, phrase: list[Token]) -> bool:
    """A single letter belongs to what it is joined to: CPC-A and E/M, but not "CPC a"."""
    return all(
        (len(before.word) > 1 and len(after.word) > 1) or text[before.end : after.start].strip()
        for before, after in pairwise(phrase)
    )


def role_of_title(title: str) -> str:
    """The role a job title names, "coder" where it only says that it is coding; or nothing."""
    named = [m.value for m in mentions(title, prose=False) if m.name == "role"]
    # "Coding auditor and educator" is first of all an auditor.
    if named:
        return named[0]
    return "coder" if {"coder", "coding"} & set(normal_title(title).split()) else ""


def normal_title(title: str) -> str:
    """A job title in the words that most titles use: an HIM coding specialist is a coder."""
    found, place, normal = [token.word for token in tokens(title)], 0, []
    while place < len(found):
        for size in range(min(_LONGEST, len(found) - place), 0, -1):
            usual = _TITLES.get(tuple(found[place : place + size]))
            if usual:
                normal.append(usual)
                place += size
                break
        else:
            normal.append(found[place])
            place += 1
    return " ".join(normal)


def is_noise(word: str, *, beside: bool) -> bool:
    """Whether a typed word says nothing about which job; `beside` something that was understood."""
    return word in _NOISE or (beside and (word in _NOISE_BESIDE or len(word) == 1))


def ends_a_name(word: str) -> bool:
    """Whether what stands before the word is the name of an employer."""
    return word in _ENDS_OF_NAMES


def _credential_phrases() -> Iterator[tuple[str, str]]:
    for slug, credential in taxonomy.CREDENTIALS.items():
        yield slug, credential.label
        yield slug, credential.name


def _read_meanings() -> dict[Words, _Meaning]:
    meanings: dict[Words, _Meaning] = {}

    def learn(phrase: str, *values: tuple[str, str]) -> None:
        key = _words(phrase)
        known = meanings.get(key)
        if known is not None and known.values != values:
            raise ValueError(f"“{phrase}” means both {known.values} and {values}")
        meanings[key] = _Meaning(values, phrase == phrase.upper() and len(phrase) <= 6)

    for name in (CREDENTIAL, *_PLAIN, APPRENTICE):
        for value, phrases in _READ[name].items():
            for phrase in phrases:
                learn(phrase, (name, value))
    for slug, phrase in _credential_phrases():
        learn(phrase, (CREDENTIAL, slug))
    for slug, credential in taxonomy.CREDENTIALS.items():
        if credential.apprentice_form:
            learn(f"{credential.label}-A", (CREDENTIAL, slug), (APPRENTICE, "1"))
    return meanings


def _words(phrase: str) -> Words:
    return tuple(token.word for token in tokens(phrase))


_PLAIN = ("role", "setting", "specialty", "code_set", "tool", "place", "engagement", "paid")
_MEANINGS = _read_meanings()
_TITLES = {_words(phrase): usual for usual, phrases in USUAL_TITLES.items() for phrase in phrases}
_NOISE = frozenset(_READ["noise"]["always"])
_NOISE_BESIDE = frozenset(_READ["noise"]["beside"])
_ENDS_OF_NAMES = frozenset(_READ["employers"]["end_in"])
