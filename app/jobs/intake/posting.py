"""One job as a feed states it, in its own words, whatever the format; and all that a feed held."""

from __future__ import annotations

import hashlib
import html
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any

MOST_POSTINGS = 100_000
LONGEST_TEXT = 50_000  # characters of a description; a listing takes 20,000
LONGEST_LINE = 300
MOST_LABELS = 20


class Unreadable(ValueError):
    """The file as a whole is not what it should be. The message is for whoever sent it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one item; `number` is its line in a table, its place elsewhere."""

    number: int
    message: str


@dataclass(frozen=True, slots=True)
class Posting:
    """Only text, as stated: what it means, `mapping` says."""

    number: int
    external_id: str
    title: str
    requisition: str = ""
    company: str = ""
    description: str = ""  # HTML, not cleaned
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    location: str = ""  # "Remote - US (TX, FL)", where the format knows no parts
    other_places: tuple[str, ...] = ()
    remote: str = ""
    eligible: tuple[str, ...] = ()  # states a remote coder may live in
    pay: str = ""
    pay_low: str = ""
    pay_high: str = ""
    pay_unit: str = ""
    pay_currency: str = ""
    employment: tuple[str, ...] = ()
    experience: str = ""
    labels: tuple[str, ...] = ()  # departments, teams, categories
    closes_on: str = ""  # ISO date
    apply_url: str = ""
    remarks: tuple[str, ...] = ()  # what could not be read of it

    def to_json(self) -> dict[str, Any]:
        found = ((f.name, getattr(self, f.name)) for f in fields(self))
        return {k: list(v) if isinstance(v, tuple) else v for k, v in found if v}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Posting:
        known = {f.name for f in fields(cls)}
        values: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in stored.items() if k in known
        }
        return cls(**values)

    def digest(self) -> str:
        """The same for the same posting, wherever in its file it stands."""
        stated = {k: v for k, v in self.to_json().items() if k != "number"}
        return hashlib.sha256(json.dumps(stated, sort_keys=True).encode()).hexdigest()


@dataclass(slots=True)
class Reading:
    """What a file held. Only a complete one may say that a job has vanished."""

    kind: str
    postings: list[Posting] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)  # about the file as a whole
    is_complete: bool = True

    def refuse(self, number: int, message: str) -> None:
        self.faults.append(Fault(number, message))

    def add(self, posting: Posting) -> None:
        """Keep a posting that has what every job needs, or say what it lacks."""
        if len(self.postings) >= MOST_POSTINGS:
            raise Unreadable(f"The feed holds more than {MOST_POSTINGS:,} jobs.")
        if not posting.external_id:
            self.refuse(posting.number, "It has nothing to know it by: no number and no address.")
        elif sum(c.isalpha() for c in posting.title) < 3:
            self.refuse(posting.number, "It has no title in words.")
        else:
            self.postings.append(posting)

    def without_twins(self) -> Reading:
        """The first of each id; the others are faults, told apart from a copy of the same."""
        seen: dict[str, Posting] = {}
        for posting in self.postings:
            first = seen.setdefault(posting.external_id, posting)
            if first is not posting:
                same = first.digest() == posting.digest()
                what = "and says the same" if same else "but says something else; the first counts"
                self.refuse(posting.number, f"It has the id of item {first.number}, {what}.")
        self.postings = list(seen.values())
        return self


# Controls, halves of characters, and marks that turn the direction of text.
_HOSTILE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff"
                      "\u202a-\u202e\u2066-\u2069\ufeff]")  # fmt: skip


def line(value: object, longest: int = LONGEST_LINE) -> str:
    """A value as one line of text: entities read, spaces single, nothing hostile, not endless."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = html.unescape(str(value)[: longest * 4])
    text = unicodedata.normalize("NFC", _HOSTILE.sub("", text))
    return " ".join(text.split())[:longest].rstrip()


def prose(value: object) -> str:
    """A value as markup or text of several lines."""
    if not isinstance(value, str):
        return ""
    return unicodedata.normalize("NFC", _HOSTILE.sub("", value[:LONGEST_TEXT])).strip()


def several(value: object) -> tuple[str, ...]:
    """One value or a list of them, as lines."""
    found = value if isinstance(value, list) else [value]
    lines = [line(v) for v in found[:MOST_LABELS]]
    return tuple(dict.fromkeys(v for v in lines if v))


def members(value: object) -> Iterator[dict[str, Any]]:
    """The objects in what should be an object or a list of them."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield item


def number_of(value: object) -> str:
    """A number as its digits; a bool, a NaN or a text without digits is none."""
    text = line(value, 30).replace(",", "").lstrip("$").strip()
    return text if re.fullmatch(r"\d{1,9}(?:\.\d{1,6})?", text) else ""


def day(value: object) -> str:
    """The ISO date in a date or a moment, in the forms feeds use; nothing where there is none."""
    text = line(value, 60)
    if not text:
        return ""
    if match := re.match(r"\d{4}-\d{2}-\d{2}", text):
        return _iso(match[0], "%Y-%m-%d")
    if match := re.match(r"\d{1,2}/\d{1,2}/\d{4}", text):
        return _iso(match[0], "%m/%d/%Y")
    if re.fullmatch(r"\d{10}|\d{13}", text):
        seconds = int(text) / (1000 if len(text) == 13 else 1)
        return datetime.fromtimestamp(seconds, UTC).date().isoformat()
    try:
        return parsedate_to_datetime(text).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""


def _iso(text: str, form: str) -> str:
    try:
        found: date = datetime.strptime(text, form).replace(tzinfo=UTC).date()
    except ValueError:
        return ""
    return found.isoformat()


def day_or_remark(value: object, what: str) -> tuple[str, tuple[str, ...]]:
    """The date, and a remark where something was stated that is no date."""
    found, stated = day(value), line(value, 60)
    return found, () if found or not stated else (f"“{stated}” is no date for the {what}.",)
