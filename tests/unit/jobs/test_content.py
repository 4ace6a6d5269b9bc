"""The content of a listing: kept whole as JSON and in its rows, and what counts as a small edit."""

from __future__ import annotations

from datetime import date

import pytest

from app.extensions import db
from app.jobs.content import (
    SMALL_EDIT_WORDS,
    Content,
    changed_fields,
    content_of,
    needs_review,
    write_content,
)
from app.jobs.models import JobTerm
from tests.factories.jobs import make_job

FULL = Content(
    title="ED coder",
    role="coder",
    engagement="prn",
    requisition="R-1",
    place_kind="remote",
    states=("CA", "TX"),
    pay_unit="chart",
    pay_low_cents=250,
    pay_high_cents=400,
    benefits="None.",
    experience="1-2",
    apprentice_welcome=True,
    credentials_required=("cpc", "coc"),
    credentials_preferred=("ccs",),
    settings=("ed", "profee"),
    specialties=("emergency",),
    code_sets=("icd10cm", "cpt"),
    codes_named="S72",
    tools={"epic": "required", "codify": "trained"},
    productivity="12 charts an hour",
    accuracy_percent=95,
    description="<p>Code.</p>",
    closes_on=date(2026, 12, 31),
    apply_method="url",
    apply_url="https://example.org/apply",
    publish_on=date(2026, 12, 1),
)


@pytest.mark.parametrize("content", [FULL, Content()])
def test_content_survives_json(content: Content) -> None:
    assert Content.from_json(content.to_json()) == content


def test_json_of_an_earlier_version_is_still_read() -> None:
    stored = {"title": "Coder", "something_gone": 1}
    assert Content.from_json(stored) == Content(title="Coder")


@pytest.mark.usefixtures("app")
def test_content_survives_the_rows_of_a_listing() -> None:
    job = make_job()
    write_content(job, FULL)
    db.session.commit()
    db.session.expire_all()
    assert content_of(job) == FULL


@pytest.mark.usefixtures("app")
def test_writing_the_same_content_touches_no_row() -> None:
    job = make_job()
    before = [term.id for term in job.terms]
    write_content(job, content_of(job))
    assert not db.session.is_modified(job)
    assert [term.id for term in job.terms] == before


@pytest.mark.usefixtures("app")
def test_a_credential_may_change_from_required_to_preferred() -> None:
    job = make_job()
    write_content(
        job,
        content_of(job).changed(credentials_required=(), credentials_preferred=("ccs",)),
    )
    db.session.commit()
    terms = db.session.query(JobTerm).where(JobTerm.value == "ccs").all()
    assert [(t.facet, t.need) for t in terms] == [("credential", "preferred")]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "ED coder I"),
        ("role", "auditor"),
        ("engagement", "1099"),
        ("place_kind", "onsite"),
        ("states", ("CA",)),
        ("city", "Reno"),
        ("state_code", "NV"),
        ("pay_unit", "hour"),
        ("pay_low_cents", 251),
        ("pay_high_cents", 401),
        ("apply_method", "here"),
        ("apply_url", "https://example.org/other"),
    ],
)
def test_what_a_moderator_approved_by_name_needs_another_look(field: str, value: object) -> None:
    new = FULL.changed(**{field: value})
    assert changed_fields(FULL, new) == [field]
    assert needs_review(FULL, new)


@pytest.mark.parametrize(
    "change",
    [
        {"requisition": "R-2"},
        {"benefits": "None yet."},
        {"closes_on": date(2027, 1, 15)},
        {"experience": "3-4"},
        {"settings": ("ed",)},
        {"accuracy_percent": 96},
        {"description": "<p>Code charts.</p>"},
        {"description": "<h3>Code.</h3>"},
    ],
)
def test_small_corrections_need_nobody(change: dict[str, object]) -> None:
    assert not needs_review(FULL, FULL.changed(**change))


def words(count: int, start: int = 0) -> str:
    return "<p>" + " ".join(f"word{n}" for n in range(start, start + count)) + "</p>"


def test_an_edit_is_measured_in_words_that_came_or_went() -> None:
    short = FULL.changed(description=words(20))
    assert not needs_review(short, short.changed(description=words(20 + SMALL_EDIT_WORDS)))
    assert needs_review(short, short.changed(description=words(21 + SMALL_EDIT_WORDS)))
    long = FULL.changed(description=words(1000))
    assert not needs_review(long, long.changed(description=words(1100)))
    assert needs_review(long, long.changed(description=words(1101)))
    assert needs_review(long, long.changed(description=words(1000, start=500)))


@pytest.mark.parametrize(
    "addition",
    [
        '<a href="https://scam.example">here</a>',
        "https://scam.example",
        "www.scam.example",
        "boss@scam.example",
    ],
)
def test_a_new_link_or_address_is_never_a_typo(addition: str) -> None:
    assert needs_review(FULL, FULL.changed(description=f"<p>Code. {addition}</p>"))
    assert needs_review(FULL, FULL.changed(benefits=f"None. {addition}"))
