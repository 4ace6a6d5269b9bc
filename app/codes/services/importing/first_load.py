"""The first releases of a new site: what installed packages carry, of kinds that have none."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app import index_rebuilds
from app.codes.intake.carried import carried_members
from app.codes.intake.contract import Hints
from app.codes.intake.kinds import find_releases
from app.codes.models import CodeRelease, ReleaseState
from app.codes.services.importing.load import load_release
from app.codes.services.importing.loading import open_release
from app.codes.services.importing.publishing import publish_release
from app.errors import DomainError
from app.extensions import db
from search.indexes import CODES

log = logging.getLogger(__name__)

CARRIED = (
    "icd10cm",
    "icd10pcs",
    "gem-10-to-9",
    "gem-9-to-10",
    "ms-drg",
    "cms-hcc",
    "icd9cm",
    "icd9pcs",
)


def load_missing() -> Iterator[int]:
    """Load and put live what packages carry; yields each step, for the caller to commit.

    Only kinds that never had a release: what an operator loaded or took off is left as it is.
    """
    if not _untouched(set(CARRIED)):
        return  # as at every start but the first
    try:
        found = find_releases([carried_members()])
    except DomainError as error:
        log.warning("no release of a package is loaded: %s", error.message)
        return
    kinds, anything = {release.kind.name for release in found}, False
    for release in found:
        if release.kind.name not in _untouched(kinds):
            continue
        try:
            yield from load_release(release.kind, release.parts, Hints())
            ready = open_release(release.kind.name)
            if ready is not None and ready.state == ReleaseState.READY:
                publish_release(ready, cumulative=release.kind.cumulative, by=None)
                anything = True
            yield 0
        except (DomainError, IntegrityError) as error:  # another worker loads it, perhaps
            db.session.rollback()
            log.warning("%s is not loaded: %s", release.kind.title, error)
    if anything:
        index_rebuilds.ask(CODES.name, reason="Packages brought code systems.")
        yield 0


def _untouched(kinds: set[str]) -> set[str]:
    """Those of the kinds of which no release was ever whole."""
    touched = select(CodeRelease.kind).where(
        CodeRelease.kind.in_(kinds), CodeRelease.state != ReleaseState.STAGED
    )
    return kinds - set(db.session.scalars(touched))
