"""Feeds: valid, equal to the page of the same search, and quiet when nothing changed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
import pytest
import time_machine
from lxml import etree

from app import clock
from app.extensions import db
from app.jobs.models import Facet, Job, JobState
from app.jobs.services import feeds
from app.jobs.services.index import rebuild_index
from app.jobs.services.samples import load_samples
from tests.factories import jobs as factory
from tests.factories.employers import make_organisation
from tests.feed_rules import aggregator_faults, atom_faults, json_feed_faults, rss_faults
from tests.watch import statements

pytestmark = pytest.mark.usefixtures("app")


def make_job(**fields: Any) -> Job:
    """One that searches find."""
    job = factory.make_job(**fields)
    rebuild_index()
    return job


KINDS = ("rss", "atom", "json")
FAULTS = {"rss": rss_faults, "atom": atom_faults, "json": json_feed_faults}
HOSTILE = (
    'Coder ]]> & <b>bold</b> "quoted"',
    "Coder \x01\x07\x1b\x0b\ufffe\uffff of charts",
    "\u202eredoC\u202c \u200f\u05d0\u05d1 coder",
    "W" * 200,
    "Coder </title></item></channel></rss><!-- &nbsp; &#0;",
    "\U0001f4a9 编码员 Codierer",
    "=cmd|' /C calc'!A0",
)


def titles(response: Any) -> list[str]:
    """As a reader sees them, whichever of the formats it is."""
    if response.mimetype == "application/feed+json":
        return [item["title"] for item in response.json["items"]]
    return [entry.title for entry in feedparser.parse(response.data).entries]


class TestEveryFormat:
    @pytest.mark.parametrize("kind", KINDS)
    def test_the_samples_make_a_valid_feed(self, client, kind):
        load_samples()
        db.session.commit()
        rebuild_index()

        response = client.get(f"/jobs.{kind}")

        assert response.status_code == 200
        assert FAULTS[kind](response.data) == []
        assert len(titles(response)) == 24

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_search_that_finds_nothing_is_a_valid_feed_too(self, client, kind):
        response = client.get(f"/jobs.{kind}?credential=cpc")

        assert FAULTS[kind](response.data) == []
        assert titles(response) == []

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("title", HOSTILE, ids=range(len(HOSTILE)))
    def test_what_people_type_breaks_no_format(self, client, kind, title):
        organisation = make_organisation(name=f"Health {title}")
        make_job(
            title=title,
            organisation=organisation,
            description=f"<p>{title.replace('<', '&lt;')}</p>",
            requisition=title,
        )

        response = client.get(f"/jobs.{kind}")

        assert FAULTS[kind](response.data) == []

    @pytest.mark.parametrize("kind", KINDS)
    def test_it_says_what_a_coder_decides_by(self, client, kind):
        job = make_job(
            title="Coder <III>",
            pay_unit="chart",
            pay_low_cents=4_50,
            pay_high_cents=6_00,
            place_kind="onsite",
            city="Reno",
            state_code="NV",
            closes_on=clock.today() + timedelta(days=9),
            terms=[(Facet.CREDENTIAL, "cpc", "required"), (Facet.CREDENTIAL, "ccs", "required")],
        )

        response = client.get(f"/jobs.{kind}")

        if kind == "json":
            (item,) = response.json["items"]
            link, body = item["url"], item["content_html"]
        else:
            (entry,) = feedparser.parse(response.data).entries
            link, body = entry.link, entry.summary
        assert titles(response)[0].replace("&lt;", "<").replace("&gt;", ">") == (
            f"Coder <III> at {job.organisation.name}"
        )
        assert link == f"http://127.0.0.1:8000/jobs/{job.id}-coder-iii"
        assert "Reno, NV" in body
        assert "$4.50 to $6 per chart" in body
        assert "any one of CPC, CCS" in body
        assert "Apply by" in body
        assert "<img" not in body

    def test_an_id_outlives_a_change_of_title(self, client):
        job = make_job()
        before = client.get("/jobs.json").json["items"][0]["id"]

        job.title, job.revision = "Auditor", job.revision + 1
        db.session.commit()

        after = client.get("/jobs.json").json["items"][0]
        assert after["title"].startswith("Auditor")
        assert after["id"] == before

    def test_a_listing_that_waited_for_its_day_is_as_new_as_that_day(self, client):
        published = clock.now() - timedelta(hours=3)
        make_job(published_at=published, changed_at=published - timedelta(days=20))

        item = client.get("/jobs.json").json["items"][0]

        assert item["date_modified"] == item["date_published"]

    def test_an_invented_listing_says_so(self, client):
        make_job(organisation=make_organisation(is_sample=True))

        item = client.get("/jobs.json").json["items"][0]

        assert "Sample" in item["tags"]
        assert "An invented listing" in item["content_html"]

    def test_a_long_description_is_cut_between_words_and_an_endless_word_all_the_same(self, client):
        make_job(description="<p>" + "charts " * 900 + "</p>")
        make_job(description="<p>" + "W" * 9_000 + "</p>")

        for item in client.get("/jobs.json").json["items"]:
            assert len(item["content_html"]) < 1_000
            assert "…" in item["content_html"]


class TestTheSameAsThePage:
    @pytest.fixture
    def jobs(self):
        moment = clock.now()
        found = [
            factory.make_job(
                title=f"Coder {n}",
                pay_high_cents=3_000 + 100 * (n * 7 % 12),
                pay_low_cents=2_900,
                published_at=moment - timedelta(hours=n + 1),
                closes_on=(moment + timedelta(days=5 + n * 5 % 12)).date(),
                terms=[(Facet.CREDENTIAL, "cpc" if n % 2 else "ccs", "required")],
            )
            for n in range(12)
        ]
        rebuild_index()
        return found

    @pytest.mark.parametrize(
        "query", ["", "?sort=newest", "?sort=pay", "?sort=closing", "?credential=cpc", "?q=coder"]
    )
    def test_it_holds_the_listings_of_the_page_in_its_order(self, client, jobs, query):
        page = client.get(f"/jobs{query}").text
        feed = client.get(f"/jobs.json{query}").json["items"]

        places = [page.index(item["url"].removeprefix("http://127.0.0.1:8000")) for item in feed]
        assert len(feed) == (6 if "cpc" in query else 12)
        assert places == sorted(places)

    def test_no_more_than_fifty(self, client, jobs, monkeypatch):
        monkeypatch.setattr(feeds, "MOST_ENTRIES", 5)

        assert len(client.get("/jobs.json").json["items"]) == 5

    def test_one_that_closed_is_in_none(self, client, jobs):
        client.get("/jobs.json")
        jobs[0].state = JobState.FILLED
        jobs[1].closes_on = clock.today() - timedelta(days=1)
        jobs[2].organisation.suspended_at = clock.now()
        db.session.commit()

        for kind in KINDS:
            found = titles(client.get(f"/jobs.{kind}"))
            assert len(found) == 9
            assert not [t for t in found if t.startswith(("Coder 0 ", "Coder 1 ", "Coder 2 "))]

    def test_the_page_offers_its_feeds_newest_first(self, client):
        page = client.get("/jobs?credential=cpc").text

        for kind, mimetype in (
            ("rss", "application/rss+xml"),
            ("atom", "application/atom+xml"),
            ("json", "application/feed+json"),
        ):
            address = f"/jobs.{kind}?credential=cpc&amp;sort=newest"
            assert f'<link rel="alternate" type="{mimetype}"' in page
            assert f'href="{address}"' in page
            assert client.get(address.replace("&amp;", "&")).status_code == 200

    def test_a_number_of_questions_that_does_not_grow(self, client):
        def asked() -> int:
            with statements() as sent:
                client.get("/jobs.rss")
            return len(sent)

        make_job()
        few = asked()
        for _ in range(9):
            factory.make_job()
        rebuild_index()
        assert asked() == few


class TestAddress:
    @pytest.mark.parametrize(
        ("asked", "kept"),
        [
            ("?q=&sort=&utm_source=mail", ""),
            ("?page=7", ""),
            ("?credential=nonsense&state=tx", "?state=TX"),
            ("?pay_min=$30", "?pay_min=30&pay_per=hour"),
            ("?sort=newest&sort=pay", "?sort=newest"),
        ],
    )
    def test_each_search_is_kept_at_one_address(self, client, asked, kept):
        response = client.get(f"/jobs.rss{asked}")

        assert response.status_code == 302
        assert response.location == f"/jobs.rss{kept}"
        assert client.get(response.location).status_code == 200

    def test_parameters_without_end_are_cut(self, client):
        query = "&".join(["state=TX"] * 4_000 + ["q=" + "coder " * 2_000, "x=" + "y" * 9_000])

        response = client.get(f"/jobs.atom?{query}", follow_redirects=True)

        assert response.status_code == 200
        assert atom_faults(response.data) == []

    @pytest.mark.parametrize("path", ["/jobs.xml", "/jobs.", "/jobs.rss/", "/jobs.RSS"])
    def test_there_is_no_other_format(self, client, path):
        assert client.get(path).status_code == 404

    @pytest.mark.parametrize("path", [*(f"/jobs.{kind}" for kind in KINDS), "/jobs/feed.xml"])
    def test_feeds_are_read_and_not_written(self, client, path):
        assert client.post(path).status_code == 405

    def test_no_listing_tells_who_read_it(self, client):
        make_job()

        body = client.get("/jobs.rss").text
        assert "utm_" not in body
        assert "session" not in body


class TestUnchanged:
    @pytest.mark.parametrize("path", [*(f"/jobs.{kind}" for kind in KINDS), "/jobs/feed.xml"])
    def test_a_reader_that_has_it_is_told_so(self, client, path):
        job = make_job()
        first = client.get(path)
        etag = first.headers["ETag"]

        again = client.get(path, headers={"If-None-Match": etag})
        weak = client.get(path, headers={"If-None-Match": f'"other", W/{etag}'})
        assert (again.status_code, again.data) == (304, b"")
        assert weak.status_code == 304
        assert again.headers["ETag"] == etag
        assert "public" in again.headers["Cache-Control"]

        job.title, job.revision, job.changed_at = "Auditor", job.revision + 1, clock.now()
        db.session.commit()
        changed = client.get(path, headers={"If-None-Match": etag})
        assert changed.status_code == 200
        assert b"Auditor" in changed.data

    @pytest.mark.parametrize("path", ["/jobs.rss", "/jobs/feed.xml"])
    def test_one_that_closed_is_a_change_though_nothing_is_newer(self, client, path):
        make_job(published_at=clock.now() - timedelta(days=2))
        closing = make_job(published_at=clock.now() - timedelta(days=9), closes_on=clock.today())
        first = client.get(path)

        with time_machine.travel(clock.now() + timedelta(days=2)):
            later = client.get(
                path,
                headers={
                    "If-None-Match": first.headers["ETag"],
                    "If-Modified-Since": first.headers["Last-Modified"],
                },
            )
        assert later.status_code == 200
        assert f"/jobs/{closing.id}-".encode() not in later.data

    @pytest.mark.parametrize("path", [*(f"/jobs.{kind}" for kind in KINDS), "/jobs/feed.xml"])
    def test_head_tells_the_same_without_the_body(self, client, path):
        make_job()
        full, head = client.get(path), client.head(path)

        assert head.status_code == 200
        assert head.data == b""
        assert head.headers["ETag"] == full.headers["ETag"]
        assert head.headers["Content-Type"] == full.headers["Content-Type"]

    @pytest.mark.parametrize("sent", ['"', "W/", "*", '"a' * 900, "\u00ff"])
    def test_a_tag_of_another_kind_is_no_error(self, client, sent):
        make_job()

        response = client.get("/jobs.rss", headers={"If-None-Match": sent})
        assert response.status_code in (200, 304)


class TestForAggregators:
    def test_every_sample_of_a_real_employer_is_valid(self, client):
        load_samples()
        db.session.commit()
        from_samples = client.get("/jobs/feed.xml")
        assert b"<job>" not in from_samples.data

        for organisation in db.session.query(type(make_organisation())):
            organisation.is_sample = False
        db.session.commit()

        response = client.get("/jobs/feed.xml")
        assert response.mimetype == "application/xml"
        assert aggregator_faults(response.data) == []
        assert response.data.count(b"<job>") == 24
        assert b"<![CDATA[" in response.data

    @pytest.mark.parametrize("title", HOSTILE, ids=range(len(HOSTILE)))
    def test_what_people_type_is_read_back_as_it_can_be(self, client, title):
        make_job(title=title, benefits=title)

        body = client.get("/jobs/feed.xml").data

        assert aggregator_faults(body) == []
        if "\x07" not in title and "!" not in title:
            assert etree.fromstring(body).findtext("job/title") == title

    def test_it_is_written_in_parts_and_leaves_none_out(self, client, monkeypatch):
        monkeypatch.setattr(feeds, "CHUNK", 3)
        monkeypatch.setattr("app.jobs.feeds.CHUNK_BYTES", 1_000)
        jobs = [factory.make_job() for _ in range(8)]

        response = client.get("/jobs/feed.xml", buffered=False)
        parts = list(response.response)

        assert len(parts) > 4
        numbers = [e.text for e in etree.fromstring(b"".join(parts)).iter("referencenumber")]
        assert numbers == [str(job.id) for job in jobs]

    def test_only_what_the_public_sees_is_in_it(self, client):
        make_job(state=JobState.DRAFT)
        make_job(state=JobState.FILLED)
        make_job(state=JobState.SCHEDULED, published_at=clock.now() + timedelta(days=1))
        make_job(organisation=make_organisation(suspended_at=clock.now()))
        make_job(organisation=make_organisation(is_sample=True))

        root = etree.fromstring(client.get("/jobs/feed.xml").data)
        assert root.findall("job") == []

    def test_where_one_applies_is_named(self, client):
        here = make_job()
        there = make_job(apply_method="url", apply_url="https://example.com/apply?a=1&b=2")

        root = etree.fromstring(client.get("/jobs/feed.xml").data)
        found = {j.findtext("referencenumber"): j.findtext("applyUrl") for j in root.iter("job")}
        assert found[str(here.id)] == f"http://127.0.0.1:8000/jobs/{here.id}-inpatient-coder"
        assert found[str(there.id)] == "https://example.com/apply?a=1&b=2"

    def test_a_hybrid_job_has_a_place_and_a_remote_one_a_country(self, client):
        make_job(place_kind="hybrid", city="Reno", state_code="NV", postal_code="89501")
        make_job(place_kind="remote")

        hybrid, remote = etree.fromstring(client.get("/jobs/feed.xml").data).findall("job")
        assert hybrid.findtext("remotetype") == "Hybrid remote"
        assert (hybrid.findtext("city"), hybrid.findtext("state")) == ("Reno", "NV")
        assert hybrid.findtext("postalcode") == "89501"
        assert remote.findtext("remotetype") == "Fully remote"
        assert remote.find("city") is None
        assert remote.findtext("location") == "United States"


def test_the_checks_can_fail():
    assert rss_faults(b"<rss version='2.0'><channel><item/></channel></rss>") != []
    assert atom_faults(b"<feed xmlns='http://www.w3.org/2005/Atom'><entry/></feed>") != []
    assert json_feed_faults(json.dumps({"items": [{}]}).encode()) != []
    job = "<job><title/><expirationdate>2026-01-01</expirationdate></job>"
    assert aggregator_faults(f"<source>{job}</source>".encode()) != []


def test_dates_are_those_of_the_listing(client):
    make_job(published_at=datetime(2026, 11, 3, 8, 5, 7, tzinfo=UTC),
             changed_at=datetime(2026, 11, 4, 9, tzinfo=UTC),
             expires_at=datetime(2027, 11, 4, 9, tzinfo=UTC), closes_on=None)  # fmt: skip

    with time_machine.travel(datetime(2026, 11, 20, tzinfo=UTC)):
        rebuild_index()
        rss, atom = client.get("/jobs.rss").text, client.get("/jobs.atom").text
    assert "<pubDate>Tue, 03 Nov 2026 08:05:07 GMT</pubDate>" in rss
    assert "<published>2026-11-03T08:05:07Z</published>" in atom
    assert "<updated>2026-11-04T09:00:00Z</updated>" in atom
