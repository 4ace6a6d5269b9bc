"""The résumé on a profile."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app import clock, files, tasks
from app.accounts.services import close_account
from app.applications.models import Application
from app.errors import Invalid, NotFound
from app.extensions import db
from app.files import StoredFile
from app.seekers.services import keep_resume, remove_resume, resume_of
from tests.factories.accounts import PASSWORD, make_account
from tests.factories.documents import docx_bytes, pdf_bytes
from tests.factories.jobs import make_job


def stored() -> int:
    tasks.drain()
    on_disk = list(files.folder().glob("??/*")) if files.folder().is_dir() else []
    keys = set(db.session.scalars(select(StoredFile.key)))
    assert {p.name for p in on_disk} & keys == keys
    return db.session.scalar(select(func.count()).select_from(StoredFile)) or 0


def test_a_new_resume_takes_the_place_of_the_old_one_bytes_and_all(app):
    account = make_account()
    old = keep_resume(account, name="old.pdf", content=pdf_bytes())
    path = files.path_of(old)
    db.session.commit()
    new = keep_resume(account, name="new.docx", content=docx_bytes())
    db.session.commit()
    assert stored() == 1
    assert not path.exists()
    assert resume_of(account) is new


def test_a_resume_that_was_sent_outlives_its_place_on_the_profile(app):
    account = make_account()
    sent = keep_resume(account, name="sent.pdf", content=pdf_bytes())
    moment = clock.now()
    db.session.add(
        Application(
            job_id=make_job().id,
            account_id=account.id,
            resume_id=sent.id,
            created_at=moment,
            changed_at=moment,
        )
    )
    db.session.commit()
    remove_resume(account)
    db.session.commit()
    assert stored() == 1
    assert files.path_of(sent).read_bytes() == pdf_bytes()
    with pytest.raises(NotFound):
        resume_of(account)


def test_removing_twice_is_fine(app):
    account = make_account()
    keep_resume(account, name="a.pdf", content=pdf_bytes())
    remove_resume(account)
    remove_resume(account)
    db.session.commit()
    assert stored() == 0


def test_a_refused_upload_leaves_the_old_one(app):
    account = make_account()
    keep_resume(account, name="a.pdf", content=pdf_bytes())
    db.session.commit()
    with pytest.raises(Invalid):
        keep_resume(account, name="b.pdf", content=b"MZ not a PDF")
    db.session.rollback()
    assert resume_of(account).name == "a.pdf"
    assert stored() == 1


def test_closing_the_account_removes_the_file(app):
    account = make_account()
    keep_resume(account, name="a.pdf", content=pdf_bytes())
    db.session.commit()
    close_account(account, password=PASSWORD)
    db.session.commit()
    assert stored() == 0
