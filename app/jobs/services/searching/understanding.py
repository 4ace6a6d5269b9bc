"""What typed words mean: credentials, places, pay, codes and the rest are taken out of a text.

As words they would find too much and too little: CPC begins CPCO, CCS-P holds CCS, and a remote
job that is open to Texas need not say so. What stands in double quotes is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from app import places, taxonomy
from app.jobs import vocabulary
from app.jobs.vocabulary import Token
from app.places import Place

_STATES = {tuple(name.lower().split()): code for code, name in taxonomy.STATES.items()}
_LONGEST_STATE = 3  # words: District of Columbia
# In small letters these are words of English or of the trade; the others can be nothing else.
_ALSO_WORDS = frozenset({
    "al", "ar", "co", "ct", "dc", "de", "ga", "hi", "ia", "id", "il", "in", "la", "ma", "md",
    "me", "mo", "ms", "mt", "nd", "ne", "oh", "ok", "or", "pa", "pr", "ri", "sc", "sd", "va",
})  # fmt: skip
_QUOTED = re.compile(r'"[^"]*"')
# A category, a code with its dot, or a range of categories. A code without its dot is left alone:
# E1165 is one of ICD-10-CM, and J1885 of HCPCS.
_CODE = re.compile(
    r"(?<![\w.])([A-TV-Z][0-9][0-9A-Z](?:\.[0-9A-Z]{1,4})?)"
    r"(?:\s?[-\u2013]\s?([A-TV-Z][0-9][0-9A-Z](?:\.[0-9A-Z]{1,4})?))?(?![\w.]\w|\w)",
    re.IGNORECASE | re.ASCII,
)
_PAY = re.compile(
    r"(?<![\w.])(?P<sign>\$\s?)?(?:(?P<low>\d{1,3}(?:\.\d{1,2})?)\s?(?:-|\u2013|to)\s?\$?)?"
    r"(?P<number>\d{1,3}(?:,\d{3})+|\d{1,7})(?P<cents>\.\d{1,2})?"
    r"(?P<thousands>k\b)?\+?(?:\s?(?:/|\bper\b|\ban?\b)?\s?"
    r"(?P<unit>hr|hour|hourly|h|yr|year|yearly|annual|annually|chart|encounter|rvu)\b)?",
    re.IGNORECASE | re.ASCII,
)
_UNITS = {
    **dict.fromkeys(("hr", "hour", "hourly", "h"), "hour"),
    **dict.fromkeys(("yr", "year", "yearly", "annual", "annually"), "year"),
    **{unit: unit for unit in ("chart", "encounter", "rvu")},
}
MOST_AN_HOUR = 500  # dollars: a larger amount without a unit is a year's pay
LEAST_A_YEAR = 10_000
FORM_1099 = 1_099  # "1099 per chart" is a kind of employment and a way of paying it
_MILES = re.compile(
    r"(?:\bwithin\s)?(?<![\w.])(\d{1,3})\s?(?:miles?|mi)\b(?:\sof\b)?", re.I | re.ASCII
)
_YEARS = re.compile(
    r"(?<![\w.])(\d{1,2})\+?\s?(?:years?|yrs?)\b(?:\s?(?:of\s)?(?:exp\b\.?|experience))?",
    re.IGNORECASE | re.ASCII,
)
_BANDS = {"none": 0, "under-1": 0, "1-2": 1, "3-4": 3, "5-plus": 5}  # the years each asks for


@dataclass(slots=True)
class Understood:
    """What typed words say exactly, and the words that are left."""

    text: str = ""
    values: dict[str, list[str]] = field(default_factory=dict)  # filter -> slugs
    apprentice: bool = False
    pay_cents: int = 0
    pay_per: str = ""
    code: str = ""  # "E11.9" or "E08-E13"
    place: Place | None = None
    miles: int = 0

    @property
    def is_anything(self) -> bool:
        return bool(self.values or self.apprentice or self.pay_cents or self.code or self.place)

    def add(self, name: str, value: str) -> None:
        self.values.setdefault(name, []).append(value)


Said = Callable[[Understood], None]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of the text that was understood, or that is kept as it stands."""

    start: int
    end: int
    said: Said | None = None
    instead: str = ""  # what stays in its place


def understand(typed: str) -> Understood:
    """Take out what is exact until nothing is: what is left may have come together anew."""
    found = Understood(text=" ".join(typed.split()))
    for _ in range(len(typed) + 1):
        before = found.text
        found.text = _take(before, found)
        if found.text == before:
            break
    return found


def _take(text: str, found: Understood) -> str:
    pieces = _exact(text)
    pieces += _places(text, vocabulary.tokens(text), pieces)
    for piece in pieces:
        if piece.said:
            piece.said(found)
    kept = _replaced(text, pieces)
    return _without_noise(kept, beside=found.is_anything) or ("" if found.is_anything else text)


def _replaced(text: str, pieces: Sequence[_Piece]) -> str:
    parts, place = [], 0
    for piece in sorted(pieces, key=lambda each: each.start):
        parts += [text[place : piece.start], f" {piece.instead} "]
        place = piece.end
    return "".join((*parts, text[place:]))


def _without_noise(text: str, *, beside: bool) -> str:
    quoted = [match.span() for match in _QUOTED.finditer(text)]
    empty = [
        _Piece(token.start, token.end)
        for token in vocabulary.tokens(text)
        if vocabulary.is_noise(token.word, beside=beside)
        and not any(start <= token.start < end for start, end in quoted)
    ]
    words = _replaced(text, empty).split()
    return " ".join(word.strip(",;") for word in words if any(c.isalnum() for c in word))


