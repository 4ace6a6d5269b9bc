"""What is offered while someone types."""

from __future__ import annotations

import pytest

from app.jobs.models import Facet, JobState
from app.jobs.services.index import rebuild_index
from app.jobs.services.searching.suggestions import suggest
from search import open_engine
from tests.factories.jobs import make_job

pytestmark = pytest.mark.usefixtures("app")


def titles(typed: str) -> list[str]:
    return [card.title for card in suggest(typed).listings]


def test_the_beginning_of_a_word_offers_the_listings_it_leads_to():
    make_job(title="Radiology auditor")
    make_job(title="Surgery coder")
    rebuild_index()

    assert titles("radio") == ["Radiology auditor"]


def test_the_beginning_of_a_credential_offers_the_credential():
    assert [c.slug for c in suggest("ccs").credentials] == ["ccs", "ccs-p"]


def test_a_credential_in_full_offers_listings_that_ask_for_it():
    make_job(title="A", terms=[(Facet.CREDENTIAL, "cpc", "required")])
    make_job(title="B", terms=[(Facet.CREDENTIAL, "cpco", "required")])
    rebuild_index()

    assert titles("CPC") == ["A"]


def test_a_title_is_offered_once():
    for _ in range(3):
        make_job(title="Inpatient coder")
    rebuild_index()

    assert titles("inpat") == ["Inpatient coder"]


def test_what_cannot_be_seen_is_not_offered():
    make_job(title="Hidden coder", state=JobState.PAUSED)
    rebuild_index()

    assert titles("hidden") == []


@pytest.mark.parametrize("typed", ["", "a", "  ", "\x00"])
def test_too_little_offers_nothing(typed):
    make_job(title="A coder")
    rebuild_index()

    assert suggest(typed).listings == []
    assert suggest(typed).credentials == []


def test_while_the_engine_is_down_only_credentials_are_offered(app, monkeypatch):
    make_job(title="CPC coder")
    monkeypatch.setitem(app.extensions, "search_engine", open_engine("http://127.0.0.1:9"))

    found = suggest("cp")

    assert found.listings == []
    assert {c.slug for c in found.credentials} <= {"cpc", "cpma", "cpb", "cppm", "cpco"}
    assert len(found.credentials) == 3


def test_the_answer_is_what_the_search_box_reads(client):
    job = make_job(title="Denials <b>specialist</b>")
    rebuild_index()

    answer = client.get("/jobs/suggest.json?q=denials")

    assert answer.json == {
        "items": [
            {
                "code": "Job",
                "title": f"Denials <b>specialist</b>, {job.organisation.name}",
                "url": f"/jobs/{job.id}-denials-b-specialist-b",
            }
        ]
    }
    assert client.get("/jobs/suggest.json").json == {"items": []}
    assert client.get("/jobs/suggest.json", query_string={"q": "x" * 9_000}).json == {"items": []}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("tulsa", ["Tulsa, OK"]),
        ("Tul", ["Tulsa, OK", "Tulare, CA"]),
        ("74103", ["74103 Tulsa, OK"]),
        ("741", []),  # may become a code
        ("99213", ["99213 Spokane, WA"]),  # searched for as the code, and offered as the place
        ("tu", []),
        ("zzzz", []),
    ],
)
def test_the_beginning_of_a_place_offers_the_jobs_near_it(typed, expected):
    assert [place.label for place in suggest(typed).places] == expected


def test_a_place_leads_to_the_jobs_near_it(client):
    items = client.get("/jobs/suggest.json?q=tulsa").json["items"]
    assert items == [{"code": "Near", "title": "Tulsa, OK", "url": "/jobs?near=Tulsa%2C+OK"}]
    assert "Tulsa, OK" in client.get(items[0]["url"]).text
