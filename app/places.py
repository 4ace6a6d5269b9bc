"""The places of the United States by name and by ZIP, read from one file, without a network.

Names of places: GeoNames (geonames.org), CC BY 4.0. Coordinates: US Census Bureau, public domain.
`app/gazetteer.py` builds the file.
"""

from __future__ import annotations

import gzip
import heapq
import re
import threading
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path

from app.taxonomy import STATES

FILE = Path(__file__).parent / "data" / "places.txt.gz"
LONGEST_NAME = 80
LONGEST_PHRASE = 7  # words: "Truth or Consequences, New Mexico" and its ZIP

# By how many ZIPs with residents a city must have before its bare name is taken for the place.
KNOWN_CITY = 5
# And how many times as many as the next city of that name: Springfield alone means nothing.
CLEARLY = 2

# Names that mean something else in a search for work, unless the state is written with them.
EVERYDAY = {
    "anderson": "MD Anderson",
    "aurora": "Advocate Aurora Health",
    "corona": "the virus",
    "enterprise": "the whole of a health system",
    "gary": "a first name",
    "henderson": "a family name",
    "hollywood": "Hollywood Presbyterian",
    "home": "home health",
    "homestead": "a kind of agency",
    "independence": "Independence Blue Cross, working alone",
    "lima": "the letter",
    "mercy": "a health system",
    "meridian": "a payer",
    "midland": "part of many names",
    "mobile": "mobile X-ray, mobile phone",
    "normal": "an everyday word",
    "orange": "Orange Book, and the counties",
    "providence": "Providence Health",
    "reading": "reading charts",
    "remote": "remote work",
    "spring": "the season",
    "sparks": "an everyday word",
    "surprise": "surprise billing",
    "temple": "Temple University Hospital",
    "trinity": "Trinity Health",
    "tyler": "a first name, and a maker of software",
    "vista": "VistA, the record system of the VA",
}
# "Remote, Oregon" has a post office, and whoever types it wants to work from home.
NEVER = frozenset({"remote"})
# A bare city before one of these is the name of an employer or a county: Cleveland Clinic.
NAMES_GO_ON = frozenset({
    "baptist", "children", "childrens", "clinic", "county", "general", "health", "healthcare",
    "memorial", "methodist", "presbyterian", "regional", "university",
})  # fmt: skip
# Codes of states that are words: in lower case without a comma they may be no state at all.
CODES_THAT_ARE_WORDS = frozenset({"IN", "OR", "ME", "HI", "OK", "OH"})
# 99202 to 99499 are the visits that coders look for all day, and also ZIPs around Spokane.
VISITS = range(99202, 99500)

ALIASES = {
    "manhattan": "new york",
    "new york city": "new york",
    "nyc": "new york",
    "philly": "philadelphia",
    "vegas": "las vegas",
}
SHORT_FORMS = {
    "e": "east", "ft": "fort", "hts": "heights", "mt": "mount", "n": "north", "s": "south",
    "spgs": "springs", "st": "saint", "ste": "sainte", "w": "west",
}  # fmt: skip
BEGINNINGS = frozenset({"o", "d", "l", "mc"})  # O Fallon, Mc Lean: one word with what follows

_ZIP = re.compile(r"([0-9]{5})(?:[- ]?[0-9]{4})?")
_STATES = {name.lower(): code for code, name in STATES.items()} | {c.lower(): c for c in STATES}
_LONGEST_STATE = max(len(name.split()) for name in _STATES)


@dataclass(frozen=True, slots=True)
class Place:
    """A city or a ZIP, with degrees north and east of its middle."""

    name: str
    state: str
    lat: float
    lng: float
    zip: str = ""

    @property
    def label(self) -> str:
        """ "St. Louis, MO" or "63101 St. Louis, MO"; `read_place` reads both back."""
        return f"{self.zip} {self.name}, {self.state}".lstrip()


@dataclass(frozen=True, slots=True)
class City:
    """A line of the file: how it is looked up, and how many ZIPs with residents it has."""

    key: str
    place: Place
    zips: int


@dataclass(frozen=True, slots=True)
class _Lines:
    """Both halves of the file, sorted and unread: a line is taken apart when it is asked for."""

    cities: list[str]
    zips: list[str]


_lock = threading.Lock()
_loaded: dict[Path, _Lines] = {}


