"""Turns text into words, the same way for what is indexed and for what is typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from search.contract import MAX_TEXT

MAX_WORDS = 10  # typed words an engine looks at; Meilisearch knows no more
MAX_WORD = 64  # letters of a word that count
ONE_TYPO, TWO_TYPOS = 5, 9  # the shortest words in which one and two typos are forgiven

_WORD = re.compile(r"[^\W_]+")
# A code is one word with and without its dot: E11.9, 250.00, Z3A.20. A number such as 0.5 is two.
_CODE_DOT = re.compile(r"(?<![^\W_])(?=[^\W_]*\d)([^\W_]{3,4})\.(?=[^\W_])")

Phrase = tuple[str, ...]
Synonyms = Mapping[Phrase, tuple[Phrase, ...]]


def words(text: str) -> list[str]:
    """The words of a text: letters and digits only, without accents and case."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in decomposed if not unicodedata.combining(c))
    text = text.casefold()
    if "." in text:
        text = _CODE_DOT.sub(r"\1", text)
    return [word[:MAX_WORD] for word in _WORD.findall(text)]


def typed_words(text: str) -> list[str]:
    """The words of a typed text that an engine looks at; none for blanks and punctuation."""
    return words(text[:MAX_TEXT])[:MAX_WORDS]


def typos_forgiven(word: str) -> int:
    """How many wrong letters a typed word may have: 0, 1 or 2, and none in a word with digits."""
    if len(word) < ONE_TYPO or any(character.isdigit() for character in word):
        return 0
    return 1 if len(word) < TWO_TYPOS else 2


def synonym_phrases(synonyms: Mapping[str, tuple[str, ...]]) -> Synonyms:
    return {
        tuple(words(key)): tuple(tuple(words(value)) for value in values)
        for key, values in synonyms.items()
    }


def alternatives(typed: list[str], synonyms: Synonyms) -> list[list[Phrase]]:
    """For each typed word the phrases that stand for it, or for a typed phrase it is part of."""
    found: list[list[Phrase]] = [[] for _ in typed]
    for start in range(len(typed)):
        for end in range(start + 1, len(typed) + 1):
            for phrase in synonyms.get(tuple(typed[start:end]), ()):
                for position in range(start, end):
                    found[position].append(phrase)
    return found
