"""Files: kept outside the web root under names of ours, gone with their rows, never half there."""

import errno
import os
from datetime import timedelta

import pytest
import time_machine

from app import clock, files, tasks
from app.errors import Invalid, NotFound, TooLarge, Unavailable
from app.extensions import db
from app.files import StoredFile
from tests.factories.accounts import make_account
from tests.factories.documents import docx_bytes, pdf_bytes


def on_disk() -> list[str]:
    return sorted(path.name for path in files.folder().rglob("*") if path.is_file())


@pytest.fixture(autouse=True)
def _own_folder(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "DATA_DIR", tmp_path)


@pytest.fixture
def account(app):
    return make_account()


def test_a_file_is_kept_as_it_came_under_a_name_of_ours(account):
    content = pdf_bytes()
    stored = files.store(account.id, "Jane Doe.pdf", content)
    db.session.commit()
    assert files.path_of(stored).read_bytes() == content
    assert (stored.name, stored.media_type) == ("Jane Doe.pdf", "application/pdf")
    assert stored.size == len(content)
    assert on_disk() == [stored.key]
    assert "jane" not in str(files.path_of(stored)).lower()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/cron.d/cv.pdf", "cv.pdf"),
        ("..\\..\\windows\\cv.pdf", "cv.pdf"),
        ("C:\\Users\\jane\\cv.pdf", "cv.pdf"),
        ("/etc/cv.pdf", "cv.pdf"),
        ("cv\r\nSet-Cookie: x.pdf", "cvSet-Cookie: x.pdf"),
        ("fdp.\u202eexe.pdf", None),  # two extensions once the mark is gone
        ("  cv.pdf  ", "cv.pdf"),
        ("re\u0301sume\u0301.pdf", "r\u00e9sum\u00e9.pdf"),
        ("x" * 500 + ".pdf", "x" * 116 + ".pdf"),
        ("\u200bcv.pdf", "cv.pdf"),
    ],
)
def test_a_name_is_only_ever_shown_and_never_a_path(account, name, shown):
    if shown is None:
        with pytest.raises(Invalid):
            files.store(account.id, name, pdf_bytes())
        return
    stored = files.store(account.id, name, pdf_bytes())
    assert stored.name == shown
    assert files.path_of(stored).resolve().is_relative_to(files.folder().resolve())


@pytest.mark.parametrize("name", ["cv\x00.pdf", "cv.pdf\x00", "cv.pdf/", "..", "", "." * 300])
def test_a_name_that_is_none_is_refused(account, name):
    with pytest.raises(Invalid):
        files.store(account.id, name, pdf_bytes())
    assert on_disk() == []


def test_a_file_of_the_wrong_kind_leaves_nothing_behind(account):
    with pytest.raises(Invalid):
        files.store(account.id, "cv.pdf", b"MZ\x90\x00")
    assert on_disk() == []


def test_a_file_is_at_most_as_large_as_the_setting_says(account, app, monkeypatch):
    monkeypatch.setitem(app.config, "MAX_UPLOAD_MB", 1)
    with pytest.raises(TooLarge, match="larger than 1 MB"):
        files.store(account.id, "cv.pdf", pdf_bytes() + b"\n" * 1024 * 1024)
    assert on_disk() == []


def test_bytes_whose_row_is_rolled_back_are_removed(account):
    files.store(account.id, "cv.pdf", pdf_bytes())
    assert len(on_disk()) == 1
    db.session.rollback()
    assert on_disk() == []


def test_a_later_rollback_leaves_committed_bytes_alone(account):
    stored = files.store(account.id, "cv.pdf", pdf_bytes())
    db.session.commit()
    db.session.rollback()
    assert on_disk() == [stored.key]


def test_a_savepoint_decides_nothing_about_the_bytes(account):
    with db.session.begin_nested():
        files.store(account.id, "cv.pdf", pdf_bytes())
    db.session.rollback()
    assert on_disk() == []


def test_a_full_disk_is_said_so_and_leaves_no_half_file(account, monkeypatch):
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable):
        files.store(account.id, "cv.pdf", pdf_bytes())
    assert on_disk() == []


def test_discarded_bytes_go_after_the_commit_and_not_before(account):
    stored = files.store(account.id, "cv.docx", docx_bytes())
    db.session.commit()
    files.discard(stored)
    assert len(on_disk()) == 1
    db.session.commit()
    tasks.drain()
    assert on_disk() == []
    assert db.session.query(StoredFile).count() == 0


def test_a_discard_rolled_back_discards_nothing(account):
    stored = files.store(account.id, "cv.pdf", pdf_bytes())
    db.session.commit()
    files.discard(stored)
    db.session.rollback()
    tasks.drain()
    assert files.path_of(stored).is_file()


def test_a_forged_key_unlinks_nothing(account, tmp_path):
    (tmp_path / "precious").write_text("x")
    tasks.defer("files.unlink", {"key": "../../precious"})
    db.session.commit()
    tasks.drain()
    assert (tmp_path / "precious").exists()
    assert tasks.set_aside() == 1


def test_a_missing_file_is_not_found(account):
    stored = files.store(account.id, "cv.pdf", pdf_bytes())
    files.path_of(stored).unlink()
    with pytest.raises(NotFound):
        files.path_of(stored)


def test_files_without_a_row_are_removed_after_a_day(account):
    kept = files.store(account.id, "cv.pdf", pdf_bytes())
    db.session.commit()
    orphan = files.folder() / "ab" / ("ab" * 16)
    orphan.parent.mkdir(parents=True, exist_ok=True)
    orphan.write_bytes(b"left by a killed process")
    half = orphan.with_suffix(".part")
    half.write_bytes(b"")
    assert files.remove_orphans() == 0
    with time_machine.travel(clock.now() + timedelta(days=2)):
        assert files.remove_orphans() == 2
    assert on_disk() == [kept.key]
