"""What modifiers do to a Medicare physician fee, and which indicator of the code decides it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from app.codes.fees import Fee, cents

_MANUAL = "Medicare Claims Processing Manual (Pub. 100-04), chapter"
_LAYOUT = "CMS relative value file documentation"
_HUNDRED = Decimal(100)

ALLOWED = "allowed"
DOCUMENTED = "with documentation"  # paid where the record shows that it was necessary
REFUSED = "not allowed"
BY_REPORT = "priced individually"


@dataclass(frozen=True, slots=True)
class Rule:
    """What CMS pays of the fee with a modifier. Where an indicator decides, it is by its value."""

    modifiers: tuple[str, ...]
    title: str
    source: str
    percent: Decimal | None = None  # of the fee; None where no fixed share is set
    field: str = ""  # the indicator of the code that decides
    outcomes: Mapping[str, tuple[str, Decimal | None]] | None = None
    shares: tuple[str, ...] = ()  # parts of the global package that are added up
    note: str = ""


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A fee with a modifier: whether it may be used, at what share, and the amount."""

    rule: Rule
    outcome: str
    percent: Decimal | None
    amount: Decimal | None


def _percent(text: str) -> Decimal:
    return Decimal(text)


_ASSISTED = {  # what becomes of the share by the indicator of assistants
    "0": DOCUMENTED,
    "1": REFUSED,
    "2": ALLOWED,
    "9": REFUSED,
}


def _assistant(modifiers: tuple[str, ...], title: str, percent: str, source: str) -> Rule:
    share = _percent(percent)
    return Rule(
        modifiers,
        title,
        source,
        field="assistant",
        outcomes={
            value: (outcome, None if outcome == REFUSED else share)
            for value, outcome in _ASSISTED.items()
        },
    )


RULES: tuple[Rule, ...] = (
    Rule(
        ("26", "TC"),
        "Professional or technical component",
        _LAYOUT,
        field="pctc",
        outcomes={
            "1": (ALLOWED, None),
            "6": ("26 only", None),
            **dict.fromkeys("02345789", (REFUSED, None)),
        },
        note="Each component has relative values of its own; take the row with the modifier.",
    ),
    Rule(
        ("50",),
        "Bilateral procedure",
        f"{_MANUAL} 12, section 40.7",
        field="bilateral",
        outcomes={
            "0": (ALLOWED, _percent("100")),
            "1": (ALLOWED, _percent("150")),
            "2": (ALLOWED, _percent("100")),
            "3": (ALLOWED, _percent("200")),
            "9": (REFUSED, None),
        },
        note="The share is of both sides together, before any reduction for multiple procedures.",
    ),
    Rule(
        ("51",),
        "Multiple procedures",
        f"{_MANUAL} 12, section 40.6",
        field="mult",
        outcomes={
            "0": (ALLOWED, _percent("100")),
            "2": (ALLOWED, _percent("50")),
            **dict.fromkeys("14567", (BY_REPORT, None)),
            "3": (BY_REPORT, None),
            "9": (REFUSED, None),
        },
        note="The highest fee of the day is paid in full, the second to the fifth at half, further "
        "ones by report. Endoscopies, imaging, therapy and some diagnostics have rules of their "
        "own: see the code's indicator.",
    ),
    Rule(
        ("62",),
        "Co-surgeons",
        f"{_MANUAL} 12, section 40.8",
        field="co",
        outcomes={
            "0": (REFUSED, None),
            "1": (DOCUMENTED, _percent("62.5")),
            "2": (ALLOWED, _percent("62.5")),
            "9": (REFUSED, None),
        },
        note="Each of the two surgeons is paid this share.",
    ),
    Rule(
        ("66",),
        "Team of surgeons",
        f"{_MANUAL} 12, section 40.8",
        field="team",
        outcomes={
            "0": (REFUSED, None),
            "1": (BY_REPORT, None),
            "2": (BY_REPORT, None),
            "9": (REFUSED, None),
        },
    ),
    _assistant(
        ("80", "81", "82"),
        "Assistant at surgery, a physician",
        "16",
        f"{_MANUAL} 12, section 20.4.3",
    ),
    _assistant(
        ("AS",),
        "Assistant at surgery, a PA, NP or CNS",
        "13.6",
        f"{_MANUAL} 12, sections 110.2 and 120",
    ),
    Rule(
        ("22",),
        "Increased procedural services",
        f"{_MANUAL} 12, section 20.4.6",
        note="The contractor may pay more where the report shows unusual work.",
    ),
    Rule(
        ("52",),
        "Reduced services",
        f"{_MANUAL} 12, section 20.4.6",
        note="The contractor prices what was done.",
    ),
    Rule(
        ("53",),
        "Discontinued procedure",
        f"{_MANUAL} 12, section 30.1",
        note="A few colonoscopies have relative values of their own with 53; any other code is "
        "priced by the contractor.",
    ),
    Rule(
        ("54",),
        "Surgical care only",
        f"{_MANUAL} 12, section 40.4",
        shares=("pre", "intra"),
        note="Medicare counts the care before the operation to the surgeon.",
    ),
    Rule(
        ("55",),
        "Postoperative care only",
        f"{_MANUAL} 12, section 40.4",
        shares=("post",),
        note="Divided by days where several physicians share it.",
    ),
    Rule(
        ("56",),
        "Preoperative care only",
        f"{_MANUAL} 12, section 40.4",
        shares=("pre",),
        note="Medicare usually pays this share to the surgeon, within 54.",
    ),
    Rule(
        ("78",),
        "Unplanned return to the operating room",
        f"{_MANUAL} 12, section 40.4",
        shares=("intra",),
        note="A procedure without a global period of 10 or 90 days is paid in full.",
    ),
    Rule(
        ("58", "79"),
        "Staged, or unrelated, within a global period",
        f"{_MANUAL} 12, section 40.4",
        percent=_HUNDRED,
        note="A new global period begins.",
    ),
    Rule(
        ("CQ", "CO"),
        "Therapy by an assistant",
        "Social Security Act, section 1834(v)",
        field="mult",
        outcomes={"5": (ALLOWED, _percent("85"))},
        note="Only of services that are always therapy.",
    ),
)
BY_MODIFIER = {modifier: rule for rule in RULES for modifier in rule.modifiers}


