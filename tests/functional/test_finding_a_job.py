"""A visitor's way from the search box to a listing, with and without the search engine."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
import time_machine
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import clock, create_app
from app.extensions import db
from app.filters import long_date
from app.jobs.models import Facet, Job, JobState
from app.jobs.services.index import announce, rebuild_index
from app.jobs.services.landing import count_topics
from app.jobs.services.public import listing_view
from search import open_engine
from search.contract import SearchQuery
from search.indexes import JOBS
from tests.apps import put_away
from tests.factories.accounts import make_account
from tests.factories.employers import make_organisation
from tests.factories.jobs import make_job
from tests.factories.listings import make_codes
from tests.watch import statements

SCRIPT = "</script><script>alert(1)</script>"
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def engine_down(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, "search_engine", open_engine("http://127.0.0.1:9"))


def page_of(job: Job) -> str:
    return f"/jobs/{job.id}-{listing_view(job).slug}"


def titles(page: str) -> list[str]:
    return [html.unescape(t) for t in re.findall(r'<h3><a href="/jobs/[^"]+">([^<]+)', page)]


def posting(page: str) -> dict[str, object]:
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    return json.loads(data)


class TestSearching:
    def test_words_filters_and_sorting_in_one_address(self, client):
        make_job(title="Inpatient auditor", place_kind="remote")
        make_job(title="Outpatient auditor", place_kind="onsite", city="Waco", state_code="TX")
        make_job(title="Surgery coder", place_kind="remote")
        rebuild_index()

        assert titles(client.get("/jobs?q=auditr&place=remote").text) == ["Inpatient auditor"]
        page = client.get("/jobs?q=auditor+weekday&sort=newest", follow_redirects=True).text
        assert "No listing matches" in page
        assert 'value="weekday"' in page
        page = client.get("/jobs?q=auditor&sort=newest", follow_redirects=True).text
        assert "2 jobs" in page
        assert re.search('chip-kind">Role:</span> Coding auditor', page)

    def test_a_credential_typed_in_the_box_becomes_a_filter_that_can_be_taken_away(self, client):
        make_job(title="A", terms=[(Facet.CREDENTIAL, "cpc", "required")])
        make_job(title="B", terms=[(Facet.CREDENTIAL, "cpco", "required")])
        rebuild_index()

        response = client.get("/jobs?q=CPC&state=&sort=")
        assert response.location == "/jobs?credential=cpc"
        page = client.get(response.location).text

        assert titles(page) == ["A"]
        assert re.search(r'id="credential-cpc" checked', page)
        assert 'class="chip" href="/jobs"' in page

    def test_counts_stand_beside_the_filters(self, client):
        make_job(terms=[(Facet.SETTING, "ed")])
        make_job(terms=[(Facet.SETTING, "ed")])
        rebuild_index()

        page = client.get("/jobs").text

        assert 'for="setting-ed">Emergency department <span class="count">2</span>' in page
        assert "Texas (2)" in page

    def test_nothing_found_says_what_to_leave_out(self, client):
        make_job(place_kind="onsite", city="Waco", state_code="TX")
        rebuild_index()

        page = client.get("/jobs?place=onsite&state=OH").text

        assert "0 jobs" in page
        assert '<a href="/jobs?place=onsite">Without Ohio</a>' in page

    def test_a_page_of_the_list_asks_the_database_little(self, app, client):
        jobs = [make_job() for _ in range(30)]
        address = page_of(jobs[0])
        rebuild_index()
        with statements() as first:
            client.get("/jobs")
        with statements() as again:
            client.get("/jobs")
        client.get(page_of(jobs[1]))  # what others pay is read by the first page in ten minutes
        with statements() as page:
            client.get(address)

        assert len(first) <= 4
        assert len(again) <= len(first)
        assert len(page) <= 4

    def test_pages_lead_on_and_none_is_beyond_the_last(self, client):
        organisation = make_organisation()
        for number in range(45):
            make_job(organisation=organisation, title=f"Job {number}")
        rebuild_index()

        seen = titles(client.get("/jobs").text)
        assert 'href="/jobs?page=2"' in client.get("/jobs").text
        seen += titles(client.get("/jobs?page=2").text) + titles(client.get("/jobs?page=3").text)

        assert sorted(seen) == sorted(f"Job {number}" for number in range(45))
        beyond = client.get("/jobs?page=999999", follow_redirects=True)
        assert titles(beyond.text) == seen[40:]

    @pytest.mark.parametrize(
        ("address", "indexed"),
        [
            ("/jobs", True),
            ("/jobs?place=remote", True),
            ("/jobs?setting=ed", False),  # leads to too little
            ("/jobs?place=remote&setting=inpatient", False),
            ("/jobs?place=remote&sort=newest", False),
            ("/jobs?q=coder", False),
        ],
    )
    def test_crawlers_are_sent_where_there_is_something(self, client, address, indexed):
        for _ in range(5):
            make_job()
        rebuild_index()
        count_topics()
        db.session.commit()

        page = client.get(address).text

        assert ('name="robots" content="noindex' not in page) is indexed
        # A kind of job that has a page of its own is found there.
        shown = {"/jobs?place=remote": "/jobs/remote"}.get(address, html.escape(address))
        assert f'<link rel="canonical" href="http://127.0.0.1:8000{shown}">' in page

    @pytest.mark.parametrize(
        ("address", "kept"),
        [
            ("/jobs?utm_source=x&place=remote", "/jobs?place=remote"),
            ("/jobs?q=&state=&pay_min=&pay_per=hour&sort=", "/jobs"),
            ("/jobs?q=+coder++two+&page=1", "/jobs?q=coder+two"),
            ("/jobs?state=tx&state=TX", "/jobs?state=TX"),
            ("/jobs?code=icd10cm:e119", "/jobs?code=icd10cm%3AE11.9"),
        ],
    )
    def test_each_search_is_kept_at_one_address(self, client, address, kept):
        response = client.get(address)

        assert response.status_code == 302
        assert response.location == kept
        assert client.get(kept).status_code == 200

    @pytest.mark.parametrize(
        "query",
        [
            "page=-1&page=2&sort=;drop&credential=%00&pay_min=1e99&pay_per=fortnight",
            "q=" + quote("%' OR 1=1 --") + "&state=XX&code=icd10cm:" + "9" * 500,
            "q=" + "a" * 5_000,
            "q=%F0%9F%98%80%20%E2%80%A8%20(*)%20%5C%20%22%20NOT%20AND",
            "credential=" + "&credential=".join(["cpc"] * 500),
            "employer=../../etc/passwd&apprentice=maybe",
            "q=" + quote("title:coder AND (") + "&page=0",
        ],
    )
    def test_garbage_is_left_out_and_never_an_error(self, client, query):
        make_job()
        rebuild_index()

        response = client.get(f"/jobs?{query}", follow_redirects=True)

        assert response.status_code == (400 if "%00" in query else 200)

    @settings(
        max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(
        typed=st.text(st.sampled_from("abcP c+-\"'()*:~^&|!{}[]/\\.,;%_<>é٣\u2028😀"), max_size=60)
    )
    def test_anything_may_be_typed(self, client, typed):
        response = client.get("/jobs", query_string={"q": typed}, follow_redirects=True)

        assert response.status_code == 200
        assert "<script>" not in response.text

    def test_typed_text_comes_back_escaped(self, client):
        rebuild_index()

        typed = {"q": f'"><b>{SCRIPT}'}
        page = client.get("/jobs", query_string=typed, follow_redirects=True).text

        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


class TestWhileTheEngineIsDown:
    def test_listings_are_still_there_with_a_notice(self, client, engine_down):
        make_job(title="Inpatient auditor", role="auditor")
        make_job(title="Surgery coder")

        response = client.get("/jobs?q=auditor+sunflower", follow_redirects=True)

        assert response.status_code == 200
        assert "Search is limited right now" in response.text
        assert "The words “sunflower” were not searched." in response.text
        assert titles(response.text) == ["Inpatient auditor"]

    def test_filters_go_on_working(self, client, engine_down):
        make_job(title="A", terms=[(Facet.CREDENTIAL, "cpc", "required")])
        make_job(title="B")

        assert titles(client.get("/jobs?credential=cpc").text) == ["A"]


class TestAListing:
    def test_its_page_shows_what_a_coder_decides_by(self, client):
        make_codes("I21")
        job = make_job(
            title="Inpatient coder",
            terms=[
                (Facet.CREDENTIAL, "ccs", "required"),
                (Facet.CODE_SET, "icd10cm"),
                (Facet.STATE, "TX"),
            ],
            codes=[("icd10cm", "I21", "I21~")],
        )

        page = client.get(page_of(job)).text

        for shown in (
            "<h1>Inpatient coder</h1>",
            "$28 to $36 an hour",
            "about $58,000 to $75,000 a year",
            "Certified Coding Specialist",
            "Remote, TX",
            '<a class="code" href="/codes/icd10cm/I21">I21</a>',
            '<a href="/codes/icd10cm">ICD-10-CM</a>',
            "Not stated",  # the productivity
            "Health, dental, 401(k), paid CEUs",
            f'href="/jobs/{job.id}/apply"',
            job.organisation.name,
        ):
            assert shown in page

    def test_its_structured_data_is_what_the_page_shows(self, client):
        job = make_job(title="Coder & auditor")

        page = client.get(page_of(job)).text

        data = posting(page)
        assert data["title"] == "Coder & auditor"
        assert "identifier" not in data  # the employer gave none
        assert data["baseSalary"]["value"]["maxValue"] == 36
        assert f'href="{data["hiringOrganization"]["sameAs"]}"' in page
        last = datetime.fromisoformat(data["validThrough"])
        assert f"<dt>Apply by</dt><dd>{long_date(last)}" in page

    def test_another_address_leads_to_the_right_one(self, client):
        job = make_job()

        for wrong in (f"/jobs/{job.id}", f"/jobs/{job.id}-", f"/jobs/{job.id}-else"):
            response = client.get(wrong)
            if response.status_code != 404:
                assert response.status_code == 301
                assert response.location == page_of(job)

    def test_whatever_an_employer_wrote_is_text(self, client):
        job = make_job(
            title=SCRIPT,
            benefits=SCRIPT,
            productivity=SCRIPT,
            requisition=SCRIPT,
            organisation=make_organisation(name=SCRIPT),
        )
        rebuild_index()

        for address in (page_of(job), "/jobs"):
            assert "<script>alert" not in client.get(address).text
        assert posting(client.get(page_of(job)).text)["title"] == SCRIPT

    def test_applying_elsewhere_is_a_link_that_gives_nothing_away(self, client):
        job = make_job(apply_method="url", apply_url="https://mercy.example.com/apply?a=1&b=2")

        page = client.get(page_of(job)).text

        assert (
            '<a class="button" href="https://mercy.example.com/apply?a=1&amp;b=2" '
            'rel="nofollow noopener noreferrer ugc">' in page
        )
        assert f"/jobs/{job.id}/apply" not in page

    def test_a_closed_one_says_so_shows_similar_ones_and_is_not_indexed(self, client):
        job = make_job(state=JobState.FILLED)
        alike = make_job(title="Another one")

        response = client.get(page_of(job))

        assert response.status_code == 200
        assert "This listing is closed" in response.text
        assert titles(response.text) == [alike.title]
        assert '<meta name="robots" content="noindex">' in response.text
        assert "ld+json" not in response.text
        assert "/apply" not in response.text
        with time_machine.travel(clock.now() + timedelta(days=31)):
            assert client.get(page_of(job)).status_code == 410

    def test_past_its_close_date_nobody_is_asked_to_apply(self, client):
        job = make_job(closes_on=clock.today() - timedelta(days=1))
        alike = make_job(title="Another one")

        page = client.get(page_of(job)).text

        assert f"It closed on {long_date(job.closes_on)} and takes no more applications." in page
        assert '<meta name="robots" content="noindex">' in page
        assert "ld+json" not in page
        assert "/apply" not in page
        assert titles(page) == titles(client.get("/").text) == [alike.title]

    def test_an_invented_one_is_labelled_and_not_indexed(self, client):
        job = make_job(organisation=make_organisation(is_sample=True))

        page = client.get(page_of(job)).text

        assert '<span class="tag warn">Sample</span>' in page
        assert '<meta name="robots" content="noindex">' in page
        assert "ld+json" not in page

    @pytest.mark.parametrize(
        "address", ["/jobs/1-x", "/jobs/0", "/jobs/99999999999999999999", "/jobs/x"]
    )
    def test_one_that_never_was_is_not_found(self, client, address):
        assert client.get(address).status_code == 404

    def test_a_draft_is_seen_by_nobody_here_not_even_by_its_employer(self, client_of):
        owner = make_account()
        job = make_job(
            organisation=make_organisation(owner=owner), state=JobState.DRAFT, published_at=None
        )

        assert client_of(owner).get(page_of(job)).status_code == 404


class TestJobsOnACodePage:
    def test_the_newest_that_name_the_code_and_the_way_to_the_others(self, client):
        for number in range(7):
            make_job(title=f"Job {number}", codes=[("icd10cm", "E08", "E13~")],
                     published_at=clock.now() - timedelta(hours=number + 1))  # fmt: skip
        make_job(title="Elsewhere", codes=[("icd10cm", "I21", "I21~")])

        response = client.get("/jobs/for-code/icd10cm/E11.9")

        assert titles(response.text) == [f"Job {number}" for number in range(5)]
        assert "All 7 jobs that name it" in response.text
        assert 'href="/jobs?code=icd10cm%3AE11.9"' in response.text
        assert response.headers["Cache-Control"] == "public, max-age=60"
        assert "<html" not in response.text

    def test_where_none_does_it_says_so(self, client):
        make_job(state=JobState.PAUSED, codes=[("icd10cm", "E08", "E13~")])

        assert "No open listing names this code" in client.get("/jobs/for-code/icd10cm/e119").text

    @pytest.mark.parametrize(
        "address", ["cdt/D0120", "icd10cm/" + "E" * 50, "icd10cm/<b>", "icd10cm/%27", "x/y"]
    )
    def test_what_is_no_code_has_no_page(self, client, address):
        response = client.get(f"/jobs/for-code/{address}")

        assert response.status_code == 404


def test_an_approved_listing_is_searchable_within_two_seconds(tmp_path: Path):
    """With a worker of its own process, as in production."""
    environ = {"ENVIRONMENT": "test", "DATA_DIR": str(tmp_path), "LOG_LEVEL": "WARNING"}
    site = create_app(environ, TESTING=False)
    with site.app_context():
        db.create_all()
        rebuild_index()
        job = make_job(state=JobState.IN_REVIEW)
        worker = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "worker"],
            cwd=ROOT,
            env={**os.environ, **environ},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            announce(make_job())  # once this one is there, the worker is up
            db.session.commit()
            assert _seconds_until(site, 1, patience=60) < 60
            job.state = JobState.LIVE
            announce(job)
            db.session.commit()
            assert _seconds_until(site, 2, patience=10) < 2
        finally:
            worker.terminate()
            worker.wait(timeout=30)
    put_away(site)


def _seconds_until(site: Flask, count: int, *, patience: float) -> float:
    engine = site.extensions["search_engine"]
    began = time.monotonic()
    while time.monotonic() - began < patience:
        if engine.search(SearchQuery(JOBS.name)).total == count:
            break
        time.sleep(0.02)
    return time.monotonic() - began


class TestFilters:
    def test_a_place_and_pay_can_be_asked_for_where_nothing_was_found(self, client):
        rebuild_index()

        page = client.get("/jobs?near=St.+Louis%2C+MO").text

        assert 'name="near"' in page
        assert 'value="St. Louis, MO"' in page
        assert 'name="pay_min"' in page

    def test_a_place_nobody_knows_is_told_in_its_field(self, client):
        make_job()
        rebuild_index()

        page = client.get("/jobs?near=Zzz").text

        assert "We know no place called “Zzz”." in page
        assert 'aria-invalid="true"' in page
        assert "1 job" in page


def test_a_place_that_does_not_exist_is_told_beside_the_results(client):
    for path in ("/jobs", "/jobs/map"):
        page = client.get(f"{path}?near=Nowhereville").text
        assert "Not searched by place" in page
        assert "We know no place called “Nowhereville”" in page
        assert "Not searched by place" not in client.get(f"{path}?near=Tulsa%2C+OK").text
