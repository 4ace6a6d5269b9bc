"""Whole pages over a reference of every kind: what they say, and what they cost."""

import pytest

from app.codes.services.reference.topics import TOPICS
from tests.factories.accounts import make_account
from tests.factories.codes import make_release
from tests.factories.codes_reference import make_reference
from tests.watch import statements

PAGES = (
    "/codes/icd10cm/E11.9",
    "/codes/icd10cm/S06.0X0A",
    "/codes/cpt/99213",
    "/codes/cpt/89353",
    "/codes/hcpcs/J1100",
    "/codes/icd10pcs/0016070",
    "/codes/icd9cm/250.00",
)
READS = 8


@pytest.fixture
def reader(app, client_of):
    make_release()
    make_reference()
    app.config["FREE_CODE_VIEWS"] = 100
    yield client_of(make_account())
    app.config["FREE_CODE_VIEWS"] = 5


def test_every_section_is_on_the_page_of_some_code_and_each_names_its_edition(reader):
    found = {path: reader.get(path).text for path in PAGES}
    shown = {
        t.id for t in TOPICS if any(f'<section id="{t.id}"' in page for page in found.values())
    }
    # What the small reference has nothing about.
    assert {t.id for t in TOPICS} - shown <= {"mce"}
    for page in found.values():
        assert page.count('<p class="source">') >= 2


def test_a_number_without_a_license_tells_every_fact_and_why_there_is_no_descriptor(reader):
    page = reader.get("/codes/cpt/89353").text
    assert "CPT descriptors are the property of the American Medical Association" in page
    for said in ("Laboratory and pathology", "Outside the fee schedule", "does not apply"):
        assert said.lower() in page.lower()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_costs_no_more_reads_than_it_may_when_it_is_drawn(reader, path):
    for other in ("icd10cm/E11.9", "cpt/99213"):  # what a process keeps of releases is there
        reader.get(f"/codes/{other}?on=2026-05-05")
    with statements() as seen:
        assert reader.get(path).status_code == 200
    reads = [s for s in seen if s.lstrip().upper().startswith(("SELECT", "WITH"))]
    assert len(reads) <= READS, "\n".join(s[:200] for s in reads)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_that_is_kept_costs_an_account_three_statements(reader, path):
    reader.get(path)
    with statements() as seen:
        reader.get(path)
    assert len(seen) <= 3
