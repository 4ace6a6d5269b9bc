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
