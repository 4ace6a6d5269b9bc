"""Every kind of release there is, and which kind the files at hand are of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from app.codes.intake import (
    asp,
    cpt,
    gem,
    hcc,
    hcpcs,
    icd9,
    icd10cm,
    icd10cm_index,
    icd10pcs,
    mcd,
    mce,
    ms_drg,
    ncci,
    opps,
    pcs_index,
    pfs,
    place_of_service,
    rbcs,
)
from app.codes.intake.contract import Kind
from app.codes.intake.days import effective_date
from app.codes.intake.files import Member
from app.errors import Invalid

_READERS = (
    icd10cm,
    icd10cm_index,
    icd10pcs,
    pcs_index,
    hcpcs,
    rbcs,
    place_of_service,
    pfs,
    ncci,
    opps,
    asp,
    gem,
    ms_drg,
    mce,
    hcc,
    mcd,
    cpt,
    icd9,
)
KINDS: dict[str, Kind] = {kind.name: kind for reader in _READERS for kind in reader.KINDS}


@dataclass(frozen=True, slots=True)
class Found:
    """The files of one release, by the part each plays in it."""

    kind: Kind
    parts: dict[str, list[Member]]


def find_releases(given: Iterable[Sequence[Member]], *, only: str = "") -> list[Found]:
    """The releases in files that were given together; each of `given` is what one file holds.

    Parts of a kind that came apart make one release, such as a tabular list and its order file;
    where one part came twice, or names give different days, each file is a release of its own.
    Files of no kind are left out, with `only` those of other kinds too. Raises Invalid where
    nothing is left.
    """
    if only and only not in KINDS:
        raise Invalid(f"There is no kind “{only}”. There are: {', '.join(KINDS)}.")
    given = list(given)
    by_kind: dict[str, list[Found]] = {}
    others: set[str] = set()
    for members in given:
        for name, found in _sorted_out(members).items():
            if only in ("", name):
                by_kind.setdefault(name, []).append(found)
            else:
                others.add(found.kind.title)
    if not by_kind:
        raise Invalid(_nothing_known([m for members in given for m in members], only, others))
    return [release for apart in by_kind.values() for release in _together(apart)]


def _sorted_out(members: Iterable[Member]) -> dict[str, Found]:
    found: dict[str, Found] = {}
    for member in members:
        for kind in KINDS.values():
            part = kind.recognise(member)
            if part is not None:
                parts = found.setdefault(kind.name, Found(kind, {})).parts
                parts.setdefault(part, []).append(member)
    return found


def _together(apart: Sequence[Found]) -> list[Found]:
    kind = apart[0].kind
    parts = [part for found in apart for part in found.parts]
    if not kind.cut and (len(set(parts)) < len(parts) or len(_days(apart)) > 1):
        return list(apart)
    joined: dict[str, list[Member]] = {}
    for found in apart:
        for part, members in found.parts.items():
            joined.setdefault(part, []).extend(members)
    return [Found(kind, joined)]


def _days(apart: Sequence[Found]) -> set[date]:
    """The days of effect that the names of the files give."""
    names = ([m.name for ms in f.parts.values() for m in ms] for f in apart)
    return {day for each in names if (day := effective_date(each)) is not None}


def _nothing_known(members: Sequence[Member], only: str, others: set[str]) -> str:
    names = ", ".join(member.name for member in members[:5])
    if only:
        looks = f" It looks like {' and '.join(sorted(others))}." if others else ""
        return f"{names} is not {KINDS[only].title} in a form that is known.{looks}"
    return f"{names} is no release of a kind that is known. Name the KIND to learn why."
