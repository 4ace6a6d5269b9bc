"""The codes a listing names: from what was typed to the ranges that code pages look up."""

from __future__ import annotations

import re

from app import taxonomy
from app.codes.services import CodeRange, resolve_range
from app.errors import Invalid
from app.jobs.models import Job, JobCode

FIELD = "codes_named"
MOST = 20

_SEPARATOR = re.compile(r"[,;\n]")
_CODE_SETS = {label.casefold() for label in taxonomy.CODE_SETS.values()}


def resolve_codes(typed: str) -> list[CodeRange]:
    """Each code or range in "I21, E08-E13". Raises Invalid naming the first that does not exist."""
    parts = [part.strip() for part in _SEPARATOR.split(typed) if part.strip()]
    if len(parts) > MOST:
        raise Invalid(f"Name {MOST} codes or ranges at most.", field=FIELD)
    found: dict[tuple[str, str, str], CodeRange] = {}
    for part in parts:
        if part.casefold() in _CODE_SETS:
            raise Invalid(f"{part} is a code set, not a code: tick it above.", field=FIELD)
        try:
            code_range = resolve_range(part)
        except Invalid as error:
            raise Invalid(error.message, field=FIELD) from error
        found[code_range.system, code_range.first_key, code_range.last_key] = code_range
    return list(found.values())


def name_codes(job: Job, typed: str) -> None:
    """Make the listing name exactly these codes."""
    job.codes[:] = [
        JobCode(
            system=code_range.system,
            first_key=code_range.first_key,
            last_key=code_range.last_key,
            shown=code_range.label,
        )
        for code_range in resolve_codes(typed)
    ]


def copy_codes(source: Job, target: Job) -> None:
    """The same codes, without looking them up again: a later release may not know them any more."""
    target.codes[:] = [
        JobCode(system=c.system, first_key=c.first_key, last_key=c.last_key, shown=c.shown)
        for c in source.codes
    ]
