"""What is asked of the engines: the kinds of search that visitors make, many of each."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.documents import NOW, Maker
from benchmarks.listings import SEED, Spread
from search.contract import (
    All,
    AnyOf,
    Eq,
    Filter,
    GeoRadius,
    In,
    IndexSpec,
    Kind,
    Range,
    SearchQuery,
)

PAGE = 20
METRES = (16_000, 40_000, 80_000, 160_000)
ABSENT = ("zyx", "qwv", "xjk", "vqz")  # beginnings of words that no document holds


@dataclass(frozen=True)
class Kindred:
    """Questions of one kind."""

    name: str
    queries: list[SearchQuery]


class Asker:
    """Makes the questions; the same seed asks the same."""

    def __init__(self, spec: IndexSpec, count: int, seed: int = SEED + 1) -> None:
        self.spec, self.rng = spec, random.Random(seed)
        self.maker = Maker(spec, count, SEED)  # of the documents: the same words and cities
        words = [str(word) for word in self.maker.words.values]
        self.words = Spread(self.rng, [*words[:60], *words[60::5]])
        self.facets = tuple(field.name for field in spec.facets)
        self.where: Filter = All(
            (Range("published", high=NOW), Range("expires", low=NOW + 1)),
        )

    def kinds(self, each: int) -> list[Kindred]:
        makers: dict[str, Callable[[], SearchQuery]] = {
            "prefix": self.prefix,
            "typo": self.typo,
            "words with counts": self.counted,
            "filters with counts": self.filtered,
            "browse with counts": self.browse,
            "no match": self.nothing,
        }
        if any(field.kind is Kind.GEO for field in self.spec.fields):
            makers["radius with counts"] = self.radius
        return [Kindred(name, [make() for _ in range(each)]) for name, make in makers.items()]

    def prefix(self) -> SearchQuery:
        """One or two words, the last of which is still being typed."""
        word = self._word(4)
        begun = word[: self.rng.randint(2, max(2, len(word) - 1))]
        before = f"{self._word(3)} " if self.rng.random() < 0.4 else ""
        return self._query(before + begun)

    def typo(self) -> SearchQuery:
        word = self._word(6)
        at = self.rng.randrange(1, len(word) - 1)
        wrong = word[:at] + self.rng.choice((word[at + 1 :], "q" + word[at:]))
        after = f" {self._word(3)}" if self.rng.random() < 0.4 else ""
        return self._query(wrong + after)

    def counted(self) -> SearchQuery:
        return self._query(f"{self._word(3)} {self._word(3)}", facets=self.facets)

    def filtered(self) -> SearchQuery:
        maker, groups = self.maker, {}
        for name, values in (
            ("credentials", maker.credentials.some(2)),
            ("settings", maker.choices["settings"].some(2)),
            ("place_kind", maker.choices["place_kind"].some(1)),
            ("states", [maker.city().state]),
        ):
            if self.rng.random() < 0.6:
                groups[name] = In(name, tuple(values))
        text = self._word(4) if self.rng.random() < 0.5 else ""
        return self._query(text, groups=groups, facets=self.facets)

    def radius(self) -> SearchQuery:
        """Around a city, or remote and open to its state."""
        place = next(f.name for f in self.spec.fields if f.kind is Kind.GEO)
        city = self.maker.city()
        circle = GeoRadius(place, city.lat, city.lng, self.rng.choice(METRES))
        remote = All((Eq("place_kind", "remote"), Eq("states", city.state)))
        text = self._word(4) if self.rng.random() < 0.5 else ""
        where = All((self.where, AnyOf((circle, remote))))
        return self._query(text, where=where, facets=self.facets)

    def browse(self) -> SearchQuery:
        offset = PAGE * self.rng.choice((0, 0, 0, 1, 2, 5))
        return self._query("", facets=self.facets, offset=offset)

    def nothing(self) -> SearchQuery:
        return self._query(f"{self.rng.choice(ABSENT)}{self._word(4)}", facets=self.facets)

    def _query(self, text: str, **asked) -> SearchQuery:
        order = None if text else "browse"
        # As the site asks: listings are read from the database.
        known = {"where": self.where, "order": order, "limit": PAGE, "fields": (), **asked}
        return SearchQuery(self.spec.name, text, **known)

    def _word(self, shortest: int) -> str:
        while len(word := str(self.words.one())) < shortest:
            pass
        return word
