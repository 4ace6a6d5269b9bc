"""What a coder's profile answers to each requirement of a listing, and the order that follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from app import clock, taxonomy
from app.jobs.models import Job
from app.seekers.models import ProfileCredential, SeekerProfile, WorkFacet
from app.seekers.services.requirements import Kind, Need, Requirement, point_of, requirements_of
from search.sphere import METRES_A_MILE, metres_between

REACH = 50  # miles to a place of work that count as within reach
_BANDS = list(taxonomy.EXPERIENCE)  # least experience first
# How a credential that is had was proved, the weakest first.
_PROOFS = {
    "stated": "stated",
    "document": "document seen",
    "confirmed": "confirmed by the issuer",
}


class Answered(StrEnum):
    HAVE = "have"
    MISSING = "missing"
    SILENT = "silent"  # the profile does not say, which is not the same as missing


@dataclass(frozen=True, slots=True)
class Answer:
    """What a profile says to one requirement, in words that fit whoever reads them."""

    requirement: Requirement
    answered: Answered
    what: str  # "CPC", or the whole of what is asked for where nothing meets it
    why: str = ""  # "confirmed by the issuer", "expired March 2026"; empty where nothing is said
    is_confirmed: bool = False  # by the issuer of the credential

    @property
    def is_required(self) -> bool:
        return self.requirement.need is Need.REQUIRED

    @property
    def is_had(self) -> bool:
        return self.answered is Answered.HAVE


@dataclass(frozen=True, slots=True)
class Coder:
    """What a profile says, in the form that requirements are held against."""

    credentials: Mapping[str, ProfileCredential] = field(default_factory=dict)
    experience: str = ""
    settings: frozenset[str] = frozenset()
    specialties: frozenset[str] = frozenset()
    tools: frozenset[str] = frozenset()
    city: str = ""
    state: str = ""
    states: frozenset[str] = frozenset()  # every one the coder may work from
    point: tuple[float, float] | None = None
    will_relocate: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A listing and a profile, requirement by requirement. There is no score, only an order."""

    answers: tuple[Answer, ...]

    @property
    def has_all_required(self) -> bool:
        return all(answer.is_had for answer in self.answers if answer.is_required)

    @property
    def order(self) -> tuple[int, ...]:
        """Sorts the better match first: by what is required and missing, not said, had; then by
        what is confirmed and not only stated; then by what is preferred."""
        required = [a.answered for a in self.answers if a.is_required]
        return (
            required.count(Answered.MISSING),
            required.count(Answered.SILENT),
            -required.count(Answered.HAVE),
            -sum(a.is_confirmed for a in self.answers),
            -sum(a.is_had for a in self.answers if a.requirement.need is Need.PREFERRED),
        )


def coder_of(profile: SeekerProfile) -> Coder:
    worked_in = {entry.setting for entry in profile.experiences if entry.setting}
    states = {*profile.values(WorkFacet.STATE), profile.state} - {""}
    return Coder(
        credentials={held.credential: held for held in profile.credentials},
        experience=profile.experience,
        settings=frozenset(worked_in.union(profile.values(WorkFacet.SETTING))),
        specialties=frozenset(profile.values(WorkFacet.SPECIALTY)),
        tools=frozenset(profile.values(WorkFacet.TOOL)),
        city=profile.city,
        state=profile.state,
        states=frozenset(states),
        point=point_of(profile.city, profile.state),
        will_relocate=profile.will_relocate,
    )


def coder_sent(sent: Mapping[str, Any]) -> Coder:
    """The same of the copy that went with an application, also of one that holds less."""
    held = [
        ProfileCredential(
            credential=entry["credential"],
            is_apprentice=entry["is_apprentice"],
            expires_on=date.fromisoformat(entry["expires_on"]) if entry["expires_on"] else None,
            status=entry["status"],
        )
        for entry in sent.get("credentials", ())
    ]
    city, state = sent.get("city", ""), sent.get("state", "")
    worked_in = {entry["setting"] for entry in sent.get("experiences", ()) if entry["setting"]}
    return Coder(
        credentials={credential.credential: credential for credential in held},
        experience=sent.get("experience", ""),
        settings=frozenset(worked_in.union(sent.get("settings", ()))),
        specialties=frozenset(sent.get("specialties", ())),
        tools=frozenset(sent.get("tools", ())),
        city=city,
        state=state,
        states=frozenset({state} - {""}),
        point=point_of(city, state),
    )


def match(job: Job, coder: Coder) -> Match:
    return Match(tuple(answer(asked, coder) for asked in requirements_of(job)))


def answer(asked: Requirement, coder: Coder) -> Answer:
    return _ANSWERS[asked.kind](asked, coder)