def find_zip(typed: str) -> Place | None:
    """The place of a ZIP of five digits, or None."""
    if not re.fullmatch(r"[0-9]{5}", typed):
        return None
    return next(map(_zip_of, _starting(_lines().zips, f"{typed}\t")), None)


def find_city(name: str, state: str) -> Place | None:
    """The city of that name in a state, given by its code or its name, or None."""
    code = _STATES.get(" ".join(words_of(state)))
    return _city_in(words_of(name), code) if code else None


def read_place(typed: str) -> Place | None:
    """What someone typed in a field for a place: a ZIP, or a city with or without its state.

    A name without a state is the city of that name with the most ZIPs.
    """
    if len(typed) > LONGEST_NAME:
        return None
    words = words_of(typed)
    if words[-2:] == ["united", "states"]:
        words = words[:-2]
    elif len(words) > 1 and words[-1] in ("us", "usa"):
        words = words[:-1]
    if _ZIP.fullmatch(" ".join(words)):
        return find_zip(words[0][:5])
    if words and (by_zip := find_zip(words[0]) or find_zip(words[-1])):
        return by_zip
    name, state = _apart(words)
    if state and name:
        return _city_in(name, state)
    found = _best(words)
    # "Oregon" is a village in Illinois, and nobody means it.
    return found.place if found and (not state or found.zips >= KNOWN_CITY) else None


def leading_place(words: Sequence[str]) -> tuple[Place, int] | None:
    """The place that a search begins with, and how many of its words name it.

    Only what can hardly mean anything else: a ZIP, a city with its state, or the bare name of a
    large city that is no word of the trade. Words may keep their case and commas, which help.
    """
    head = [word[:LONGEST_NAME] for word in words[:LONGEST_PHRASE]]
    if not head:
        return None
    if (place := _zip_among(head, 0)) and int(place.zip) not in VISITS:
        return place, 1
    taken = [words_of(word) for word in head]
    for used in range(len(head), 1, -1):
        place = _with_state(head[:used], taken[:used]) if taken[used - 1] else None
        if place:
            exact = _zip_among(head, used)
            return (exact, used + 1) if exact and exact.state == place.state else (place, used)
    for used in range(len(head), 0, -1):
        after = taken[used][:1] if used < len(head) else []
        place = (
            _known_city(list(chain.from_iterable(taken[:used])), after) if taken[used - 1] else None
        )
        if place:
            return place, used
    return None


def begin_with(typed: str, limit: int) -> list[Place]:
    """Places to suggest while someone types: ZIPs by number, or cities with the most ZIPs first."""
    typed = typed.strip()[:LONGEST_NAME]
    if re.fullmatch(r"[0-9]{2,5}", typed):
        return [_zip_of(line) for line in islice(_starting(_lines().zips, typed), limit)]
    before, comma, after = typed.partition(",")
    words = words_of(before)
    keys = {_key(words), _key(words, finished=bool(comma))} - {""}
    ending = f"\t{after.strip().upper()}" if comma else ""
    found = [line for key in keys for line in _starting(_lines().cities, key + ending)]
    cities = [
        _city_of(line).place for line in heapq.nlargest(limit, dict.fromkeys(found), key=_zips_in)
    ]
    exact = None if comma else read_place(typed)
    if exact and not exact.zip and exact not in cities:
        cities = [exact, *cities][:limit]
    return cities


def all_cities() -> Iterator[City]:
    """Every city, by name."""
    return _cities("")


def all_zips(file: Path | None = None) -> Iterator[Place]:
    """Every ZIP, by number; of another file if one is given."""
    lines = _read(file) if file else _lines()
    return (_zip_of(line, lines) for line in lines.zips)


def words_of(typed: str) -> list[str]:
    """The words of a name, in small ASCII letters and digits: "Cañon City" and "CANON CITY" alike.

    Of overlong text only the beginning is read.
    """
    letters = unicodedata.normalize("NFKD", typed[:LONGEST_NAME])
    plain = "".join(c for c in letters if not unicodedata.combining(c)).lower()
    plain = re.sub(r"(?<=\w\w)\.", " ", plain)  # "St.Louis" is two words, "D.C." is one
    return re.findall(r"[a-z0-9]+", re.sub(r"[.'\u2018\u2019`]", "", plain))


