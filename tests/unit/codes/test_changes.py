"""What changed between two editions."""

import re
from datetime import date
from html import unescape

import pytest

from app.codes.intake.contract import Quarantine
from app.codes.intake.files import members
from app.codes.intake.icd10cm import read_listing
from app.codes.intake.rows import Entry
from app.codes.services.changes import difference, pair_of
from app.codes.services.importing.bulk import count_anew, write_rows
from app.extensions import db
from tests.factories.codes import BOOK, make_release
from tests.factories.codes_rows import add_fact, make_edition
from tests.shared_data import DATA, needs_data

OLD, NEW = date(2025, 4, 1), date(2026, 4, 1)


def words(response) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


@pytest.fixture
def books(app):
    make_release(
        BOOK.replace("without complications", "with none").replace(
            "<diag><name>E13</name><desc>Other specified diabetes mellitus</desc></diag>", ""
        ),
        effective=OLD,
    )
    make_release(BOOK, effective=NEW)


def test_codes_are_added_deleted_and_revised(client, books):
    page = words(client.get("/codes/changes?kind=icd10cm"))
    assert "Added 1 Deleted 0 Revised 2" in page
    assert "E13 Other specified diabetes mellitus" in page
    assert "1 code can be reported in the later edition" in page
    revised = client.get("/codes/changes?kind=icd10cm&sort=changed").text
    assert "<del>with none</del>" in revised
    assert "<ins>without complications</ins>" in revised


def test_a_prefix_narrows_the_list(client, books):
    page = words(client.get("/codes/changes?kind=icd10cm&sort=changed&prefix=e11"))
    assert "Added 0 Deleted 0 Revised 1" in page
    assert "E10.9" not in page


def test_the_list_is_a_file_too(client, books):
    file = client.get("/codes/changes.csv?kind=icd10cm&sort=changed")
    assert file.headers["Content-Type"].startswith("text/csv")
    assert '"E11.9"' in file.text
    assert '"description","Type 2 diabetes mellitus with none"' in file.text


def test_facts_are_compared_field_by_field(client, app):
    old, new = make_edition("opps", OLD), make_edition("opps", NEW)
    add_fact(old, "opps", "Q9001", status="A", rate="10")
    add_fact(new, "opps", "Q9001", status="B", rate="10")
    add_fact(old, "opps", "Q9002", status="A")
    add_fact(new, "opps", "Q9003", status="=1+1")
    page = words(client.get("/codes/changes?kind=opps&sort=changed"))
    assert "Added 1 Deleted 1 Revised 1" in page
    assert "Q9001 opps status: A B" in page
    assert '"\'=1+1"' in client.get("/codes/changes.csv?kind=opps&sort=added").text


def test_with_one_edition_there_is_nothing_to_compare(client, app):
    make_release()
    assert "There are no two editions to compare" in words(client.get("/codes/changes"))
    assert client.get("/codes/changes.csv?kind=icd10cm").status_code == 422


@pytest.mark.parametrize(
    "query",
    ["kind=nothing", "kind=%3Cb%3E", "from=2026-04-01&to=2025-04-01",
     "from=2025-04-01&to=2025-04-01", "from=x", "to=2026-02-30", "from=2024-01-01",
     "prefix=%25", "prefix=%E2%80%AE", "prefix=a b"],
)  # fmt: skip
def test_wrong_questions_are_refused_with_a_sentence(client, books, query):
    answer = client.get(f"/codes/changes?kind=icd10cm&{query}" if "kind" not in query
                        else f"/codes/changes?{query}")  # fmt: skip
    assert answer.status_code == 422
    assert 'class="field-error"' in answer.text


@pytest.mark.parametrize("page", ["0", "-3", "x", "99999999999999999999"])
def test_a_page_number_of_any_kind_is_answered(client, books, page):
    assert client.get(f"/codes/changes?kind=icd10cm&page={page}").status_code == 200


@needs_data
def test_the_figures_of_the_real_editions_are_those_of_cdc(app):
    """CDC announced 487 new codes for fiscal year 2026 and 28 deleted ones."""
    for name, day in (
        ("icd10cm-April-2025.zip", OLD),
        ("icd10cm-tabular-and-tables-April-2026.zip", NEW),
    ):
        (listing,) = [m for m in members(DATA / "icd10cm" / name) if "code-list" in m.name]
        codes = sorted(read_listing(listing, Quarantine()).keys)
        rows = [
            Entry(key, key, "code", "", not after.startswith(key), None, None, "", position)
            for position, (key, after) in enumerate(zip(codes, [*codes[1:], ""], strict=True))
        ]
        write_rows(make_edition("icd10cm", day).id, Entry, rows)
        db.session.commit()
    count_anew()
    found = difference(*pair_of("icd10cm", OLD, NEW), sort="added", prefix="", offset=0)
    assert (found.became_billable, found.ceased_billable) == (487, 28)
    assert dict(found.counts)["added"] == 614
