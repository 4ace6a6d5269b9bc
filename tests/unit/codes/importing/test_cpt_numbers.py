"""The numbers of CPT, made of what CMS's files name."""

from datetime import date

import pytest
from sqlalchemy import select

from app.codes.intake.rows import fact
from app.codes.models import CodeEntry, CodeRelease
from app.codes.services.editions import edition_on
from app.codes.services.importing.cpt_numbers import renew_numbers
from app.extensions import db
from tests.factories.codes_facts import make_rows


@pytest.fixture
def licensed(app):
    app.config["CPT_LICENSED_USES"] = frozenset({"pages"})
    yield app
    app.config["CPT_LICENSED_USES"] = frozenset()


def entries() -> dict[str, CodeEntry]:
    rows = db.session.scalars(select(CodeEntry).order_by(CodeEntry.position))
    return {row.key: row for row in rows}


def test_numbers_stand_under_sections_of_ours_in_their_order(app):
    make_rows("pprrvu", [fact("rvu", "99213"), fact("rvu", "00100"), fact("rvu", "J1100")])
    make_rows("opps", [fact("opps", "0001U"), fact("opps", "99213")], effective=date(2025, 1, 1))
    renew_numbers()
    found = entries()
    numbers = [key for key, entry in found.items() if entry.kind == "code"]
    assert numbers == ["00100", "99213", "0001U"]
    assert all(found[number].title == "" for number in numbers)
    assert found["99213"].ancestors == "99202-99499/99202-99215"
    assert found[found["00100"].parent_key].title.startswith("Anesthesia")
    assert edition_on("cpt").effective_from == date(2025, 1, 1)


def test_made_again_of_the_same_files_it_stays_as_it_is(app):
    make_rows("pprrvu", [fact("rvu", "99213")])
    renew_numbers()
    first = edition_on("cpt").id
    renew_numbers()
    assert edition_on("cpt").id == first
    make_rows("opps", [fact("opps", "00100")])
    renew_numbers()
    assert {"00100", "99213"} <= set(entries())
    assert len(db.session.scalars(select(CodeRelease).where(CodeRelease.kind == "cpt")).all()) == 1


def test_where_nothing_names_a_number_there_is_no_release(app):
    renew_numbers()
    assert edition_on("cpt") is None


def test_under_a_license_numbers_carry_the_descriptors_and_lose_them_with_it(licensed):
    make_rows("pprrvu", [fact("rvu", "99213")])
    text = "Invented procedure one on an imaginary organ"
    make_rows("cpt-descriptors", [fact("descriptor", "99213", long=text)],
              legend={"copyright": "CPT copyright of somebody"})  # fmt: skip
    renew_numbers()
    assert entries()["99213"].title == text
    assert edition_on("cpt").legend == {"copyright": "CPT copyright of somebody"}
    licensed.config["CPT_LICENSED_USES"] = frozenset()
    renew_numbers()
    assert entries()["99213"].title == ""
    assert edition_on("cpt").legend == {}
