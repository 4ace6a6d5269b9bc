"""Releases that installed packages carry, found without importing the packages."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

from app.codes.intake.files import Member
from app.errors import Unavailable

_CARRIED = {
    "simple-icd-10-cm": re.compile(
        r"tabular[^/]*\.xml$|(?:order|code-list)[^/]*\.txt$", re.IGNORECASE
    ),
}


def carried_members() -> list[Member]:
    found: list[Member] = []
    for package, wanted in _CARRIED.items():
        try:
            distribution = metadata.distribution(package)
        except metadata.PackageNotFoundError as error:
            raise Unavailable(f"The package {package}, which carries files, is missing.") from error
        label = f"{package} {distribution.version}"
        for file in distribution.files or []:
            path = Path(str(file.locate()))
            if wanted.search(str(file)) and path.is_file():
                found.append(_member(path, label))
    return found


def _member(path: Path, label: str) -> Member:
    return Member(path.name, label, path.stat().st_size, lambda: path.open("rb"))
