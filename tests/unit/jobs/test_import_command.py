"""The operator's command: a feed that was saved as a file, taken in at once."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.extensions import db
from app.jobs.models import Job, JobSource
from tests.factories.accounts import make_account, make_operator
from tests.factories.employers import make_organisation
from tests.factories.sources import board, posting


@pytest.fixture
def run(app, tmp_path):
    def invoke(*options, content=None):
        file = tmp_path / "board.json"
        file.write_bytes(board(posting(1), posting(2)) if content is None else content)
        return app.test_cli_runner().invoke(args=["jobs", "import", str(file), *options])

    return invoke


def test_a_file_is_taken_in(run):
    operator, organisation = make_operator(), make_organisation()
    options = ("--organisation", organisation.slug, "--as", operator.email)
    done = run(*options)
    assert done.exit_code == 0, done.output
    assert "2 added, 0 changed, 0 unchanged" in done.output
    assert "0 added, 0 changed, 2 unchanged" in run(*options, "--publish-free").output
    assert db.session.scalars(select(JobSource)).one().granted_by == operator.id
    assert len(db.session.scalars(select(Job)).all()) == 2


def test_only_an_operator_takes_files_in(run):
    organisation = make_organisation()
    done = run("--organisation", organisation.slug, "--as", make_account().email)
    assert done.exit_code == 1
    assert "is no operator" in done.output
    assert run("--organisation", organisation.slug, "--as", "nobody@example.com").exit_code == 1


def test_what_cannot_be_read_is_said(run):
    operator, organisation = make_operator(), make_organisation()
    options = ("--organisation", organisation.slug, "--as", operator.email)
    assert "ZIP" in run(*options, content=b"PK\x03\x04").output
    assert "no such organization" in run("--organisation", "x", "--as", operator.email).output
    done = run(*options, content=board(posting(1), {"id": 7}))
    assert "2: It has no title in words." in done.output