@dataclass(frozen=True, slots=True)
class Biller:
    """A kind of practitioner who is paid a share of the physician's fee."""

    title: str
    percent: Decimal
    source: str


BILLERS: tuple[Biller, ...] = (
    Biller("Physician assistant", _percent("85"), f"{_MANUAL} 12, section 110"),
    Biller(
        "Nurse practitioner or clinical nurse specialist",
        _percent("85"),
        f"{_MANUAL} 12, section 120",
    ),
    Biller("Certified nurse-midwife", _HUNDRED, f"{_MANUAL} 12, section 130"),
    Biller("Clinical social worker", _percent("75"), f"{_MANUAL} 12, section 150"),
)


def with_modifier(fee: Fee, rvu: Mapping[str, str], modifier: str) -> Adjusted | None:
    """The fee with a modifier; None for a modifier without a rule of payment."""
    rule = BY_MODIFIER.get(modifier)
    if rule is None:
        return None
    outcome, percent = ALLOWED, rule.percent
    if rule.outcomes is not None:
        outcome, percent = rule.outcomes.get(rvu.get(rule.field, ""), (REFUSED, None))
    elif rule.shares:
        outcome, percent = _package(rule, rvu)
    elif percent is None:
        outcome = BY_REPORT
    if outcome == "26 only" and modifier != "26":
        outcome = REFUSED
    amount = None
    if fee.amount is not None and percent is not None:
        amount = cents(fee.amount * percent / _HUNDRED)
    return Adjusted(rule, outcome, percent, amount)


def _package(rule: Rule, rvu: Mapping[str, str]) -> tuple[str, Decimal | None]:
    """The share of a global package; without one, only a return to the operating room is paid."""
    if rvu.get("global") in ("010", "090"):
        parts = sum((Decimal(rvu.get(part) or "0") for part in rule.shares), Decimal(0))
        return ALLOWED, (parts * _HUNDRED).normalize() + Decimal(0)
    return (ALLOWED, _HUNDRED) if "78" in rule.modifiers else (REFUSED, None)
