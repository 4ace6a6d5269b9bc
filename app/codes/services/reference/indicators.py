"""The payment indicators of a code in words, and the modifiers that they allow or refuse."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from app.codes.fee_modifiers import (
    ALLOWED,
    BY_MODIFIER,
    BY_REPORT,
    DOCUMENTED,
    REFUSED,
    RULES,
    Rule,
    with_modifier,
)
from app.codes.fees import Fee, fee
from app.codes.models import CPT, HCPCS, EntryKind
from app.codes.services.fees.localities import NATIONAL
from app.codes.services.fees.table import COMPONENTS, Row, by_modifier, plain
from app.codes.services.reference.contract import Absence, Answer, Section, Topic, Why, none_in
from app.codes.services.reference.subject import Subject
from app.codes.words.fee_indicators import INDICATORS, PAID_STATUSES, in_words

HEADING = "Payment indicators and modifiers"
_SHOWN = (
    "status", "global", "pctc", "mult", "bilateral", "assistant", "co", "team", "supervision",
    "imaging",
)  # fmt: skip
_DOES_NOT_APPLY = {
    "pctc": "9", "mult": "9", "bilateral": "9", "assistant": "9", "co": "9", "team": "9",
    "supervision": "09", "imaging": "99",
}  # fmt: skip
_UNKNOWN = "CMS’s documentation gives no meaning for this value."  # noqa: RUF001
_PARTS = (("pre", "before"), ("intra", "during"), ("post", "after"))


@dataclass(frozen=True, slots=True)
class Indicator:
    name: str
    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Variant:
    """A row of the same code with a modifier, and the indicators that differ in it."""

    modifier: str
    name: str
    differs: tuple[Indicator, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """What one modifier, or several alike, does to the payment of the code."""

    modifiers: tuple[str, ...]
    title: str
    outcome: str
    percent: str  # of the fee; empty where no share is set
    amount: str  # nationally, in the setting that has an amount
    decided_by: str  # "Bilateral procedure 1"
    note: str
    source: str

    @property
    def tone(self) -> str:
        tones = {ALLOWED: "good", DOCUMENTED: "warn", REFUSED: "bad"}
        return tones.get(self.outcome, "neutral")


def rvu_rows(subject: Subject) -> dict[str, Row]:
    """The rows of relative values of a code by modifier, the whole service first."""
    return by_modifier((row.other, row.data) for row in subject.about("rvu", "pprrvu"))


def indicator(field: str, value: str) -> Indicator:
    return Indicator(INDICATORS[field][0], value, in_words(field, value) or _UNKNOWN)


def _indicators(subject: Subject) -> Answer:
    if subject.entry.kind == EntryKind.MODIFIER:
        return _of_modifier(subject)
    edition = subject.edition_of("pprrvu")
    rows = rvu_rows(subject)
    if edition is None or not rows:
        editions = (edition,) if edition else ()
        sentence = f"the fee schedule has no row of {subject.entry.shown}"
        return none_in(HEADING, editions, sentence)
    first = next(iter(rows.values()))
    idle = [f for f in _SHOWN if first.get(f) == _DOES_NOT_APPLY.get(f, "")]
    content = {
        "indicators": [indicator(f, first.get(f, "")) for f in _SHOWN if f not in idle],
        "not_applicable": [f"{INDICATORS[f][0]} ({first[f]})" for f in idle],
        "package": _package(first),
        "endoscopic_base": first.get("endo", ""),
        "variants": [_variant(modifier, row, first) for modifier, row in rows.items() if modifier],
        "effects": effects(rows),
        "why_no_effects": _why_no_effects(first),
    }
    return Section(content, (edition,))


def _package(row: Row) -> list[tuple[str, str]]:
    """How the global fee is divided; nothing where it is not."""
    shares = [(words, Decimal(row.get(part) or "0") * 100) for part, words in _PARTS]
    if not any(share for _, share in shares):
        return []
    return [(words, plain(share)) for words, share in shares]


def _variant(modifier: str, row: Row, first: Row) -> Variant:
    differs = [f for f in _SHOWN if row.get(f) != first.get(f)]
    return Variant(
        modifier, COMPONENTS[modifier], tuple(indicator(f, row.get(f, "")) for f in differs)
    )


def _why_no_effects(row: Row) -> str:
    if row["status"] in PAID_STATUSES:
        return ""
    return "The status decides: no modifier makes the fee schedule pay this code."


def effects(rows: dict[str, Row]) -> list[Effect]:
    """What each modifier of a payment rule does to this code, the usable ones first."""
    first = next(iter(rows.values()))
    if first["status"] not in PAID_STATUSES:
        return []
    found = [effect for rule in RULES for effect in _effects(rule, first, rows)]
    order = {ALLOWED: 0, DOCUMENTED: 1, BY_REPORT: 2, REFUSED: 3}
    return sorted(found, key=lambda effect: order.get(effect.outcome, 0))


def _effects(rule: Rule, first: Row, rows: dict[str, Row]) -> list[Effect]:
    """One line for the modifiers of a rule, or one for each where their rows or outcomes differ."""
    apart = rule.field == "pctc" or "53" in rule.modifiers
    groups = [(m,) for m in rule.modifiers] if apart else [rule.modifiers]
    return [_effect(rule, group, first, rows) for group in groups]


def _effect(rule: Rule, modifiers: tuple[str, ...], first: Row, rows: dict[str, Row]) -> Effect:
    own = rows.get(modifiers[0])
    adjusted = with_modifier(_national(own or first), first, modifiers[0])
    outcome = adjusted.outcome if adjusted else BY_REPORT
    amount = adjusted.amount if adjusted else None
    percent = adjusted.percent if adjusted else None
    if own:
        outcome, amount = ALLOWED, _national(own).amount
    decided = ""
    if rule.field:
        decided = f"{INDICATORS[rule.field][0]} {first.get(rule.field, '')}"
    elif rule.shares:
        decided = f"{INDICATORS['global'][0]} {first.get('global', '')}"
    return Effect(
        modifiers,
        rule.title,
        "allowed" if outcome == "26 only" else outcome,
        "" if percent is None else plain(percent),
        "" if amount is None else f"{amount:.2f}",
        decided,
        "The code has relative values of its own with it." if own else rule.note,
        rule.source,
    )


def _national(row: Row) -> Fee:
    outside = fee(row, NATIONAL.indices, facility=False)
    if outside.amount is not None:
        return outside
    return fee(row, NATIONAL.indices, facility=True)


def _of_modifier(subject: Subject) -> Answer:
    """What a HCPCS modifier does to the physician fee, where a rule of payment names it."""
    rule = BY_MODIFIER.get(subject.key)
    edition = subject.edition_of("pprrvu")
    if rule is None or edition is None:
        return Absence(Why.NONE, "")
    outcomes = [
        (value, outcome, "" if percent is None else plain(percent))
        for value, (outcome, percent) in sorted((rule.outcomes or {}).items())
    ]
    content = {
        "rule": {
            "title": rule.title,
            "field": INDICATORS[rule.field][0] if rule.field else "",
            "outcomes": outcomes,
            "percent": "" if rule.percent is None else plain(rule.percent),
            "note": rule.note,
            "source": rule.source,
        }
    }
    return Section(content, (edition,))


TOPIC = Topic("indicators", HEADING, _indicators, kinds=("pprrvu",), systems=(HCPCS, CPT))
