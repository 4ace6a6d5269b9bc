"""Every kind of release there is, and which kind the files at hand are of."""

from __future__ import annotations

from collections.abc import Iterable

from app.codes.intake import icd10cm
from app.codes.intake.contract import Kind
from app.codes.intake.files import Member
from app.errors import Invalid

KINDS: dict[str, Kind] = {kind.name: kind for kind in icd10cm.KINDS}

Found = dict[str, dict[str, list[Member]]]  # by kind, then by part


def find_kinds(members: Iterable[Member], *, only: str = "") -> Found:
    """The files sorted by kind and part; those of no kind are left out.

    With `only`, files of other kinds are left out as well. Raises Invalid where nothing is left,
    saying what the files are.
    """
    members = list(members)
    if only and only not in KINDS:
        raise Invalid(f"There is no kind “{only}”. There are: {', '.join(KINDS)}.")
    found: Found = {}
    others: set[str] = set()
    for member in members:
        for kind in KINDS.values():
            part = kind.recognise(member)
            if part is not None and only in ("", kind.name):
                found.setdefault(kind.name, {}).setdefault(part, []).append(member)
            elif part is not None:
                others.add(kind.title)
    if found:
        return found
    names = ", ".join(member.name for member in members[:5])
    if only:
        looks = f" It looks like {' and '.join(sorted(others))}." if others else ""
        raise Invalid(f"{names} is not {KINDS[only].title} in a form that is known.{looks}")
    raise Invalid(f"{names} is no release of a kind that is known. Name the KIND to learn why.")
