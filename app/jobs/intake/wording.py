"""What the labels of feeds mean in our taxonomy: states, employment, place of work, experience."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app import taxonomy

_BY_NAME = {name.casefold(): code for code, name in taxonomy.STATES.items()}
_BY_NAME |= {"washington dc": "DC", "washington d.c.": "DC", "d.c.": "DC"}
_US = frozenset({
    "", "us", "usa", "u.s.", "u.s.a.", "united states", "united states of america", "840",
})  # fmt: skip
_WORD = re.compile(r"[^a-z0-9]+")

# Labels of Indeed, schema.org, Lever and common systems, without spaces and signs.
_ENGAGEMENTS = {
    "fulltime": "full-time", "regularfulltime": "full-time", "fulltimeregular": "full-time",
    "permanent": "full-time", "permanentfulltime": "full-time", "ft": "full-time",
    "parttime": "part-time", "regularparttime": "part-time", "parttimeregular": "part-time",
    "pt": "part-time", "permanentparttime": "part-time",
    "prn": "prn", "perdiem": "prn", "asneeded": "prn", "casual": "prn",
    "contract": "contract", "contractor": "contract", "contractw2": "contract", "w2contract":
    "contract", "temporary": "contract", "temp": "contract", "fixedterm": "contract",
    "1099": "1099", "independentcontractor": "1099", "corptocorp": "1099", "freelance": "1099",
    "temptoperm": "temp-to-perm", "temptohire": "temp-to-perm", "contracttohire": "temp-to-perm",
    "apprenticeship": "apprenticeship", "apprentice": "apprenticeship",
}  # fmt: skip
_PLACE_KINDS = {
    "remote": "remote", "fullyremote": "remote", "100remote": "remote", "telecommute": "remote",
    "always": "remote", "yes": "remote", "true": "remote", "workfromhome": "remote",
    "wfh": "remote", "virtual": "remote", "homebased": "remote", "telework": "remote",
    "hybrid": "hybrid", "hybridremote": "hybrid", "partiallyremote": "hybrid",
    "partlyremote": "hybrid", "sometimes": "hybrid",
    "onsite": "onsite", "inoffice": "onsite", "inperson": "onsite", "never": "onsite",
    "no": "onsite", "false": "onsite", "office": "onsite", "notremote": "onsite",
}  # fmt: skip


def compact(label: str) -> str:
    return _WORD.sub("", label.casefold())


def state_code(label: str) -> str:
    """The state a label names: MO, mo, Missouri, US-MO; or nothing."""
    text = " ".join(label.split()).strip(" ,.").casefold()
    text = text.removeprefix("us-").removeprefix("state of ")
    return text.upper() if text.upper() in taxonomy.STATES else _BY_NAME.get(text, "")


def is_us(country: str) -> bool:
    return country.strip().casefold() in _US


def engagement_of(label: str) -> str:
    return _ENGAGEMENTS.get(compact(label), "")


def place_kind_of(label: str) -> str:
    return _PLACE_KINDS.get(compact(label), "")


_NONE = re.compile(
    r"\b(?:no(?:ne)? (?:experience|required)|entry[- ]level|0 years?)\b", re.IGNORECASE
)
_MONTHS = re.compile(r"\b(\d{1,3})\s*months?\b", re.I)
_YEARS = re.compile(
    r"\b(\d{1,2}|one|two|three|four|five|six|seven|eight|ten)\s*(?:\(\d+\)\s*)?\+?"
    r"(?:\s*(?:-|\u2013|to)\s*\d{1,2})?\+?\s*(?:or more\s+)?(?:years?|yrs?)\b",
    re.I,
)
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
            "eight": 8, "ten": 10}  # fmt: skip
_OF_WORK = re.compile(r"\bexperience\b", re.I)


def experience_of(label: str) -> str:
    """The least experience that is asked for, or nothing where the label says none."""
    if _NONE.search(label):
        return "none"
    years = _years_in(label)
    if years:
        return _by_years(min(years))
    months = [int(m) for m in _MONTHS.findall(label)]
    if months:
        return _by_years(min(months) / 12)
    return ""


def experience_in(prose: str) -> tuple[str, bool]:
    """What the sentences of a description ask for, and whether they agree on it."""
    found = {
        _by_years(min(years))
        for sentence in re.split(r"[.;\n]", prose)
        if _OF_WORK.search(sentence) and (years := _years_in(sentence))
    }
    return (next(iter(found)), True) if len(found) == 1 else ("", not found)


def _years_in(text: str) -> list[int]:
    return [_NUMBERS[m.lower()] if m.lower() in _NUMBERS else int(m) for m in _YEARS.findall(text)]


def _by_years(years: float) -> str:
    if years <= 0:
        return "none"
    if years < 1:
        return "under-1"
    return "1-2" if years < 3 else "3-4" if years < 5 else "5-plus"


@dataclass(frozen=True, slots=True)
class Location:
    """What a line such as "Remote - US (TX, FL, GA)" says."""

    place_kind: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    states: tuple[str, ...] = ()
    is_read: bool = True  # whether nothing is left that was not understood


_REMOTE = re.compile(
    r"\b(?:fully |100% )?(?:remote(?:ly)?|work(?:ing)?[- ]from[- ]home|telework|telecommute|wfh"
    r"|virtual|anywhere|nationwide)\b", re.I
)  # fmt: skip
_HYBRID = re.compile(r"\bhybrid\b", re.I)
_ONSITE = re.compile(r"\b(?:on[- ]?site|in[- ]office)\b", re.I)
_COUNTRY = re.compile(r"\b(?:united states(?: of america)?|u\.s\.a?\.?|USA?)(?=\W|$)", re.I)
_NAMES = "|".join(sorted(map(re.escape, _BY_NAME), key=len, reverse=True))
_STATE = rf"(?P<state>(?-i:[A-Z]{{2}})\b|(?:{_NAMES})\b)"
_CITY = re.compile(
    rf"^(?P<city>[^\W\d][^,()|;]{{1,60}}),\s*{_STATE}\s*(?P<zip>\d{{5}})?(?:-\d{{4}})?", re.I
)
_ONE_STATE = re.compile(rf"(?<![A-Za-z]){_STATE}", re.I)
_EDGES = " ,-\u2013\u2014()[]/|:;"


def location_of(label: str) -> Location:
    kind = ""
    rest = label
    for found, words in (("hybrid", _HYBRID), ("remote", _REMOTE), ("onsite", _ONSITE)):
        if words.search(rest):
            kind = kind or found
            rest = words.sub(" ", rest)
    # "IN" is Indiana and a word: between a kind and a place it is the word.
    rest = re.sub(r"^\W*(?:in|from|within)\s+", "", _COUNTRY.sub(" ", rest).strip(_EDGES))
    rest = " ".join(rest.split()).strip(_EDGES)
    if not rest:
        return Location(kind)
    city = _CITY.match(rest)
    # In "TX, FL, GA" nothing is a city.
    listed = city and city["city"].strip() in taxonomy.STATES
    if city and not listed and (code := state_code(city["state"])):
        left = rest[city.end() :].strip(_EDGES)
        return Location(kind, city["city"].strip(), code, city["zip"] or "", (), not left)
    states = tuple(dict.fromkeys(
        code for m in _ONE_STATE.finditer(rest) if (code := state_code(m["state"]))
    ))  # fmt: skip
    left = _ONE_STATE.sub("", rest)
    is_read = not re.sub(r"\b(?:and|or|only|in)\b", "", left, flags=re.I).strip(_EDGES)
    if kind == "remote":
        return Location(kind, states=states, is_read=bool(states) and is_read)
    return Location(kind, state=states[0] if len(states) == 1 else "", is_read=False)
