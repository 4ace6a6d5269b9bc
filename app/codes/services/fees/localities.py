"""Medicare's localities with their indices and factors, read once per release and process."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.codes.models import CodeFact
from app.codes.services.editions import Edition, editions
from app.codes.services.kept import kept
from app.errors import Invalid
from app.extensions import db

KEY = re.compile(r"\b(\d{5})[- ]?(\d{2})\b")
KINDS = ("gpci", "locality", "anesthesia")
LONGEST = 120  # characters of a typed locality that are looked at
MOST_SETS = 8  # combinations of releases that are kept in a process
_KEPT_UPPER = re.compile(r"\b(?:dc|nj|nyc|md|va|n)\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]+")
_TYPED = re.compile(r"[A-Za-z0-9]+")
_REST = "Rest of "
_NONE = {"work": "1", "pe": "1", "mp": "1"}


@dataclass(frozen=True, slots=True)
class Locality:
    """A place with a fee schedule of its own. The nation is one whose indices are all 1."""

    key: str  # "05302-01": contractor and locality
    state: str
    name: str
    counties: str
    indices: Mapping[str, str]
    anesthesia: str  # the conversion factor, where its table is loaded

    @property
    def label(self) -> str:
        return f"{self.name}, {self.state}" if self.state else self.name

    @property
    def typed(self) -> str:
        """How a form writes it, and reads it again."""
        return f"{self.state} {self.name} ({self.key})"


NATIONAL = Locality("", "", "National, all indices 1", "", _NONE, "")


@dataclass(frozen=True, slots=True)
class Localities:
    """All of them on a day, by state and name, with the editions they are from."""

    sources: tuple[Edition, ...]
    by_key: Mapping[str, Locality]

    @property
    def all(self) -> tuple[Locality, ...]:
        return tuple(self.by_key.values())

    def find(self, typed: str) -> Locality:
        """The locality that a key or words name. Raises Invalid, with what they may mean."""
        text = " ".join(typed[:LONGEST].split())
        if not text or text.lower().startswith("national"):
            return NATIONAL
        if found := KEY.search(text):
            known = self.by_key.get(f"{found[1]}-{found[2]}")
            if known is None:
                raise Invalid(f"There is no locality {found[0]}.", field="locality")
            return known
        return self._named(text)

    def _named(self, text: str) -> Locality:
        words = [word.lower() for word in _TYPED.findall(text)]
        states = {place.state.lower() for place in self.all}
        within = [w for w in words if w in states]
        rest = [w for w in words if w not in states]
        there = [p for p in self.all if not within or p.state.lower() in within]
        matches = [p for p in there if _holds(p.name, rest)] if words else []
        matches = matches or ([p for p in there if _holds(p.counties, rest)] if rest else [])
        rests = {p.state for p in matches if p.name.startswith(_REST)}
        if rests and "rest" not in words:  # a state was named, and has more than its rest
            matches = [p for p in there if p.state in rests or p in matches]
        exact = [p for p in matches if text.lower() == p.name.lower()]
        chosen = exact if len(exact) == 1 else matches
        if len(chosen) == 1:
            return chosen[0]
        if not chosen:
            raise Invalid(
                "No Medicare locality is called that. Choose one from the list, or leave the "
                "field empty for the national amounts.",
                field="locality",
            )
        first = "; ".join(place.typed for place in chosen[:4])
        more = f" and {len(chosen) - 4} more" if len(chosen) > 4 else ""
        raise Invalid(f"Several localities are called that: {first}{more}.", field="locality")


def _holds(name: str, words: list[str]) -> bool:
    """Whether each of the words begins a word of the name."""
    held = [word.lower() for word in _TYPED.findall(name)]
    return all(any(each.startswith(word) for each in held) for word in words)


def localities(day: date) -> Localities | None:
    """Those of the indices that hold on a day; None where no edition of them is loaded."""
    found = editions().ids_on(KINDS, day)
    if "gpci" not in found:
        return None
    sources = tuple(found[kind] for kind in KINDS if kind in found)
    key = tuple(edition.id for edition in sources)
    return kept("localities", key, lambda: _read(sources), most=MOST_SETS)


def _read(sources: tuple[Edition, ...]) -> Localities:
    rows = db.session.execute(
        select(CodeFact.topic, CodeFact.code, CodeFact.data).where(
            CodeFact.release_id.in_([edition.id for edition in sources])
        )
    )
    by_topic: dict[str, dict[str, dict[str, str]]] = {kind: {} for kind in KINDS}
    for topic, code, data in rows:
        read = json.loads(data)
        known = by_topic[topic].get(code)
        if known and topic == "locality":  # one of two contractors has its counties on two rows
            read["counties"] = f"{known['counties']}/{read['counties']}"
        by_topic[topic][code] = read
    places = [
        Locality(
            key,
            data["state"],
            _written(data["name"]),
            _written(by_topic["locality"].get(key, {}).get("counties", "")),
            {name: data[name] for name in _NONE},
            by_topic["anesthesia"].get(key, {}).get("factor", ""),
        )
        for key, data in by_topic["gpci"].items()
    ]
    places.sort(key=lambda place: (place.state, place.name))
    return Localities(sources, {place.key: place for place in places})


def _written(name: str) -> str:
    """ "METROPOLITAN ST. LOUIS" as people write it."""
    text = _WORD.sub(lambda word: word[0].capitalize(), name.strip())
    text = _KEPT_UPPER.sub(lambda word: word[0].upper(), text)
    return re.sub(r" (Of|And) ", lambda word: word[0].lower(), text)