def _have(
    asked: Requirement, what: str = "", why: str = "", *, is_confirmed: bool = False
) -> Answer:
    return Answer(asked, Answered.HAVE, what or asked.label, why, is_confirmed)


def _missing(asked: Requirement, why: str) -> Answer:
    return Answer(asked, Answered.MISSING, asked.label, why)


def _silent(asked: Requirement) -> Answer:
    return Answer(asked, Answered.SILENT, asked.label)


def _credential(asked: Requirement, coder: Coder) -> Answer:
    """The best proved of those that will do; of those that will not, why not."""
    if not coder.credentials:
        return _silent(asked)
    today = clock.today()
    held = [coder.credentials[slug] for slug in asked.values if slug in coder.credentials]
    good = [c for c in held if not has_expired(c, today)]
    full = [c for c in good if not c.is_apprentice]
    if full:
        best = max(full, key=lambda c: list(_PROOFS).index(c.status))
        is_confirmed = best.status == "confirmed"
        return _have(asked, _label(best), _PROOFS[best.status], is_confirmed=is_confirmed)
    if good:
        if asked.beginners:
            return _have(asked, f"{_label(good[0])}-A", "apprentices are welcome")
        return _missing(asked, f"{_label(good[0])}-A held, which is the apprentice form")
    if held:
        return _missing(asked, _expired(held[0]))
    return _missing(asked, "not held")


def _label(held: ProfileCredential) -> str:
    return taxonomy.CREDENTIALS[held.credential].label


def has_expired(held: ProfileCredential, today: date) -> bool:
    return held.status not in _PROOFS or (held.expires_on is not None and held.expires_on < today)


def _expired(held: ProfileCredential) -> str:
    form = f"{_label(held)}{'-A' if held.is_apprentice else ''}"
    return f"{form} expired" + (f" {held.expires_on:%B %Y}" if held.expires_on else "")


def _experience(asked: Requirement, coder: Coder) -> Answer:
    if coder.experience not in taxonomy.EXPERIENCE:
        return _silent(asked)
    band = _BANDS.index(coder.experience)
    stated = "none yet" if band == 0 else taxonomy.EXPERIENCE[coder.experience].lower()
    if band >= _BANDS.index(asked.values[0]):
        return _have(asked, why=stated)
    if asked.beginners:
        return _have(asked, why=f"{stated}, and apprentices are welcome")
    return _missing(asked, stated)


def _any(
    listed_by: Callable[[Coder], frozenset[str]], labels: Mapping[str, str], plural: str
) -> Callable[[Requirement, Coder], Answer]:
    """Answers a requirement that is met by one of the things a coder lists."""

    def answered(asked: Requirement, coder: Coder) -> Answer:
        listed = listed_by(coder)
        shared = [labels[slug] for slug in asked.values if slug in listed]
        if shared:
            return _have(asked, ", ".join(shared))
        if asked.need is Need.TRAINED:
            return _have(asked, why="training is given")
        return _missing(asked, f"not among the {plural} listed") if listed else _silent(asked)

    return answered


def _state(asked: Requirement, coder: Coder) -> Answer:
    if not asked.values:
        return _have(asked)
    if not coder.states:
        return _silent(asked)
    shared = [taxonomy.STATES[code] for code in asked.values if code in coder.states]
    if shared:
        return _have(asked, f"Remote from {', '.join(shared)}")
    return _missing(asked, f"not open to {taxonomy.STATES.get(coder.state, 'those named')}")


def _place(asked: Requirement, coder: Coder) -> Answer:
    """Within reach of where the coder lives; else by a wish to work there, or to move."""
    if not coder.state:
        return _silent(asked)
    if asked.point and coder.point:
        miles = distance(asked.point, coder.point)
        why, near = f"{miles:,.0f} miles from {coder.city}", miles <= REACH
    else:
        near = asked.state == coder.state
        why = f"in {taxonomy.STATES.get(coder.state, coder.state)}"
    if near:
        return _have(asked, why=why)
    if asked.state in coder.states and asked.state != coder.state:
        return _have(asked, why="would work there")
    if coder.will_relocate:
        return _have(asked, why="would move")
    return _missing(asked, why)


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Miles between two points given as latitude and longitude in degrees."""
    return metres_between(*one, *other) / METRES_A_MILE


_ANSWERS: dict[Kind, Callable[[Requirement, Coder], Answer]] = {
    Kind.CREDENTIAL: _credential,
    Kind.EXPERIENCE: _experience,
    Kind.SETTING: _any(lambda coder: coder.settings, taxonomy.SETTINGS, "settings"),
    Kind.SPECIALTY: _any(lambda coder: coder.specialties, taxonomy.SPECIALTIES, "specialties"),
    Kind.TOOL: _any(lambda coder: coder.tools, taxonomy.TOOLS, "tools"),
    Kind.STATE: _state,
    Kind.PLACE: _place,
}
