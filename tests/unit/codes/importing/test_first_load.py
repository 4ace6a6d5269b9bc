"""The first releases of a new site, loaded by the worker by itself."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import select

from app import clock
from app.codes import chores
from app.codes.intake.carried import carried_members
from app.codes.intake.kinds import find_releases
from app.codes.models import CodeRelease, ReleaseState
from app.codes.services.importing import first_load
from app.codes.services.importing.loading import digest_of
from app.extensions import db
from app.index_rebuilds import IndexRebuild
from tests.factories.codes import make_member, make_release, stage
from tests.factories.codes_desk import places
from tests.factories.listings import make_codes


def carried() -> set[str]:
    return {release.kind.name for release in find_releases([carried_members()])}


def touch(kinds: set[str], state: str = "replaced") -> None:
    """Releases of the kinds, as if an operator had loaded them and taken them off."""
    for kind in kinds:
        release = make_codes("E119")
        release.kind, release.state = kind, state
        db.session.flush()
    db.session.commit()


def test_only_kinds_that_never_had_a_release_are_loaded(app):
    kinds = carried()
    assert {"icd10cm", "icd10pcs", "icd9cm", "icd9pcs", "ms-drg", "cms-hcc"} <= kinds
    touch(kinds - {"icd9pcs"})

    chores.load_what_packages_carry()

    live = db.session.scalars(select(CodeRelease.kind).where(CodeRelease.state == "published"))
    assert live.all() == ["icd9pcs"]
    assert db.session.scalars(select(IndexRebuild.index)).all() == ["codes"]

    chores.load_what_packages_carry()
    states = db.session.scalars(select(CodeRelease).where(CodeRelease.kind == "icd9pcs")).all()
    assert [release.state for release in states] == [ReleaseState.PUBLISHED]


def test_before_the_start_only_icd10cm_is_looked_at(app):
    (found,) = find_releases([carried_members()], only="icd10cm")
    release = make_codes("E119")
    release.sha256, release.published_at = digest_of(found.parts), clock.now()
    db.session.commit()
    done = app.test_cli_runner().invoke(args=["codes", "load-package", "--first"])
    assert done.output.splitlines()[0] == "ICD-10-CM, 2026 is loaded already."
    assert "ICD-10-PCS" not in done.output


def test_where_everything_was_loaded_once_nothing_is_done(app):
    touch(carried())
    chores.load_what_packages_carry()
    assert db.session.scalar(select(CodeRelease.id).where(CodeRelease.state == "published")) is None
    assert db.session.scalars(select(IndexRebuild)).all() == []


def test_what_another_worker_loads_is_left_to_it(app, caplog):
    touch(carried() - {"icd9pcs"})
    other = make_codes("E119")
    other.kind, other.state = "icd9pcs", "staged"
    db.session.commit()
    with caplog.at_level(logging.WARNING):
        chores.load_what_packages_carry()
    assert "is being loaded at this moment" in caplog.text


@pytest.mark.parametrize("state", ["ready", "published"])
def test_what_an_operator_has_loaded_is_never_touched(app, state):
    make_release()
    stage(make_member(places(), "places_may_2024.csv"))
    assert first_load._untouched({"icd10cm", "place-of-service", "icd9cm"}) == {"icd9cm"}
