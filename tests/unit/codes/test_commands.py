"""Loading a release from the command line."""

import zipfile

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select

from app.codes.intake.tabular import read_tabular
from app.codes.models import CodeRelease, ReleaseState
from app.codes.services import current_release, indexing, search_codes
from app.engine import engine
from app.extensions import db
from tests.factories.codes import BOOK, make_release


@pytest.fixture
def run(app):
    runner: FlaskCliRunner = app.test_cli_runner()

    def invoke(*words: str):
        result = runner.invoke(args=["codes", *words])
        assert result.exception is None or isinstance(result.exception, SystemExit)
        db.session.expire_all()
        return result

    return invoke


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "icd10cm-tabular-April-1-2026.xml"
    path.write_text(BOOK)
    return path


def test_a_release_is_loaded_published_and_indexed(run, book):
    result = run("import", str(book), "--row-floor", "1")
    assert result.exit_code == 0, result.output
    assert "ICD-10-CM, April 1, 2026: " in result.output
    assert current_release("icd10cm").edition == "April 1, 2026"
    assert indexing.index_is_current()
    assert [a.shown for a in search_codes("mononeuropathy").entries] == ["E11.41"]


def test_the_same_files_again_are_nothing_to_do(run, book):
    run("import", str(book), "--row-floor", "1")
    again = run("import", str(book), "--row-floor", "1")
    assert "is loaded already" in again.output
    assert db.session.scalar(select(func.count()).select_from(CodeRelease)) == 1


def test_asked_for_expressly_the_same_files_are_loaded_anew(run, book):
    run("import", str(book), "--row-floor", "1")
    run("import", str(book), "--row-floor", "1", "--again")
    states = db.session.scalars(select(CodeRelease.state).order_by(CodeRelease.id)).all()
    assert states == [ReleaseState.REPLACED, ReleaseState.PUBLISHED]


def test_a_lost_index_is_built_again_where_the_release_is_loaded(run, book):
    run("import", str(book), "--row-floor", "1")
    engine().rebuild("codes", [])
    assert not indexing.index_is_current()
    run("import", str(book), "--row-floor", "1")
    assert indexing.index_is_current()


def test_the_difference_to_the_edition_before_is_shown(run, book, tmp_path):
    smaller = BOOK.replace("<diag><name>E10.9</name><desc>Type 1 diabetes mellitus without "
                           "complications</desc></diag>", "")  # fmt: skip
    first = tmp_path / "icd10cm_tabular_2026.xml"
    first.write_text(smaller)
    run("import", str(first), "--row-floor", "1")
    result = run("import", str(book), "--row-floor", "1")
    assert (
        "Compared with October 1, 2025: 1 code added, 0 removed, 1 changed "
        "(added E10.9; changed E10)." in result.output
    )


def test_an_older_edition_does_not_take_the_place_of_a_later_one(run, book, tmp_path):
    run("import", str(book), "--row-floor", "1")
    older = tmp_path / "icd10cm_tabular_2025.xml"
    older.write_text(BOOK)
    result = run("import", str(older), "--row-floor", "1", "--again")
    assert "ICD-10-CM, October 1, 2024: " in result.output
    assert current_release("icd10cm").edition == "April 1, 2026"


def test_with_a_preview_nothing_is_live_until_it_is_published(run, book):
    result = run("import", str(book), "--row-floor", "1", "--preview")
    assert "flask codes publish icd10cm" in result.output
    assert current_release("icd10cm") is None
    assert run("publish", "icd10cm").exit_code == 0
    assert current_release("icd10cm").edition == "April 1, 2026"
    assert "No release of ICD-10-CM waits" in run("publish", "icd10cm").output


def test_a_preview_can_be_discarded(run, book):
    run("import", "icd10cm", str(book), "--row-floor", "1", "--preview")
    assert "Discarded." in run("discard", "icd10cm").output
    assert db.session.scalar(select(func.count()).select_from(CodeRelease)) == 0


def test_the_kind_is_checked_and_files_are_asked_for(run, book, tmp_path):
    assert "There is no kind “nonsense”" in run("import", "nonsense", str(book)).output
    assert "Name the files of ICD-10-CM." in run("import", "icd10cm").output
    assert "There is no file" in run("import", "icd10cm", str(tmp_path / "none.zip")).output
    other = tmp_path / "x.txt"
    other.write_text("hello")
    refused = run("import", str(other))
    assert refused.exit_code == 1
    assert "x.txt is no release of a kind that is known" in refused.output
    assert "x.txt is not ICD-10-CM in a form" in run("import", "icd10cm", str(other)).output


def test_releases_and_kinds_are_listed(run, book):
    run("import", str(book), "--row-floor", "1")
    assert "April 1, 2026" in run("releases").output
    assert "ICD-10-CM (CDC/NCHS)" in run("kinds").output


def test_a_short_file_is_refused_in_one_line_and_leaves_nothing(run, book):
    result = run("import", str(book))
    assert result.exit_code == 1
    assert "fewer than 90,000: nothing was loaded" in result.output
    assert db.session.scalar(select(func.count()).select_from(CodeRelease)) == 0


def test_the_day_an_edition_takes_effect_can_be_given(run, tmp_path):
    path = tmp_path / "book.xml"
    path.write_text(BOOK.replace("<version>2026</version>", ""))
    refused = run("import", str(path), "--row-floor", "1")
    assert "when the edition takes effect" in refused.output
    run("import", str(path), "--row-floor", "1", "--effective", "2026-04-01")
    assert current_release("icd10cm").edition == "April 1, 2026"


def test_bad_lines_are_named(run, tmp_path):
    path = tmp_path / "icd10cm-2026.zip"
    keys = [
        e.key for e in read_tabular(BOOK.encode()).entries
        if e.kind not in ("chapter", "section")
    ]  # fmt: skip
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tabular-April-2026.xml", BOOK)
        archive.writestr("code-list.txt", "\n".join(["1", "A00-A09", keys[0], "??", *keys[1:]]))
    result = run("import", str(path), "--row-floor", "1")
    assert result.exit_code == 0, result.output
    assert "code-list.txt, line 4: neither a code nor a heading: left out." in result.output


def test_the_index_command_wants_a_release(run):
    assert "No release is loaded" in run("index").output
    make_release()
    assert run("index").exit_code == 0
    assert indexing.index_is_current()
