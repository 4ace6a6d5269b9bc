"""Search documents by the million, straight for the index of listings, without a database.

Words, employers and cities are as unevenly spread as real ones; the taxonomy and the places are
the real ones. The same seed makes the same documents. A field this file does not know yet gets
values of its kind, so that a new field of the index is measured from the first day.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

from app import places, taxonomy
from benchmarks.listings import (
    CODES,
    CREDENTIALS,
    GRADES,
    SEED,
    SYLLABLES,
    TITLES,
    TRADE_WORDS,
    VOCABULARY,
    Spread,
)
from search.contract import Field, IndexSpec, Kind

NOW = 1_793_620_800  # the moment every document is live at, in unix seconds
DAY = 86_400
WORDS_A_BODY = (60, 400)
ORGANISATIONS = 20_000  # at most; a twentieth of the documents otherwise


class Maker:
    """Makes documents one after the other."""

    def __init__(self, spec: IndexSpec, count: int, seed: int = SEED) -> None:
        self.spec, self.rng = spec, random.Random(seed)
        rng = self.rng
        invented = ["".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))) for _ in range(VOCABULARY)]
        self.words = Spread(rng, [*TRADE_WORDS, *invented])
        self.titles, self.grades = Spread(rng, TITLES), Spread(rng, GRADES)
        self.credentials = Spread(rng, CREDENTIALS)
        self.codes = Spread(rng, CODES)
        self.organisations = Spread(rng, range(1, min(ORGANISATIONS, max(count // 20, 20)) + 1))
        self.choices = {
            name: Spread(rng, list(values))
            for name, values in {
                "settings": taxonomy.SETTINGS,
                "specialties": taxonomy.SPECIALTIES,
                "code_sets": taxonomy.CODE_SETS,
                "tools": taxonomy.TOOLS,
                "role": taxonomy.ROLES,
                "engagement": taxonomy.ENGAGEMENTS,
                "experience": taxonomy.EXPERIENCE,
                "place_kind": ("remote", "onsite", "hybrid"),
                "pay_unit": taxonomy.PAY_UNITS,
            }.items()
        }
        cities = list(places.all_cities())
        self.cities = [city.place for city in cities]
        self.city_weights = list(accumulate(max(city.zips, 1) for city in cities))

    def city(self) -> places.Place:
        return self.rng.choices(self.cities, cum_weights=self.city_weights)[0]

    def document(self, number: int) -> dict[str, Any]:
        known = self._known(number)
        return {
            field.name: known[field.name] if field.name in known else self._unknown(field)
            for field in self.spec.fields
        }

    def _known(self, number: int) -> dict[str, Any]:
        rng = self.rng
        kind = self.choices["place_kind"].one()
        city = self.city()
        organisation = self.organisations.one()
        credentials = self.credentials.some(3)
        required = credentials[: rng.randint(1, len(credentials))]
        codes = self.codes.some(3) if rng.random() < 0.5 else []
        title = self.titles.one() + self.grades.one()
        some = {
            name: self.choices[name].some(most)
            for name, most in (("settings", 3), ("specialties", 2), ("code_sets", 4), ("tools", 3))
        }
        one = {name: self.choices[name].one() for name in ("role", "engagement", "experience")}
        apprentice = rng.random() < 0.12
        return {
            "id": str(number),
            "title": title,
            "usual_title": title.partition(",")[0],
            "credentials": credentials,
            "credentials_required": required,
            "credentials_preferred": credentials[len(required) :],
            "credential_words": [taxonomy.CREDENTIALS[slug].name for slug in credentials],
            "code_words": [end.lower() for code in codes for end in code.split("-")],
            "organisation": f"{self.cities[organisation % len(self.cities)].name} Health",
            "organisation_id": organisation,
            "employer": f"employer-{organisation}",
            "keywords": [value for values in some.values() for value in values],
            "body": " ".join(self.words.many(rng.randint(*WORDS_A_BODY))),
            **some,
            **one,
            **self._place(kind, city),
            "apprentice": apprentice,
            "apprentice_welcome": apprentice,
            **self._pay(),
            **self._days(),
            "featured": int(rng.random() < 0.03),
            "quality": rng.randint(0, 20) * 5,
            "revision": 1,
        }

    def _place(self, kind: str, city: places.Place) -> dict[str, Any]:
        if kind == "remote":
            states = list(taxonomy.STATES)
            if self.rng.random() < 0.5:
                states = self.rng.sample(states, self.rng.randint(2, 30))
            words = "Remote, work from home, anywhere in the United States"
            return {"place_kind": kind, "states": states, "place": words, "town": "", "point": None}
        return {
            "place_kind": kind,
            "states": [city.state],
            "place": f"{city.name}, {taxonomy.STATES[city.state]} {city.state}",
            "town": f"{city.name}, {city.state}",
            "point": {"lat": city.lat, "lng": city.lng},
        }

    def _pay(self) -> dict[str, Any]:
        unit, hourly = self.choices["pay_unit"].one(), self.rng.randint(20, 48) * 100
        yearly = hourly * taxonomy.HOURS_A_YEAR
        if unit not in ("hour", "year"):
            return {"pay_unit": unit, "pay_low": None, "pay_high": None, "rate_high": hourly // 5}
        high = int(yearly * self.rng.uniform(1.05, 1.5))
        rate = high if unit == "year" else high // taxonomy.HOURS_A_YEAR
        return {"pay_unit": unit, "pay_low": yearly, "pay_high": high, "rate_high": rate}

    def _days(self) -> dict[str, int]:
        published = NOW - self.rng.randrange(28 * DAY)
        return {"published": published, "expires": published + self.rng.choice((30, 60)) * DAY}

    def _unknown(self, field: Field) -> Any:
        rng = self.rng
        made: dict[Kind, Callable[[], Any]] = {
            Kind.TEXT: lambda: " ".join(self.words.many(4)),
            Kind.CODE: lambda: [self.codes.one().lower()],
            Kind.KEYWORD: lambda: f"{field.name}-{min(int(rng.expovariate(0.2)), 40)}",
            Kind.INTEGER: lambda: rng.randrange(1_000),
            Kind.BOOLEAN: lambda: rng.random() < 0.3,
            Kind.GEO: lambda: None,
            Kind.STORED: lambda: "",
        }
        return made[field.kind]()


def write_documents(path: Path, spec: IndexSpec, count: int, seed: int = SEED) -> None:
    """A file of documents, one a line, made once for both engines."""
    maker = Maker(spec, count, seed)
    beside = path.with_suffix(".part")
    with beside.open("w") as file:
        for number in range(1, count + 1):
            file.write(json.dumps(maker.document(number), separators=(",", ":")) + "\n")
    beside.replace(path)


def read_documents(path: Path) -> Iterator[dict[str, Any]]:
    with path.open() as lines:
        yield from map(json.loads, lines)