def _exact(text: str) -> list[_Piece]:
    """What can be recognized without its neighbors."""
    pieces: list[_Piece] = []

    def take(start: int, end: int, said: Said | None, instead: str = "") -> None:
        if all(end <= other.start or start >= other.end for other in pieces):
            pieces.append(_Piece(start, end, said, instead))

    for quoted in _QUOTED.finditer(text):
        take(*quoted.span(), None, quoted[0])
    for start, end in _names(text):
        take(start, end, None, text[start:end])
    for miles in _MILES.finditer(text):
        take(*miles.span(), _says_miles(int(miles[1])))
    for years in _YEARS.finditer(text):
        take(*years.span(), _says_years(int(years[1])))
    for paid in _PAY.finditer(text):
        said = _says_pay(paid)
        if said:
            take(*paid.span(), said)
    for code in _CODE.finditer(text):
        if code[1].upper() not in vocabulary.NOT_CODES:
            take(*code.span(), _says_code("-".join(filter(None, code.groups()))))
    meant: dict[tuple[int, int], list[tuple[str, str]]] = {}
    for mention in vocabulary.mentions(text, prose=False):
        meant.setdefault((mention.start, mention.end), []).append((mention.name, mention.value))
    for (start, end), values in meant.items():
        take(start, end, _says(values))
    return pieces


def _names(text: str) -> Iterator[tuple[int, int]]:
    """The names of employers, such as Epic Staffing: the word before counts with its end."""
    for before, last in pairwise(vocabulary.tokens(text)):
        if vocabulary.ends_a_name(last.word) and not vocabulary.is_noise(before.word, beside=False):
            yield before.start, last.end


def _places(text: str, tokens: Sequence[Token], pieces: Sequence[_Piece]) -> list[_Piece]:
    """Cities and states among the words that are left, which may be several."""
    found: list[_Piece] = []
    place = 0
    while place < len(tokens):
        near = list(_until_taken(tokens[place:], pieces))
        used = 0
        if near:
            is_last = place + 1 == len(tokens)
            said, used = _place(text, near, is_last)
            if said:
                found.append(_Piece(near[0].start, near[used - 1].end, said))
        place += max(1, used)
    return found


def _until_taken(tokens: Sequence[Token], pieces: Sequence[_Piece]) -> Iterator[Token]:
    for token in tokens:
        if any(piece.start <= token.start < piece.end for piece in pieces):
            return
        yield token


def _place(text: str, near: list[Token], is_last: bool) -> tuple[Said | None, int]:
    """What is said by the words that come next, and how many of them say it."""
    spelled = [text[t.start : t.end] + ("," if text[t.end :][:1] == "," else "") for t in near]
    state, used = _leading_state(spelled, is_last)
    city = places.leading_place(spelled)
    if city and city[1] > used:
        return _says_place(city[0]), city[1]
    return (_says([("state", state)]), used) if state else (None, 0)


def _leading_state(spelled: Sequence[str], is_last: bool) -> tuple[str, int]:
    """The state whose name the words begin with, and how many words that takes.

    An abbreviation that is also a word counts in capitals at the end: "coder in OR", but not
    "CPC OR CCS".
    """
    lower = [word.lower().strip(",") for word in spelled[:_LONGEST_STATE]]
    for length in range(len(lower), 0, -1):
        code = _STATES.get(tuple(lower[:length]))
        goes_on = bool(spelled[length:]) and spelled[length].lower() in places.NAMES_GO_ON
        if code and not goes_on:
            return code, length
    first = spelled[0].strip(",")
    if first.upper() not in taxonomy.STATES:
        return "", 0
    is_state = first.lower() not in _ALSO_WORDS or (first.isupper() and is_last)
    return (first.upper(), 1) if is_state else ("", 0)


def _says(values: Sequence[tuple[str, str]]) -> Said:
    def said(found: Understood) -> None:
        for name, value in values:
            if name == vocabulary.APPRENTICE:
                found.apprentice = True
            else:
                found.add(name, value)

    return said


def _says_place(place: Place) -> Said:
    def said(found: Understood) -> None:
        found.place = found.place or place

    return said


def _says_miles(miles: int) -> Said:
    def said(found: Understood) -> None:
        found.miles = miles

    return said


def _says_code(code: str) -> Said:
    def said(found: Understood) -> None:
        found.code = found.code or code.upper()

    return said


def _says_years(years: int) -> Said:
    """Who has so many years looks for work that asks for no more."""

    def said(found: Understood) -> None:
        for band, least in _BANDS.items():
            if least <= years:
                found.add("experience", band)

    return said


def _says_pay(paid: re.Match[str]) -> Said | None:
    """None where the number is not pay: it has neither a sign nor a unit."""
    dollars = int(paid["number"].replace(",", ""))
    cents = dollars * 100 + (int(paid["cents"][1:].ljust(2, "0")) if paid["cents"] else 0)
    unit = _UNITS.get((paid["unit"] or "").lower(), "")
    if paid["thousands"]:
        cents, dollars, unit = cents * 1_000, dollars * 1_000, unit or "year"
    if not unit and paid["sign"] and 0 < dollars <= MOST_AN_HOUR:
        unit = "hour"
    if not unit and paid["sign"] and dollars >= LEAST_A_YEAR:
        unit = "year"
    if not unit or not cents or (dollars == FORM_1099 and not paid["sign"]):
        return None
    if paid["low"] and unit != "year":
        cents = min(cents, round(float(paid["low"]) * 100))

    def said(found: Understood) -> None:
        # Of a range, its foot: whoever asks for $28 to $34 takes what pays 28.
        if not found.pay_cents or cents < found.pay_cents:
            found.pay_cents = cents
        found.pay_per = unit

    return said