def key_of(name: str) -> str:
    """What a city is looked up by: short forms written out, so that Ft. and Fort are one."""
    return _key(words_of(name))


def _key(words: Sequence[str], *, finished: bool = True) -> str:
    parts: list[str] = []
    joined = ""
    for at, word in enumerate(words):
        last = at == len(words) - 1
        if word in BEGINNINGS and not last:
            joined = word
            continue
        if not (last and (not finished or len(word) == 1)):
            word = SHORT_FORMS.get(word, word)
        parts.append(joined + word)
        joined = ""
    return " ".join(parts)


def _apart(words: list[str]) -> tuple[list[str], str]:
    """The name and the code of the state at the end of a phrase, if there is one."""
    for length in range(_LONGEST_STATE, 0, -1):
        code = _STATES.get(" ".join(words[-length:])) if len(words) >= length else None
        if code:
            return words[:-length], code
    return words, ""


def _city_in(name: list[str], state: str) -> Place | None:
    key = _key(name)
    for wanted in (key, ALIASES.get(key)):
        if wanted:
            for city in _cities(f"{wanted}\t{state}\t"):
                return city.place
    return None


def _best(name: list[str]) -> City | None:
    key = _key(name)
    key = ALIASES.get(key, key)
    return max(_cities(f"{key}\t"), key=lambda city: city.zips, default=None) if key else None


def _zip_among(words: list[str], at: int) -> Place | None:
    found = _ZIP.fullmatch(words[at].strip(",.;")) if at < len(words) else None
    return find_zip(found[1]) if found else None


def _with_state(written: list[str], taken: list[list[str]]) -> Place | None:
    name, state = _apart(list(chain.from_iterable(taken)))
    key = _key(name)
    if not state or not name or name[0] in NEVER:
        return None
    if key in _STATES and (key, state) not in {("new york", "NY"), ("washington", "DC")}:
        return None  # "Texas, Florida, New York" lists states, though Florida, New York exists
    place = _city_in(name, state)
    if place and state in CODES_THAT_ARE_WORDS:
        code = written[-1].strip(",.;")
        plain = code.lower() == state.lower() and code != state
        comma = any("," in word for word in written[:-1])
        if plain and not comma and (key in EVERYDAY or not _is_known(place, 3)):
            return None
    return place


def _known_city(name: list[str], after: list[str]) -> Place | None:
    key = _key(name)
    if not key or key in EVERYDAY or key in _STATES or NAMES_GO_ON.intersection(after):
        return None
    key = ALIASES.get(key, key)
    first, *rest = [*sorted((city.zips for city in _cities(f"{key}\t")), reverse=True), 0]
    if first < KNOWN_CITY or (rest and first < CLEARLY * rest[0]):
        return None
    found = _best(name)
    return found.place if found else None


def _is_known(place: Place, zips: int) -> bool:
    return any(c.zips >= zips for c in _cities(f"{key_of(place.name)}\t{place.state}\t"))


def _cities(prefix: str) -> Iterator[City]:
    return map(_city_of, _starting(_lines().cities, prefix))


def _starting(lines: list[str], prefix: str) -> Iterator[str]:
    for at in range(bisect_left(lines, prefix), len(lines)):
        if not lines[at].startswith(prefix):
            return
        yield lines[at]


def _zips_in(line: str) -> int:
    return int(line.split("\t", 4)[3])


def _city_of(line: str) -> City:
    key, state, name, zips, lat, lng = line.split("\t")
    return City(key, Place(name, state, float(lat), float(lng)), int(zips))


def _zip_of(line: str, lines: _Lines | None = None) -> Place:
    number, city, lat, lng = line.split("\t")
    place = _city_of((lines or _lines()).cities[int(city)]).place
    return replace(place, zip=number, lat=float(lat), lng=float(lng))


def _lines() -> _Lines:
    """The file, read once in each process and by one thread only."""
    found = _loaded.get(FILE)
    if found is None:
        with _lock:
            if FILE not in _loaded:
                _loaded[FILE] = _read(FILE)
            found = _loaded[FILE]
    return found


def _read(file: Path) -> _Lines:
    cities, _, zips = gzip.decompress(file.read_bytes()).decode().partition("\n\n")
    return _Lines(cities.splitlines(), zips.splitlines())
