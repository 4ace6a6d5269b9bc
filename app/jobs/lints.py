"""What is allowed in a listing and still unwise: warnings for its author and for the moderator."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app import taxonomy
from app.html import plain
from app.jobs.content import Content


@dataclass(frozen=True, slots=True)
class Lint:
    step: str  # the page where it is mended
    message: str


_ENTRY_LEVEL = re.compile(
    r"\bentry[- ]level\b|\bno experience (?:needed|required|necessary)\b|\bnew graduates?\b", re.I
)
_YEARS = re.compile(
    r"\b(?:[1-9]|1\d|one|two|three|four|five)\+?(?:\s*(?:-|\u2013|to)\s*\d+)?\s+years?\b"
    r"[^.;\n]{0,60}\b(?:required|needed|must|minimum)\b"
    r"|\b(?:minimum|at least|requires?|must have)\b[^.;\n]{0,40}"
    r"\b(?:[1-9]|1\d|one|two|three|four|five)\+?\s+years?\b",
    re.I,
)
_NOT_COLORADO = re.compile(
    r"\b(?i:except(?:ing)?|excluding|other than|outside(?: of)?|not (?:in|from)|but not)\s+"
    r"(?i:the state of\s+)?(?:(?i:colorado)|CO)\b"
)
_PAY_IN_TITLE = re.compile(
    r"\$\s?\d|\b\d+(?:\.\d+)?\s?(?:/|an |per )\s?(?:hr|hour|year|yr)\b", re.I
)
_PROTECTED = {
    "age": r"\b(?:young|youthful|recent (?:college )?grad(?:uate)?s?|digital natives?|"
    r"(?:under|below|maximum age(?: of)?) \d\d years|retirees?)\b",
    "sex or family": r"\b(?:males?|females?|wom[ae]n(?!['\u2019]s)|m[ae]n(?!['\u2019]s)|girls?|"
    r"guys|gals|ladies|gentlemen|mothers?|moms|pregnan\w+|(?:un)?married|childless)\b",
    "religion": r"\b(?:christians?|jewish|muslims?|catholics?|churchgo\w+|believers?)\b",
    "race or origin": r"\b(?:caucasians?|native (?:english )?speakers?|american-born|"
    r"mother tongue|no accent|without an accent|u\.?s\.? citizens only)\b",
    "disability": r"\b(?:able[- ]bodied|physically fit|healthy (?:person|individual|candidate)s?|"
    r"no disabilit\w+)\b",
}
_PROTECTED_WORDS = {what: re.compile(words, re.I) for what, words in _PROTECTED.items()}
_SENTENCE_END = re.compile(r"[.\n]")
# A statement of equal opportunity names every class on purpose.
_EQUAL_OPPORTUNITY = re.compile(
    r"\b(?:equal[- ]opportunity|without regard to|regardless of|EEO)\b", re.I
)
_PATIENT_DATA = re.compile(
    r"\b\d{3}-\d{2}-\d{4}\b"
    r"|\b(?:MRN|medical record (?:number|no\.?)|patient id|account (?:number|no\.?)|acct)"
    r"\W{0,3}\d{4,}"
    r"|\b(?:DOB|date of birth|born)\W{0,3}\d{1,2}[/-]\d{1,2}[/-]\d{2,4}",
    re.I,
)
WIDEST_RANGE = 2.0
_NOT_STATES = {"DC", "PR"}  # where leaving one out says nothing about the fifty


def lints(content: Content, organisation_name: str) -> list[Lint]:
    """Every warning, in the order of the steps."""
    text = "\n".join((content.title, plain(content.description), content.benefits))
    found: list[Lint] = []
    for check in _CHECKS:
        found += check(content, text, organisation_name)
    return found


def _title(content: Content, _text: str, organisation_name: str) -> Iterator[Lint]:
    title = content.title
    letters = [c for c in title if c.isalpha()]
    words = [w for w in re.findall(r"[^\W\d_]+", title) if len(w) > 4]
    if len(letters) > 8 and title.upper() == title and words:
        yield Lint("basics", "The title is all capitals. Search engines and people trust it less.")
    if _PAY_IN_TITLE.search(title):
        yield Lint("basics", "The title holds the pay, which has its own place in the listing.")
    if organisation_name and organisation_name.casefold() in title.casefold():
        yield Lint("basics", "The title holds your name, which is shown beside it anyway.")


def _colorado(content: Content, text: str, _name: str) -> Iterator[Lint]:
    if content.place_kind != "remote":
        return
    left_out = taxonomy.STATES.keys() - _NOT_STATES - set(content.states)
    if (content.states and left_out == {"CO"}) or _NOT_COLORADO.search(text):
        yield Lint(
            "place",
            "Only Colorado is left out. Its pay transparency law covers remote jobs all the same, "
            "and leaving it out has been fined.",
        )


def _wide_range(content: Content, _text: str, _name: str) -> Iterator[Lint]:
    low, high = content.pay_low_cents, content.pay_high_cents
    if low and high > low * WIDEST_RANGE:
        yield Lint(
            "pay",
            "The highest pay is more than twice the lowest. A range this wide tells coders little, "
            "and some states ask for the range you expect in good faith.",
        )


def _entry_level(content: Content, text: str, _name: str) -> Iterator[Lint]:
    for_beginners = (
        _ENTRY_LEVEL.search(text) or content.apprentice_welcome or content.role == "apprentice"
    )
    asks_years = content.experience in ("1-2", "3-4", "5-plus") or _YEARS.search(text)
    if for_beginners and asks_years:
        yield Lint(
            "requirements",
            "It speaks to beginners and asks for years of experience. New coders will not know "
            "whether they may apply.",
        )


def _protected_classes(_content: Content, text: str, _name: str) -> Iterator[Lint]:
    sentences = _SENTENCE_END.split(text)
    text = "\n".join(s for s in sentences if not _EQUAL_OPPORTUNITY.search(s))
    for what, words in _PROTECTED_WORDS.items():
        found = words.search(text)
        if found:
            yield Lint(
                "description",
                f"“{found.group()}” can be read as choosing by {what}, which the law protects.",
            )


def _patient_data(_content: Content, text: str, _name: str) -> Iterator[Lint]:
    if _PATIENT_DATA.search(text):
        yield Lint(
            "description",
            "A number looks like one of a patient or a person. Take it out before you publish.",
        )


_CHECKS: tuple[Callable[[Content, str, str], Iterator[Lint]], ...] = (
    _title,
    _colorado,
    _wide_range,
    _entry_level,
    _protected_classes,
    _patient_data,
)
