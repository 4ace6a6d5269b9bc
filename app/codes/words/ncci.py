"""What the indicators of the National Correct Coding Initiative mean, in plain words.

After CMS, NCCI Policy Manual for Medicare Services, chapter I, and the pages on PTP edits, MUEs
and add-on codes, https://www.cms.gov/medicare/coding-billing/
national-correct-coding-initiative-ncci-edits. Column 1 or 2 for 59 and X{EPSU}: CR 11168.
"""

from __future__ import annotations

from typing import NamedTuple

MANUAL = "CMS, NCCI Policy Manual for Medicare Services, chapter I"


class Indicator(NamedTuple):
    short: str
    meaning: str


PTP_INDICATORS: dict[int, Indicator] = {
    0: Indicator(
        "No modifier overrides it",
        "The two are not paid together by the same provider on the same day, whatever modifier "
        "either carries.",
    ),
    1: Indicator(
        "An NCCI modifier may override it",
        "Both are paid where an NCCI-associated modifier says truly, and the record shows, that "
        "the services were separate.",
    ),
    9: Indicator(
        "Not applicable",
        "The edit was deleted as of the day it took effect: it is as if it had never been.",
    ),
}


class Adjudication(NamedTuple):
    """`scope` is "line" or "day": whose units are held against the limit."""

    short: str
    scope: str
    meaning: str
    modifiers: str
    appeal: str


MUE_INDICATORS: dict[int, Adjudication] = {
    1: Adjudication(
        "Claim line",
        "line",
        "Each line of the claim is held against the limit by itself.",
        "Units that were needed beyond it go on a line of their own, with a modifier that says "
        "why: anatomic, 76, 77, 91, 59 or an X modifier.",
        "A denial may be appealed.",
    ),
    2: Adjudication(
        "Date of service: policy",
        "day",
        "All units of the code on the day are added up. More than the limit contradicts a statute, "
        "a regulation or the definition of the code.",
        "No modifier and no further line helps.",
        "It may be appealed, but the contractor is bound by the limit: correct the claim instead.",
    ),
    3: Adjudication(
        "Date of service: clinical",
        "day",
        "All units of the code on the day are added up. The limit is a clinical benchmark: more "
        "is possible, but unlikely.",
        "A further line or a modifier does not help: the units are added up over all lines.",
        "A contractor may pay more, mostly on appeal, where the record shows that the units were "
        "given, rightly coded and medically necessary.",
    ),
}

ADD_ON_TYPES: dict[int, Indicator] = {
    1: Indicator(
        "Type 1: a closed list of primaries",
        "Paid only if one of the listed primary codes is paid to the same practitioner for the "
        "same day.",
    ),
    2: Indicator(
        "Type 2: no list of primaries",
        "CMS lists no primary code: the Medicare contractor decides which are acceptable.",
    ),
    3: Indicator(
        "Type 3: an open list of primaries",
        "CMS lists some primary codes; the Medicare contractor may accept others.",
    ),
}


class Associated(NamedTuple):
    """A group of modifiers that may override an edit, and where on a claim they belong."""

    name: str
    modifiers: tuple[str, ...]
    belongs: str


# NCCI Policy Manual for Medicare Services, chapter I, section E (modifiers and modifier
# indicators). Meanings are ours: those of CPT modifiers are the AMA's to word.
ASSOCIATED: tuple[Associated, ...] = (
    Associated(
        "Anatomic: eyelids, fingers, toes, sides, coronary arteries",
        (
            "E1", "E2", "E3", "E4", "FA", "F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9",
            "TA", "T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9", "LT", "RT", "LC", "LD",
            "RC", "LM", "RI",
        ),
        "on the line of the column 2 code, and the other site on the line of the column 1 code",
    ),
    Associated(
        "Evaluation and management, and the decision for surgery",
        ("24", "25", "27", "57"),
        "on the line of the evaluation and management code",
    ),
    Associated(
        "Global surgery: staged, returned to the operating room, unrelated",
        ("58", "78", "79"),
        "on the line of the later procedure, usually the column 2 code",
    ),
    Associated(
        "Repeated laboratory test",
        ("91",),
        "on the line of the repeated test, usually the column 2 code",
    ),
    Associated(
        "Distinct service: 59, or the X modifier that says why",
        ("59", "XE", "XP", "XS", "XU"),
        "usually on the line of the column 2 code; since July 1, 2019 Medicare accepts it on "
        "either",
    ),
)  # fmt: skip
GROUP_OF: dict[str, Associated] = {m: group for group in ASSOCIATED for m in group.modifiers}
DISTINCT = frozenset({"59", "XE", "XP", "XS", "XU"})
VISIT = frozenset({"24", "25", "27", "57"})
