"""The content of a listing as one value: read, compared, kept as JSON, written back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, date, datetime
from typing import Any

from app import places, taxonomy
from app.html import plain
from app.jobs.models import Facet, Job, JobTerm


@dataclass(frozen=True, slots=True)
class Content:
    """Everything an employer composes. Lists are in the order of the taxonomy."""

    title: str = ""
    role: str = ""
    engagement: str = ""
    requisition: str = ""
    place_kind: str = ""
    states: tuple[str, ...] = ()  # where a remote job may be done; none means anywhere in the US
    city: str = ""
    state_code: str = ""
    postal_code: str = ""
    pay_unit: str = ""
    pay_low_cents: int = 0
    pay_high_cents: int = 0
    benefits: str = ""
    experience: str = ""
    apprentice_welcome: bool = False
    credentials_required: tuple[str, ...] = ()
    credentials_preferred: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    specialties: tuple[str, ...] = ()
    code_sets: tuple[str, ...] = ()
    codes_named: str = ""
    tools: Mapping[str, str] = field(default_factory=dict)  # tool: required, preferred or trained
    productivity: str = ""
    accuracy_percent: int | None = None
    description: str = ""  # cleaned HTML
    closes_on: date | None = None
    apply_method: str = "here"
    apply_url: str = ""
    publish_on: date | None = None

    def to_json(self) -> dict[str, Any]:
        found = asdict(self)
        for name in ("closes_on", "publish_on"):
            found[name] = found[name].isoformat() if found[name] else None
        return {k: list(v) if isinstance(v, tuple) else v for k, v in found.items()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Content:
        """What was kept, also by an earlier version that knew fewer fields."""
        found: dict[str, Any] = {f.name: stored[f.name] for f in fields(cls) if f.name in stored}
        for name in ("closes_on", "publish_on"):
            if found.get(name):
                found[name] = date.fromisoformat(found[name])
        values: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in found.items()
        }
        return cls(**values)

    def changed(self, **values: Any) -> Content:
        return replace(self, **values)


_COLUMNS = (
    "title",
    "role",
    "engagement",
    "requisition",
    "place_kind",
    "city",
    "state_code",
    "postal_code",
    "pay_unit",
    "pay_low_cents",
    "pay_high_cents",
    "benefits",
    "experience",
    "apprentice_welcome",
    "codes_named",
    "productivity",
    "accuracy_percent",
    "description",
    "closes_on",
    "apply_method",
    "apply_url",
)

# What a moderator's approval was about: a change to one of these waits for another.
REVIEWED = frozenset(
    {
        "title",
        "role",
        "engagement",
        "place_kind",
        "states",
        "city",
        "state_code",
        "postal_code",
        "pay_unit",
        "pay_low_cents",
        "pay_high_cents",
        "apply_method",
        "apply_url",
    }
)
_PROSE = ("description", "benefits", "productivity", "requisition")
SMALL_EDIT_WORDS = 12
SMALL_EDIT_SHARE = 0.1  # of the words that were approved


_VOCABULARIES: dict[Facet, Mapping[str, object]] = {
    Facet.STATE: taxonomy.STATES,
    Facet.CREDENTIAL: taxonomy.CREDENTIALS,
    Facet.SETTING: taxonomy.SETTINGS,
    Facet.SPECIALTY: taxonomy.SPECIALTIES,
    Facet.CODE_SET: taxonomy.CODE_SETS,
}


def in_order(facet: Facet, values: Iterable[str]) -> tuple[str, ...]:
    """Each value once, in the order of the taxonomy, so that equal choices are equal."""
    places = {slug: place for place, slug in enumerate(_VOCABULARIES[facet])}
    return tuple(sorted(set(values), key=lambda v: (places.get(v, len(places)), v)))


def content_of(job: Job) -> Content:
    return Content(
        **{name: getattr(job, name) for name in _COLUMNS},
        states=in_order(Facet.STATE, job.values(Facet.STATE)),
        credentials_required=in_order(Facet.CREDENTIAL, job.values(Facet.CREDENTIAL, "required")),
        credentials_preferred=in_order(Facet.CREDENTIAL, job.values(Facet.CREDENTIAL, "preferred")),
        settings=in_order(Facet.SETTING, job.values(Facet.SETTING)),
        specialties=in_order(Facet.SPECIALTY, job.values(Facet.SPECIALTY)),
        code_sets=in_order(Facet.CODE_SET, job.values(Facet.CODE_SET)),
        tools={t.value: t.need for t in job.terms if t.facet == Facet.TOOL},
        publish_on=job.publish_at.date() if job.publish_at else None,
    )


def write_content(job: Job, content: Content) -> None:
    """Make the listing hold `content`, all but the codes that follow from `codes_named`."""
    for name in _COLUMNS:
        setattr(job, name, getattr(content, name))
    put_on_the_map(job)
    job.publish_at = (
        datetime.combine(content.publish_on, datetime.min.time(), UTC)
        if content.publish_on
        else None
    )
    _write_terms(job, content)


def put_on_the_map(job: Job) -> None:
    """Give the listing the coordinates of its ZIP code, or of its town; none that nobody knows."""
    place = places.find_zip(job.postal_code) or (
        places.find_city(job.city, job.state_code) if job.city else None
    )
    job.lat, job.lng = (place.lat, place.lng) if place else (None, None)


def _write_terms(job: Job, content: Content) -> None:
    """Change only the rows that differ, so that a save with no change writes nothing."""
    wanted = [
        *((Facet.STATE, value, "") for value in content.states),
        *((Facet.CREDENTIAL, value, "required") for value in content.credentials_required),
        *((Facet.CREDENTIAL, value, "preferred") for value in content.credentials_preferred),
        *((Facet.SETTING, value, "") for value in content.settings),
        *((Facet.SPECIALTY, value, "") for value in content.specialties),
        *((Facet.CODE_SET, value, "") for value in content.code_sets),
        *((Facet.TOOL, value, need) for value, need in content.tools.items()),
    ]
    held = {(term.facet, term.value): term for term in job.terms}
    keys = {(str(facet), value) for facet, value, _ in wanted}
    for key, term in held.items():
        if key not in keys:
            job.terms.remove(term)
    for facet, value, need in wanted:
        found = held.get((facet, value))
        if found is None:
            job.terms.append(JobTerm(facet=str(facet), value=value, need=need))
        else:
            found.need = need


def changed_fields(old: Content, new: Content) -> list[str]:
    return [f.name for f in fields(Content) if getattr(old, f.name) != getattr(new, f.name)]


def needs_review(approved: Content, new: Content) -> bool:
    """Whether a change to a listing that is up goes beyond what a moderator approved."""
    changed = changed_fields(approved, new)
    if REVIEWED.intersection(changed):
        return True
    return any(
        _is_large_edit(getattr(approved, name), getattr(new, name))
        for name in _PROSE
        if name in changed
    )


def _is_large_edit(old: str, new: str) -> bool:
    """Counted in words that came or went; a new link is never a typo."""
    if set(_links(new)) - set(_links(old)):
        return True
    before, after = Counter(plain(old).split()), Counter(plain(new).split())
    moved = (before - after).total() + (after - before).total()
    return moved > max(SMALL_EDIT_WORDS, int(before.total() * SMALL_EDIT_SHARE))


def _links(markup: str) -> list[str]:
    return [part.split('"')[0] for part in markup.split('href="')[1:]] + [
        word for word in plain(markup).split() if "://" in word or "@" in word or "www." in word
    ]
