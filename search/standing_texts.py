"""Typed texts that are kept, found again by the words of a document."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from search.contract import Document, IndexSpec, Kind
from search.words import Phrase, Synonyms, alternatives, typed_words, words


@dataclass(frozen=True, slots=True)
class _Word:
    """A typed word: found whole, as a beginning where it is the last, or by a phrase for it."""

    word: str
    is_beginning: bool
    stand_ins: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class _Text:
    text: str
    words: tuple[_Word, ...]


class StandingTexts:
    """Each text is kept under its rarest word, so that a document meets few in vain."""

    def __init__(self, spec: IndexSpec, synonyms: Synonyms, texts: Iterable[str]) -> None:
        self._searched = [(field.name, field.kind is Kind.TEXT) for field in spec.searched]
        self._wordless: list[str] = []  # blanks and punctuation: every document is meant
        self._by_word: defaultdict[str, list[_Text]] = defaultdict(list)
        self._by_beginning: defaultdict[str, list[_Text]] = defaultdict(list)
        read = [_read(text, synonyms) for text in texts]
        common = Counter(word.word for text in read for word in text.words)
        for text in read:
            self._keep(text, common)
        self._lengths = sorted({len(beginning) for beginning in self._by_beginning})
        self._phrases = {
            phrase for text in read for word in text.words for phrase in word.stand_ins
        }

    def _keep(self, text: _Text, common: Counter[str]) -> None:
        if not text.words:
            self._wordless.append(text.text)
            return
        # A beginning meets many words: a whole word is better to keep a text under.
        rarest = min(text.words, key=lambda w: (w.is_beginning, common[w.word], -len(w.word)))
        index = self._by_beginning if rarest.is_beginning else self._by_word
        index[rarest.word].append(text)
        for first in {phrase[0] for phrase in rarest.stand_ins}:
            self._by_word[first].append(text)

    def found_in(self, document: Document) -> tuple[list[str], int]:
        """The texts of which every word is in the document, and how many were looked at."""
        held = _Held(document, self._searched, self._phrases)
        likely = dict.fromkeys(self._likely(held.words))
        found = [text.text for text in likely if held.has_all(text)]
        return [*self._wordless, *found], len(likely)

    def _likely(self, held: Iterable[str]) -> Iterator[_Text]:
        for word in held:
            yield from self._by_word.get(word, ())
            for length in self._lengths:
                if length > len(word):
                    break
                yield from self._by_beginning.get(word[:length], ())


class _Held:
    """The words of one document, ready to be asked for."""

    def __init__(
        self, document: Document, searched: list[tuple[str, bool]], phrases: set[Phrase]
    ) -> None:
        self.words: set[str] = set()
        lines = []
        for name, is_text in searched:
            value = document.get(name) or ()
            for item in value if isinstance(value, (list, tuple)) else (value,):
                found = words(item)
                self.words.update(found)
                if is_text:
                    lines.append(f" {' '.join(found)} ")
        self._in_order = sorted(self.words)
        joined = "\n".join(lines)  # a phrase never runs from one field into the next
        self._phrases = {phrase for phrase in phrases if f" {' '.join(phrase)} " in joined}

    def has_all(self, text: _Text) -> bool:
        return all(self._has(word) for word in text.words)

    def _has(self, word: _Word) -> bool:
        if word.word in self.words or any(p in self._phrases for p in word.stand_ins):
            return True
        if not word.is_beginning:
            return False
        place = bisect_left(self._in_order, word.word)
        return place < len(self._in_order) and self._in_order[place].startswith(word.word)


def _read(text: str, synonyms: Synonyms) -> _Text:
    typed = typed_words(text)
    stand_ins = alternatives(typed, synonyms)
    last = len(typed) - 1
    return _Text(
        text,
        tuple(
            _Word(word, place == last, tuple(dict.fromkeys(stand_ins[place])))
            for place, word in enumerate(typed)
        ),
    )
