"""The operators' table of which sections open to whom."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.audit import AuditEntry
from app.codes.models import SectionGate
from app.codes.services.gates import OpensTo, gates
from app.codes.services.reference.topics import headings
from app.extensions import db
from tests.factories.accounts import make_account, make_operator
from tests.factories.codes import make_release

DESK = "/desk/sections"


@pytest.fixture
def operator(app, client_of):
    app.extensions.pop("code_gates", None)
    yield client_of(make_operator())
    app.extensions.pop("code_gates", None)


def stored() -> int:
    return db.session.scalar(select(func.count()).select_from(SectionGate))


def test_every_section_is_there_and_each_choice_is_explained(operator):
    page = operator.get(DESK)
    assert page.status_code == 200
    for section, heading in headings():
        assert f'name="to-{section}"' in page.text
        assert heading in page.text
    assert "the default" in page.text
    assert "without a view" in page.text
    assert operator.get("/desk/releases").text.count(f'href="{DESK}"') == 1


def test_a_section_that_is_closed_shows_its_heading_only(operator, client_of):
    make_release()
    reader = client_of(make_account())
    section, heading = headings()[0]
    before = reader.get("/codes/icd10cm/E11.9").text
    saved = operator.post(DESK, data={f"to-{section}": "plan"}, follow_redirects=True)
    assert "Saved." in saved.text
    after = reader.get("/codes/icd10cm/E11.9").text
    assert heading in after
    assert len(after) != len(before)
    assert gates()[section] is OpensTo.PLAN
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.subject_kind == "section_gate"))
    assert entry.one().detail == {section: "plan"}


@pytest.mark.parametrize(
    "sent",
    [
        {"to-billable": "nobody"},
        {"to-nonsense": "plan"},
        {"to-billable": ""},
        {"to-": "plan"},
        {},
        {"billable": "plan"},
        {"to-<script>": "x" * 100_000},
    ],
)
def test_what_is_no_section_or_no_choice_is_refused_and_nothing_is_saved(operator, sent):
    good = {f"to-{headings()[-1][0]}": "everyone"} if sent and "billable" not in sent else {}
    page = operator.post(DESK, data={**good, **sent})
    assert page.status_code == 422
    assert "Choose for each section to whom it opens. Nothing was saved." in page.text
    assert "<script>" not in page.text.replace("<script src", "")
    assert stored() == 0


def test_only_operators_reach_it(client_of, client):
    assert client_of(make_account()).post(DESK, data={}).status_code == 404
    assert client.get(DESK).status_code == 302
