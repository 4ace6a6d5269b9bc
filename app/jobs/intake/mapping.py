"""A posting in the words of the trade: what its text and labels mean, and what they leave open.

Nothing is guessed: what a feed does not state stays open, and a label nobody knows becomes a
phrase that the employer decides about once.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from app import taxonomy
from app.html import clean, from_text, plain
from app.jobs.content import Content
from app.jobs.intake import pay, wording
from app.jobs.intake.posting import Posting
from app.jobs.vocabulary import Mention, mentions, role_of_title

IGNORED = "-"  # the choice that a phrase says nothing
PHRASE_LENGTH = 120

# What an employer can be asked about, and the answers.
CHOICES: dict[str, Mapping[str, str]] = {
    "role": taxonomy.ROLES,
    "engagement": taxonomy.ENGAGEMENTS,
    "place_kind": taxonomy.PLACE_KINDS,
    "state_code": taxonomy.STATES,
    "pay_unit": taxonomy.PAY_UNITS,
    "experience": taxonomy.EXPERIENCE,
    "settings": taxonomy.SETTINGS,
}
Choices = Mapping[tuple[str, str], str]  # (field, key of the phrase): slug


@dataclass(slots=True)
class Mapped:
    content: Content
    phrases: list[tuple[str, str]] = field(
        default_factory=list
    )  # (field, text) its organisation decides
    notes: list[str] = field(default_factory=list)  # what its author should look at


def phrase_key(text: str) -> str:
    """Equal for what is written with other capitals or spaces."""
    return " ".join(text.split()).casefold()[:PHRASE_LENGTH]


def map_posting(posting: Posting, choices: Choices) -> Mapped:
    return _Mapping(posting, choices).result()


_DIVISION = re.compile(r"<(/?)div\b", re.IGNORECASE)
_HEADING = re.compile(r"<(/?)h[125]\b", re.IGNORECASE)


def described(raw: str) -> str:
    """A description as a listing keeps it: cleaned, in blocks, its headings at our levels."""
    if not raw:
        return ""
    if "<" not in raw:
        return str(clean(from_text(html.unescape(raw))))
    kept = clean(_HEADING.sub(r"<\1h3", _DIVISION.sub(r"<\1p", raw))).strip()
    return str(kept if from_text(kept) == kept else clean(f"<p>{kept}</p>"))


_PREFERRED = re.compile(
    r"\b(?:prefer(?:red|ably|ence)?|a plus|desir(?:ed|able)|nice to have|bonus|ideally|optional"
    r"|helpful|advantage)\b",
    re.I,
)
_SENTENCE = re.compile(r"(?<=[a-z)])[.](?=\s|$)|[;\n]")
_ACCURACY = re.compile(
    r"\b(\d{2,3})\s?%\s*(?:or\s+(?:higher|greater|better)\s+)?(?:\w+\s+){0,2}accuracy"
    r"|\baccuracy\b[^.;\n]{0,30}?\b(\d{2,3})\s?%",
    re.I,
)


class _Mapping:
    """One posting on its way; each step reads one part of it."""

    def __init__(self, posting: Posting, choices: Choices) -> None:
        self.posting = posting
        self.choices = choices
        self.mapped = Mapped(Content(), notes=list(posting.remarks))
        self.description = described(posting.description)
        self.text = plain(self.description)
        # Looked through once: in the title, in the labels, and sentence by sentence below.
        self.title = mentions(posting.title)
        self.labels = [m for label in posting.labels for m in mentions(label)]
        self.sentences = [(s, mentions(s)) for s in _SENTENCE.split(self.text) if s.strip()]
        self.body = [m for _, found in self.sentences for m in found]

    def result(self) -> Mapped:
        posting = self.posting
        self._set(
            title=posting.title,
            requisition=posting.requisition,
            description=self.description,
            closes_on=date.fromisoformat(posting.closes_on) if posting.closes_on else None,
            apply_method="url" if posting.apply_url else "here",
            apply_url=_without_tracking(posting.apply_url),
        )
        for step in (
            self._role,
            self._engagement,
            self._place,
            self._pay,
            self._experience,
            self._credentials,
            self._work,
            self._standards,
        ):
            step()
        return self.mapped

    def _set(self, **values: object) -> None:
        self.mapped.content = self.mapped.content.changed(**values)

    def _ask(self, name: str, text: str) -> str:
        """What was decided about a phrase that we do not know; nothing is a question left open."""
        choice = self.choices.get((name, phrase_key(text)), "")
        self._used(name, text)
        return "" if choice == IGNORED else choice

    def _chosen(self, name: str, text: str) -> str:
        """A decision goes before what we would have thought."""
        choice = self.choices.get((name, phrase_key(text)), "")
        if choice:
            self._used(name, text)
        return "" if choice == IGNORED else choice

    def _used(self, name: str, text: str) -> None:
        phrase = (name, text[:PHRASE_LENGTH])
        if phrase not in self.mapped.phrases:
            self.mapped.phrases.append(phrase)

    def _role(self) -> None:
        title = self.posting.title
        known = self._chosen("role", title) or role_of_title(title)
        self._set(role=known or self._ask("role", title))

    def _engagement(self) -> None:
        found = []
        for label in self.posting.employment:
            known = self._chosen("engagement", label) or wording.engagement_of(label)
            found.append(known or self._ask("engagement", label))
        named = list(dict.fromkeys(f for f in found if f))
        if not named and not self.posting.employment:
            named = _named(self.title, "engagement")
        self._set(engagement=named[0] if named else "")
        if len(named) > 1:
            labels = ", ".join(taxonomy.ENGAGEMENTS[n] for n in named[1:])
            self.mapped.notes.append(f"It is also offered as: {labels}.")

    def _place(self) -> None:
        posting = self.posting
        where = wording.location_of(posting.location) if posting.location else wording.Location()
        kind = self._place_kind(where)
        state = self._state(posting.state) if posting.state else where.state
        eligible = [self._state(label) for label in posting.eligible] or list(where.states)
        if not wording.is_us(posting.country):
            self.mapped.notes.append(f"It is in {posting.country}; listings are in the US.")
        if posting.location and not where.is_read:
            self.mapped.notes.append(f"Its place “{posting.location}” could not be read whole.")
        self._set(
            place_kind=kind,
            states=tuple(s for s in eligible if s),
            city=posting.city or where.city,
            state_code=state,
            postal_code=_zip(posting.postal_code) or where.postal_code,
        )
        if posting.other_places:
            more = "; ".join(posting.other_places)
            self.mapped.notes.append(f"It is offered in other places as well: {more}.")

    def _place_kind(self, where: wording.Location) -> str:
        label = self.posting.remote
        if label:
            known = self._chosen("place_kind", label) or wording.place_kind_of(label)
            return known or self._ask("place_kind", label)
        if where.place_kind:
            return where.place_kind
        named = _named(self.title, "place")
        if named:
            return named[0]
        has_place = (self.posting.city and self.posting.state) or where.city
        if has_place and not _named(self.body, "place"):
            return "onsite"  # in every format here a place, and no word of another, is where it is
        return ""

    def _state(self, label: str) -> str:
        known = wording.state_code(label)
        return known or self._chosen("state_code", label) or self._ask("state_code", label)

    def _pay(self) -> None:
        posting = self.posting
        if posting.pay_currency and posting.pay_currency.upper() != "USD":
            self.mapped.notes.append(f"Its pay is in {posting.pay_currency}, so it was left out.")
            return
        stated = f"{posting.pay_low} {posting.pay_high} {posting.pay_unit}".strip()
        if posting.pay_low or posting.pay_high:
            found = pay.amounts(posting.pay_low, posting.pay_high)
            unit = pay.unit_of(posting.pay_unit)
            if posting.pay_unit and not unit:
                unit = self._ask("pay_unit", posting.pay_unit)
            read = pay.Pay(*found, unit) if found else None
        elif posting.pay:
            stated = posting.pay
            read = pay.read_pay(stated)
        else:
            read, stated = pay.find_pay(self.text), ""
        if read is not None:
            self._set(
                pay_unit=read.unit, pay_low_cents=read.low_cents, pay_high_cents=read.high_cents
            )
        elif stated:
            self.mapped.notes.append(f"Its pay “{stated[:80]}” could not be read.")

    def _experience(self) -> None:
        label = self.posting.experience
        if label:
            known = self._chosen("experience", label) or wording.experience_of(label)
            self._set(experience=known or self._ask("experience", label))
            return
        found, agree = wording.experience_in(self.text)
        self._set(experience=found)
        if not agree:
            self.mapped.notes.append("Its description names several lengths of experience.")

    def _credentials(self) -> None:
        required: list[str] = []
        preferred: list[str] = []
        apprentice = False
        for sentence, found in ((self.posting.title, self.title), *self.sentences):
            is_wish = bool(found and _PREFERRED.search(sentence))
            for mention in found:
                if mention.name == "credential":
                    (preferred if is_wish else required).append(mention.value)
                # The word in passing says little; a credential with its -A is meant.
                in_title = sentence is self.posting.title
                spelled = sentence[mention.start : mention.end].upper()
                apprentice |= mention.name == "apprentice" and (in_title or spelled.endswith("-A"))
        self._set(
            credentials_required=tuple(dict.fromkeys(required)),
            credentials_preferred=tuple(
                c for c in dict.fromkeys(preferred) if c not in set(required)
            ),
            apprentice_welcome=apprentice,
        )

    def _work(self) -> None:
        head = [*self.title, *self.labels]
        found: dict[str, tuple[str, ...]] = {}
        for name in ("setting", "specialty"):
            # Whoever writes "we also have a hospice" below does not look for its coder.
            found[name] = tuple(_named(head, name) or _named(self.body, name))
        settings = found["setting"]
        for label in self.posting.labels:
            decided = self._chosen("settings", label)
            if decided:
                settings = (*settings, decided)
            elif not settings:
                self._ask("settings", label)
        self._set(
            settings=tuple(dict.fromkeys(settings)),
            specialties=found["specialty"],
            code_sets=tuple(_named([*head, *self.body], "code_set")),
        )

    def _standards(self) -> None:
        tools: dict[str, str] = {}
        for sentence, found in self.sentences:
            need = "preferred" if found and _PREFERRED.search(sentence) else "required"
            for mention in found:
                if mention.name == "tool" and tools.get(mention.value) != "required":
                    tools[mention.value] = need
        accuracy = {int(a or b) for a, b in _ACCURACY.findall(self.text)}
        accuracy = {a for a in accuracy if 50 <= a <= 100}
        self._set(tools=tools, accuracy_percent=accuracy.pop() if len(accuracy) == 1 else None)


def _named(found: Iterable[Mention], name: str) -> list[str]:
    return list(dict.fromkeys(m.value for m in found if m.name == name))


def _zip(stated: str) -> str:
    """The five digits of a ZIP; a table may have taken 02134 for a number."""
    digits = stated.partition("-")[0].strip()
    return (
        digits.zfill(5) if digits.isascii() and digits.isdigit() and len(digits) in (4, 5) else ""
    )


def _without_tracking(address: str) -> str:
    """Marks such as utm_source name the site a visitor came from, and it was another one."""
    head, sign, query = address.partition("?")
    kept = [part for part in query.split("&") if part and not part.lower().startswith("utm_")]
    return head + (sign + "&".join(kept) if kept else "")
