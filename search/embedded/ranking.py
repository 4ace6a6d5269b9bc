"""Who matches a typed text and how well: typed words first, then the tie-breakers.

Every typed word has a best match in a document: without a typo before one and two typos, then in
a heavier field, then as a whole word before a prefix or a synonym. Documents are ranked by the sum
of the typos, then of the fields, then of the whole words. The three sums are packed into one
score, and a score can be unpacked into a query for exactly the documents that have it, so that
ties are put in order by the index itself however many documents share them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from itertools import chain, groupby
from typing import Any

from search.contract import IndexSpec, Kind
from search.embedded.documents import SHORT_PREFIX
from search.embedded.index import Clauses, Snapshot, start_column, text_column
from search.words import Phrase, Synonyms, alternatives, typos_forgiven

Query = Any  # an opaque query of the index
Ways = list[Query]  # any of them will do; none when the list is empty


@dataclass(frozen=True, slots=True)
class _Word:
    """How one typed word may match, by level of field weight, the lightest first."""

    word: str
    whole: list[Ways]
    loose: list[Ways]  # as a prefix, whole or not, or by a synonym
    typos: list[list[Ways]]  # with up to one typo, with up to two; as many as are forgiven
    widest: Ways  # with as many typos as are forgiven
    prefix: bool

    def clean(self, level: int = 0) -> Ways:
        """Without a typo, in fields at least this heavy."""
        whole = [] if self.prefix else self.whole[level:]
        return [*chain(*whole, *self.loose[level:])]


class TypedText:
    """One typed text, put to the searched fields of one state of an index."""

    def __init__(
        self,
        clauses: Clauses,
        snapshot: Snapshot,
        spec: IndexSpec,
        typed: list[str],
        synonyms: Synonyms,
    ) -> None:
        self._clauses = clauses
        self._snapshot = snapshot
        self._levels = [
            [(field.name, field.kind) for field in fields]
            for _, fields in groupby(reversed(spec.searched), key=lambda field: field.weight)
        ]
        stand_ins = alternatives(typed, synonyms)
        last = len(typed) - 1
        self._words = [
            self._word(word, stand_ins[position], prefix=position == last)
            for position, word in enumerate(typed)
        ]
        self._field_unit = len(typed) + 1
        self._typo_unit = self._field_unit * (len(typed) * len(self._levels) + 1)

    @property
    def forgiving(self) -> bool:
        """Whether documents with a typo may match at all."""
        return any(word.typos for word in self._words)

    def without_idle_typos(self) -> TypedText:
        """The same, less the typos by which no document is found that is not found more closely.

        To look for a typo costs as much where there is none, and a rank looks many times.
        """
        lean = copy(self)
        lean._words = [self._lean(word) for word in self._words]
        return lean

    def matching(self) -> Query:
        """The documents in which every typed word is found."""
        ways = [[*word.clean(), *word.widest] for word in self._words]
        return self._clauses.all_of([self._clauses.any_of(each) for each in ways])

    def scored(self, *, clean_only: bool) -> Query:
        """The same documents, or those without a typo, with a whole number for a score."""
        return self._clauses.all_of([self._score(word, clean_only) for word in self._words])

    def having(self, score: int) -> Query:
        """The documents of exactly this score."""
        accuracy, rest = divmod(score, self._typo_unit)
        fields, whole = divmod(rest, self._field_unit)
        number = len(self._words)
        clean_only = accuracy == sum(len(word.typos) for word in self._words)
        reached = [
            self._clauses.any_of(ways)
            for word in self._words
            for level in range(1, len(self._levels))
            if (ways := self._reached(word, level, clean_only=clean_only))
        ]
        # The lightest level is reached by every match, and only loose ways leave it open whether
        # a match without a typo is a whole word.
        exactly = self._exactly if number > 1 else self._up_to
        parts = [exactly(fields - number, reached)]
        if clean_only:
            open_words = [word for word in self._words if any(word.loose)]
            whole -= number - len(open_words)
            parts += [self._clauses.any_of(word.clean()) for word in self._words]
        else:
            open_words = self._words
            accurate = [query for word in self._words for query in self._accuracy(word)]
            parts += [self._exactly(accuracy, accurate), self.matching()]
        parts.append(self._exactly(whole, [self._best_is_whole(word) for word in open_words]))
        return self._clauses.all_of(parts)

    def _word(self, word: str, stand_ins: list[Phrase], *, prefix: bool) -> _Word:
        clauses = self._clauses
        whole, loose = [], []
        typos: list[list[Ways]] = [[] for _ in range(typos_forgiven(word))]
        for level in self._levels:
            texts = [text_column(name) for name, kind in level if kind is Kind.TEXT]
            whole.append([q for name, _ in level for q in self._term(text_column(name), word)])
            begun = [q for name, _ in level for q in self._prefix(name, word) if prefix]
            meant = [clauses.phrase(text, phrase) for text in texts for phrase in stand_ins]
            loose.append([*begun, *meant])
            for forgiven, found in enumerate(typos, start=1):
                found.append([clauses.near(text, word, forgiven, prefix=prefix) for text in texts])
        widest = [*chain(*chain(*typos[-1:]))]
        return _Word(word, whole, loose, typos, widest, prefix)

    def _lean(self, word: _Word) -> _Word:
        telling: list[list[Ways]] = [[[] for _ in self._levels] for _ in word.typos]
        widest: Ways = []
        for place, level in enumerate(self._levels):
            texts = [name for name, kind in level if kind is Kind.TEXT]
            for position, name in enumerate(texts):
                near = [ways[place][position] for ways in word.typos]
                adding = self._adding(name, word, near)
                for tier, ways in zip(telling, adding, strict=True):
                    tier[place] += ways
                widest += [*chain(*adding)][-1:]
        return replace(word, typos=telling, widest=widest)

    def _adding(self, field: str, word: _Word, near: list[Query]) -> list[Ways]:
        """Of ever less close matches in one field, each that finds more than the one before."""
        if not near:
            return []
        closest = self._prefix(field, word.word) if word.prefix else []
        closest = [*closest, *self._term(text_column(field), word.word)]
        most, found = self._snapshot.count(near[-1]), 0
        if most and closest:
            found = self._snapshot.count(self._clauses.any_of(closest))
        adding: list[Ways] = []
        for number, query in enumerate(near, start=1):
            if found == most:
                adding.append([])
                continue
            now = most if number == len(near) else self._snapshot.count(query)
            adding.append([query] if now > found else [])
            found = now
        return adding

    def _term(self, column: str, word: str) -> Ways:
        """Nothing for a word that is nowhere, which spares much of the work on rare words."""
        return [self._clauses.term(column, word)] if self._snapshot.holds(column, word) else []

    def _prefix(self, field: str, word: str) -> Ways:
        short = self._term(start_column(field), word[:SHORT_PREFIX])
        if not short or len(word) <= SHORT_PREFIX:
            return short
        return [self._clauses.near(text_column(field), word, 0, prefix=True)]

    def _score(self, word: _Word, clean_only: bool) -> Query:
        """The best of the word's matches; accuracy counts the typos that were not made."""
        forgiven = len(word.typos)
        tiers = [(forgiven, 0, word.loose), (forgiven, 1, word.whole)]
        if not clean_only:
            tiers += [(forgiven - made, 0, ways) for made, ways in enumerate(word.typos, start=1)]
        scored = [
            self._clauses.scored(
                self._clauses.any_of(ways),
                accuracy * self._typo_unit + level * self._field_unit + whole,
            )
            for accuracy, whole, levels in tiers
            for level, ways in enumerate(levels, start=1)
            if ways
        ]
        return self._clauses.best_of(scored)

    def _accuracy(self, word: _Word) -> list[Query]:
        """One condition per forgiven typo: a match meets as many as it has typos to spare."""
        closer = word.clean()
        conditions = []
        for ways in word.typos:
            conditions.append(self._clauses.any_of(closer))
            closer = [*closer, *chain(*ways)]
        return conditions

    def _reached(self, word: _Word, level: int, *, clean_only: bool) -> Ways:
        """The best match of the word is in a field at least this heavy."""
        found = word.clean(level)
        if not clean_only:
            better = word.clean()
            for ways in word.typos:
                if any(ways[level:]):
                    found.append(self._but_not([*chain(*ways[level:])], better))
                better = [*better, *chain(*ways)]
        return found

    def _best_is_whole(self, word: _Word) -> Query:
        return self._clauses.any_of(
            [
                self._but_not(whole, word.clean(above))
                for above, whole in enumerate(word.whole, start=1)
                if whole
            ]
        )

    def _but_not(self, ways: Ways, without: Ways) -> Query:
        found = self._clauses.any_of(ways)
        return self._clauses.but_not(found, self._clauses.any_of(without)) if without else found

    def _exactly(self, number: int, conditions: list[Query]) -> Query:
        """Just so many of the conditions hold."""
        clauses = self._clauses
        if number == len(conditions):
            return clauses.all_of(conditions)
        enough = clauses.at_least(number, conditions) if number else clauses.all()
        return clauses.but_not(enough, clauses.at_least(number + 1, conditions))

    def _up_to(self, number: int, conditions: list[Query]) -> Query:
        """The same where each condition implies those before it."""
        clauses = self._clauses
        reached = conditions[number - 1] if number else clauses.all()
        return clauses.but_not(reached, conditions[number]) if conditions[number:] else reached


