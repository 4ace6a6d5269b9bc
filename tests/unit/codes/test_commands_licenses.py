"""Licenses on the command line: CMS's notice, and the AMA's descriptors. All of them invented."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app import create_app
from app.codes.models import CodeEntry, CodeFact, CodeRelease, NoticeAcceptance
from app.codes.services.editions import editions
from app.extensions import db
from tests.apps import put_away
from tests.clients import Browser
from tests.factories.codes_desk import MUE_NAME, limits_of_units

COPYRIGHT = "CPT copyright 2020 American Medical Association. All rights reserved."
LONG = (
    "INVENTED FILE NOTICE\r\n\r\nCPT\u00ae 2021 invented data file\r\n"
    "Copyright 1990-2020 American Medical Association. All rights reserved.\r\n\r\n"
    "99901\tInvented procedure one on an imaginary organ\r\n"
    "99902\tInvented procedure two\r\n"
)


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def run(app, *words: str):
    result = app.test_cli_runner().invoke(args=["codes", *words])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    db.session.expire_all()
    return result


def test_a_file_that_needs_the_notice_is_refused_without_it(app, tmp_path):
    path = tmp_path / MUE_NAME
    path.write_text(limits_of_units())
    refused = run(app, "import", str(path))
    assert refused.exit_code == 1
    assert "https://www.cms.gov/license/ama" in refused.output
    assert "The notice was not accepted, and nothing was loaded." in refused.output
    assert (count(NoticeAcceptance), count(CodeRelease)) == (0, 0)


def test_accepted_it_is_recorded_once(app, tmp_path):
    path = tmp_path / MUE_NAME
    path.write_text(limits_of_units())
    assert run(app, "import", str(path), "--accept-notice").exit_code == 0
    path.write_text(limits_of_units(units=2))
    assert run(app, "import", str(path)).exit_code == 0
    accepted = db.session.scalars(select(NoticeAcceptance)).one()
    assert (accepted.kind, accepted.accepted_by) == ("mue-dme", None)
    assert accepted.stated.startswith("on the command line: ")


def test_descriptors_are_refused_without_a_license_in_one_sentence(app, tmp_path):
    path = tmp_path / "LONGULT.txt"
    path.write_text(LONG)
    refused = run(app, "import", "cpt-descriptors", str(path), "--row-floor", "1")
    assert refused.exit_code == 1
    assert "set CPT_LICENSED_USES" in refused.output
    assert refused.output.strip().count("\n") <= 1
    assert (count(CodeFact), count(CodeEntry)) == (0, 0)


@pytest.fixture
def another(tmp_path):
    """Applications with settings of their own over one folder of data."""
    made = []

    def start(uses: str):
        app = create_app(
            {
                "ENVIRONMENT": "test",
                "DATA_DIR": str(tmp_path / "data"),
                "CPT_LICENSED_USES": uses,
                "RATE_LIMITS": "no",
            },
            WTF_CSRF_ENABLED=False,
        )
        app.test_client_class = Browser
        made.append(app)
        return app

    (tmp_path / "data").mkdir()
    yield start
    for app in made:
        put_away(app)


def test_with_a_license_pages_show_them_and_without_it_they_vanish_at_once(another, tmp_path):
    path = tmp_path / "LONGULT.txt"
    path.write_text(LONG)
    licensed = another("pages")
    with licensed.app_context():
        db.create_all()
        done = run(licensed, "import", "cpt-descriptors", str(path), "--row-floor", "1")
        assert done.exit_code == 0, done.output
        page = licensed.test_client().get("/codes/cpt/99901")
        assert page.status_code == 200
        assert "Invented procedure one on an imaginary organ" in page.text
        assert COPYRIGHT in page.text

    ended = another("")
    with ended.app_context():
        page = ended.test_client().get("/codes/cpt/99901")
        assert "Invented procedure" not in page.text
        assert editions().of("cpt-descriptors") == ()
        for address in ("/codes/cpt", "/codes/search?q=invented+procedure", "/codes/cpt/99902"):
            assert "Invented procedure" not in ended.test_client().get(address).text

    again = another("pages")
    with again.app_context():
        assert "Invented procedure one" in again.test_client().get("/codes/cpt/99901").text
