"""Which edition holds on a day, and what its maker's calendar says of it."""

from datetime import date

import pytest

from app.codes import calendar
from app.codes.models import CodeRelease
from app.codes.services.editions import edition_on, editions, forget_editions
from app.extensions import db
from tests.factories.codes import BOOK, make_release


@pytest.mark.parametrize(
    ("kind", "effective", "year", "due"),
    [
        ("icd10cm", date(2025, 10, 1), 2026, date(2026, 4, 1)),
        ("icd10cm", date(2026, 4, 1), 2026, date(2026, 10, 1)),
        ("icd10cm", date(2021, 1, 1), 2021, date(2021, 4, 1)),
        ("hcpcs", date(2025, 10, 1), None, date(2026, 1, 1)),
        ("gpci", date(2024, 1, 1), None, date(2025, 1, 1)),
        ("gem-10-to-9", date(2017, 10, 1), None, None),
        ("ms-drg", date(2026, 4, 1), 2026, date(2026, 10, 1)),
    ],
)
def test_an_edition_knows_its_fiscal_year_and_when_the_next_is_due(kind, effective, year, due):
    assert calendar.fiscal_year(kind, effective) == year
    assert calendar.next_due(kind, effective) == due


def test_an_edition_has_the_name_of_its_kind_and_of_its_maker(app):
    make_release()
    edition = edition_on("icd10cm")
    assert (edition.title, edition.owner, edition.name) == (
        "ICD-10-CM",
        "CDC/NCHS",
        "April 1, 2026",
    )
    assert edition.is_overdue(date(2026, 10, 1))
    assert not edition.is_overdue(date(2026, 9, 30))


def test_an_edition_that_says_its_last_day_runs_out_after_it(app):
    make_release().effective_to = date(2026, 6, 30)
    db.session.commit()
    forget_editions()
    assert not edition_on("icd10cm").has_run_out(date(2026, 6, 30))
    assert edition_on("icd10cm").has_run_out(date(2026, 7, 1))


def test_the_editions_of_several_kinds_that_hold_on_a_day(app):
    release = make_release(effective=date(2025, 4, 1))
    make_release(BOOK.replace("W00", "W01"), effective=date(2026, 4, 1))
    held = editions().ids_on(["icd10cm", "hcpcs"], date(2025, 12, 31))
    assert {kind: edition.id for kind, edition in held.items()} == {"icd10cm": release.id}


def test_descriptors_of_the_ama_are_as_if_not_loaded_without_a_license(app):
    release = make_release()
    release.kind, release.legend = "cpt", {"copyright": "CPT copyright of somebody"}
    db.session.commit()
    forget_editions()
    assert editions().of("cpt") == ()
    app.config["CPT_LICENSED_USES"] = frozenset({"pages"})
    forget_editions()
    try:
        assert [e.id for e in editions().of("cpt")] == [release.id]
    finally:
        app.config["CPT_LICENSED_USES"] = frozenset()
    assert db.session.get(CodeRelease, release.id)