def ranked_page(
    snapshot: Snapshot,
    text: TypedText,
    narrowed: Callable[[Query], Query],
    order: tuple[str, Callable[[dict[str, Any]], str]],
    offset: int,
    limit: int,
) -> tuple[Sequence[dict[str, Any]], int]:
    """One page by rank, and how many documents match.

    `narrowed` adds the visitor's filters to a query; `order` settles ties, ascending: a column,
    and the same key worked out from a document.
    """
    column, key = order
    hits, total = snapshot.best(narrowed(text.scored(clean_only=True)), offset + limit + 1)
    if text.forgiving:
        # A document without a typo outranks every other: where they fill the page, the rest,
        # which costs far more to rank, is only counted.
        if total > offset + limit:
            total = snapshot.count(narrowed(text.matching()))
        else:
            text = text.without_idle_typos()
            hits, total = snapshot.best(narrowed(text.scored(clean_only=False)), offset + limit + 1)
    end = min(offset + limit, total)
    page: list[dict[str, Any]] = []
    past = 0
    for score, group in groupby(hits, key=lambda hit: hit[0]):
        tied = [address for _, address in group]
        first, past = past, past + len(tied)
        if past <= offset or first >= end:
            continue
        if offset <= first and past <= end:
            page += sorted(snapshot.documents(tied), key=key)
        else:
            # More documents share this rank than were fetched or fit on the page.
            start, stop = max(first, offset), min(past, end)
            having = narrowed(text.having(score))
            page += snapshot.documents(
                snapshot.ordered(having, column, start - first, stop - start)
            )
    return page, total
