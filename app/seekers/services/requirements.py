"""What a listing asks of a coder, requirement by requirement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app import places, taxonomy
from app.jobs.models import Facet, Job

STATES_SPELLED = 4  # named up to here, then counted


class Kind(StrEnum):
    CREDENTIAL = "credential"
    EXPERIENCE = "experience"
    SETTING = "setting"
    SPECIALTY = "specialty"
    TOOL = "tool"
    STATE = "state"  # a remote job: one may work from there
    PLACE = "place"  # any other: one has to get there
    WISH = "wish"  # the other way round: the coder asks it of the listing


class Need(StrEnum):
    REQUIRED = "required"
    PREFERRED = "preferred"
    TRAINED = "trained"  # the employer teaches it
    WISHED = "wished"  # by the coder


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that is asked for. Any one of `values` meets it."""

    kind: Kind
    need: Need
    label: str  # "CPC or CCS"
    values: tuple[str, ...] = ()  # slugs; for a place its city
    # Beginners are welcome: the apprentice form of a credential will do, and so will fewer years.
    beginners: bool = False
    state: str = ""  # of a place
    point: tuple[float, float] | None = None  # of a place: latitude and longitude


def requirements_of(job: Job) -> tuple[Requirement, ...]:
    """In the order in which people decide by them: what is required first."""
    found = (*_credentials(job), *_experience(job), *_place(job), *_tools(job), *_specialties(job))
    return tuple(sorted(found, key=lambda r: list(Need).index(r.need)))


def any_of(labels: Iterable[str]) -> str:
    """Several names as a choice: "CPC, COC or CCS"."""
    *first, last = labels
    return f"{', '.join(first)} or {last}" if first else last


def _credentials(job: Job) -> Iterator[Requirement]:
    for need in (Need.REQUIRED, Need.PREFERRED):
        held = [s for s in job.values(Facet.CREDENTIAL, need) if s in taxonomy.CREDENTIALS]
        if held:
            label = any_of(taxonomy.CREDENTIALS[slug].label for slug in held)
            yield Requirement(
                Kind.CREDENTIAL, need, label, tuple(held), beginners=job.apprentice_welcome
            )


def _experience(job: Job) -> Iterator[Requirement]:
    """Years, and in what: inpatient and professional fee years do not replace each other."""
    asks_for_years = job.experience in ("1-2", "3-4", "5-plus")
    if job.experience in taxonomy.EXPERIENCE and job.experience != "none":
        label = f"{taxonomy.EXPERIENCE[job.experience]} of experience"
        yield Requirement(
            Kind.EXPERIENCE,
            Need.REQUIRED,
            label,
            (job.experience,),
            beginners=job.apprentice_welcome,
        )
    settings = _known(job.values(Facet.SETTING), taxonomy.SETTINGS)
    if settings:
        yield Requirement(
            Kind.SETTING,
            Need.REQUIRED if asks_for_years and not job.apprentice_welcome else Need.PREFERRED,
            any_of(taxonomy.SETTINGS[slug] for slug in settings),
            settings,
        )


def _place(job: Job) -> Iterator[Requirement]:
    if job.place_kind == "remote":
        states = _known(job.values(Facet.STATE), taxonomy.STATES)
        yield Requirement(Kind.STATE, Need.REQUIRED, _from_states(states), states)
    elif job.state_code in taxonomy.STATES:
        kind = taxonomy.PLACE_KINDS.get(job.place_kind, "On site")
        where = ", ".join(part for part in (job.city, job.state_code) if part)
        yield Requirement(
            Kind.PLACE,
            Need.REQUIRED,
            f"{kind} in {where}",
            (job.city,),
            state=job.state_code,
            point=_point(job),
        )


def _point(job: Job) -> tuple[float, float] | None:
    """Where the listing says it is: a ZIP is nearer to the point than its town."""
    if job.lat is None or job.lng is None:
        return point_of(job.city, job.state_code)
    return job.lat, job.lng


def point_of(city: str, state: str) -> tuple[float, float] | None:
    """Latitude and longitude of a town in degrees, where the gazetteer knows it."""
    place = places.find_city(city, state) if city and state else None
    return (place.lat, place.lng) if place else None


def _from_states(states: Sequence[str]) -> str:
    if not states:
        return "Remote, any US state"
    if len(states) > STATES_SPELLED:
        return f"Remote from {len(states)} states"
    return f"Remote from {any_of(taxonomy.STATES[code] for code in states)}"


def _tools(job: Job) -> Iterator[Requirement]:
    for term in job.terms:
        if term.facet == Facet.TOOL and term.value in taxonomy.TOOLS:
            need = Need(term.need or Need.PREFERRED)
            yield Requirement(Kind.TOOL, need, taxonomy.TOOLS[term.value], (term.value,))


def _specialties(job: Job) -> Iterator[Requirement]:
    known = _known(job.values(Facet.SPECIALTY), taxonomy.SPECIALTIES)
    if known:
        label = any_of(taxonomy.SPECIALTIES[slug] for slug in known)
        yield Requirement(Kind.SPECIALTY, Need.PREFERRED, label, known)


def _known(values: Sequence[str], labels: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(value for value in values if value in labels)
