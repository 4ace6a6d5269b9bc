"""Pages about one kind of job: which there are, what they tell, and whom they are shown to."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine

from app import clock, taxonomy
from app.extensions import db
from app.jobs.models import Facet, Job, JobState, JobTopic
from app.jobs.services.index import rebuild_index
from app.jobs.services.landing import (
    KEPT_FOR,
    MOST_STATES,
    NEW_CODERS,
    REMOTE,
    Topic,
    count_topics,
    has_page,
    topic_at,
    topic_of,
    topics,
)
from app.jobs.services.landing_facts import page_about
from app.jobs.services.searching.criteria import read_criteria
from tests.factories.employers import make_organisation
from tests.factories.jobs import make_job
from tests.watch import statements

pytestmark = pytest.mark.usefixtures("app")

CPC = (Facet.CREDENTIAL, "cpc", "required")
CPC_TOPIC = Topic((("credential", "cpc"),))
TEXAS = Topic((("state", "TX"),))
CPC_IN_TEXAS = Topic((("state", "TX"), ("credential", "cpc")))
BASE = "http://127.0.0.1:8000"


def make_jobs(count: int, **fields) -> list[Job]:
    organisation = make_organisation()
    terms = fields.pop("terms", [CPC, (Facet.SETTING, "outpatient")])
    jobs = [
        make_job(organisation=organisation, terms=list(terms), title=f"Coder {n}", **fields)
        for n in range(count)
    ]
    rebuild_index()
    count_topics()
    db.session.commit()
    return jobs


def canonical(page: str) -> str:
    found = re.search(r'<link rel="canonical" href="([^"]+)">', page)
    assert found is not None
    return found[1]


def is_indexed(page: str) -> bool:
    return '<meta name="robots" content="noindex' not in page


class TestWhichThereAre:
    def test_five_open_listings_make_a_page_and_four_do_not(self):
        make_jobs(4)
        assert not has_page(CPC_TOPIC)

        make_jobs(1)
        assert has_page(CPC_TOPIC)

    def test_a_page_goes_when_its_listings_do(self):
        (first, *_) = make_jobs(5)
        first.state = JobState.FILLED
        assert count_topics() == 0
        db.session.commit()

        assert not has_page(CPC_TOPIC)

    def test_what_another_process_counted_is_heard_of_within_a_minute(self):
        make_jobs(5)
        assert has_page(CPC_TOPIC)
        db.session.query(JobTopic).delete()
        db.session.commit()

        assert has_page(CPC_TOPIC)
        with time_machine.travel(clock.now() + KEPT_FOR):
            assert not has_page(CPC_TOPIC)

    def test_a_word_that_the_taxonomy_lost_has_no_page(self):
        for key in ("credential=lost", "setting=lost&state=TX", "nonsense", "", "state=tx"):
            db.session.add(JobTopic(choices=key, count=9, newest=clock.now()))
        db.session.commit()

        assert topics() == {}

    @pytest.mark.parametrize(
        ("away", "days"),
        [
            ({"state": JobState.FILLED}, {}),
            ({"state": JobState.PAUSED}, {}),
            ({}, {"closes_on": -2}),
            ({}, {"expires_at": -1}),
            ({"state": JobState.SCHEDULED}, {"published_at": 3}),
        ],
    )
    def test_what_the_public_does_not_see_counts_for_nothing(self, away, days):
        make_jobs(4)
        moved = {name: clock.now() + timedelta(days=number) for name, number in days.items()}
        if "closes_on" in moved:
            moved["closes_on"] = moved["closes_on"].date()
        make_jobs(1, **away, **moved)

        assert not has_page(CPC_TOPIC)

    def test_required_or_preferred_a_credential_is_asked_for(self):
        make_jobs(3)
        make_jobs(2, terms=[(Facet.CREDENTIAL, "cpc", "preferred")])

        assert topics()[CPC_TOPIC].count == 5

    def test_the_newest_says_when_a_page_last_grew(self):
        newest = clock.now() - timedelta(hours=3)
        make_jobs(5, published_at=newest - timedelta(days=4))
        make_jobs(1, published_at=newest)

        assert topics()[CPC_TOPIC].newest == newest

    def test_a_state_has_what_is_placed_there_and_what_names_it(self):
        make_jobs(3, place_kind="onsite", city="Austin", state_code="TX")
        make_jobs(1, place_kind="hybrid", city="Waco", state_code="TX")
        make_jobs(2, terms=[CPC, (Facet.STATE, "TX"), (Facet.STATE, "OK")])

        assert topics()[TEXAS].count == 6
        assert topics()[CPC_IN_TEXAS].count == 6
        assert Topic((("state", "OK"),)) not in topics()

    def test_jobs_that_are_open_to_all_make_no_page_for_every_state(self):
        """Fifty pages that show the same listings would be fifty pages too many."""
        make_jobs(9)
        many = list(taxonomy.STATES)[: MOST_STATES + 1]
        make_jobs(9, terms=[CPC, *((Facet.STATE, state) for state in many)])

        assert [t for t in topics() if t.value("state")] == []
        assert topics()[Topic((REMOTE,))].count == 18

    def test_new_coders_have_a_page(self):
        make_jobs(3, apprentice_welcome=True)
        make_jobs(2, experience="none")

        assert has_page(Topic((NEW_CODERS,)))

    def test_four_questions_count_all_and_none_is_asked_of_a_visitor(self):
        make_jobs(6)
        with statements() as sent:
            count_topics()
        assert len([s for s in sent if "job_topic" not in s]) == 4

        with statements() as sent:
            topics()
            topics()
        assert len(sent) == 1

    def test_words_of_no_taxonomy_make_no_page(self):
        make_jobs(5, terms=[(Facet.SETTING, "gone-from-the-taxonomy")])

        assert [t for t in topics() if t.value("setting")] == []


class TestAddresses:
    @pytest.mark.parametrize(
        ("query", "path"),
        [
            ("credential=cpc", "/jobs/credential/cpc"),
            ("credential=ccs-p", "/jobs/credential/ccs-p"),
            ("setting=inpatient", "/jobs/setting/inpatient"),
            ("specialty=cardiology", "/jobs/specialty/cardiology"),
            ("state=NY", "/jobs/state/new-york"),
            ("state=DC", "/jobs/state/district-of-columbia"),
            ("place=remote", "/jobs/remote"),
            ("apprentice=1", "/jobs/new-coders"),
            ("state=TX&credential=cpc", "/jobs/state/texas/credential/cpc"),
        ],
    )
    def test_a_search_with_one_filter_is_a_topic(self, client, query, path):
        asked: dict[str, list[str]] = {}
        for part in query.split("&"):
            name, value = part.split("=")
            asked[name] = [value]
        topic = topic_of(read_criteria(asked))

        assert topic is not None
        assert topic.path == path
        assert topic.criteria == read_criteria(asked)
        assert client.get(path).status_code == 200

    @pytest.mark.parametrize(
        "query",
        [
            {},
            {"place": ["hybrid"]},
            {"role": ["auditor"]},
            {"credential": ["cpc", "coc"]},
            {"credential": ["cpc"], "setting": ["inpatient"]},
            {"credential": ["cpc"], "apprentice": ["1"]},
            {"credential": ["cpc"], "sort": ["newest"]},
            {"credential": ["cpc"], "page": ["2"]},
            {"credential": ["cpc"], "q": ["nights"]},
            {"credential": ["cpc"], "pay_min": ["30"]},
            {"credential": ["cpc"], "employer": ["mercy"]},
            {"state": ["TX"], "setting": ["inpatient"]},
        ],
        ids=str,
    )
    def test_any_other_search_is_none(self, query):
        assert topic_of(read_criteria(query)) is None

    @pytest.mark.parametrize(
        ("typed", "leads_to"),
        [
            ("/jobs/credential/CPC", "/jobs/credential/cpc"),
            ("/jobs/state/TX", "/jobs/state/texas"),
            ("/jobs/state/Texas", "/jobs/state/texas"),
            ("/jobs/state/tx/credential/CPC", "/jobs/state/texas/credential/cpc"),
            ("/jobs/remote?utm_source=mail", "/jobs/remote"),
        ],
    )
    def test_each_page_has_one_address(self, client, typed, leads_to):
        response = client.get(typed)

        assert (response.status_code, response.location) == (301, leads_to)

    @pytest.mark.parametrize(
        "path",
        [
            "/jobs/credential/nonsense",
            "/jobs/credential/",
            "/jobs/setting/cpc",
            "/jobs/state/atlantis",
            "/jobs/state/" + "a" * 4_000,
            "/jobs/state/texas/credential/nonsense",
            "/jobs/state/texas/setting/inpatient",
            "/jobs/hybrid",
            "/jobs/specialty/..%2f..",
        ],
    )
    def test_there_is_no_page_about_what_there_is_not(self, client, path):
        assert client.get(path).status_code == 404

    def test_every_topic_of_the_taxonomies_has_an_address_of_its_own(self, client):
        choices = [
            *(("credential", slug) for slug in taxonomy.CREDENTIALS),
            *(("setting", slug) for slug in taxonomy.SETTINGS),
            *(("specialty", slug) for slug in taxonomy.SPECIALTIES),
            *(("state", code) for code in taxonomy.STATES),
        ]
        paths = [Topic((choice,)).path for choice in choices]

        assert len(set(paths)) == len(paths)
        for (name, value), path in zip(choices, paths, strict=True):
            assert topic_at((name, path.rpartition("/")[2])) == Topic(((name, value),))


class TestCrawlers:
    def test_page_list_and_sitemap_agree_that_there_is_one(self, client):
        make_jobs(5)

        page = client.get("/jobs/credential/cpc").text
        listed = client.get("/jobs?credential=cpc").text
        sitemap = client.get("/sitemap-job-pages.xml").text

        assert is_indexed(page)
        assert canonical(page) == f"{BASE}/jobs/credential/cpc"
        assert is_indexed(listed)
        assert canonical(listed) == f"{BASE}/jobs/credential/cpc"
        assert f"<loc>{BASE}/jobs/credential/cpc</loc>" in sitemap

    def test_page_list_and_sitemap_agree_that_there_is_none(self, client):
        make_jobs(4)

        page = client.get("/jobs/credential/cpc").text
        listed = client.get("/jobs?credential=cpc").text
        sitemap = client.get("/sitemap-job-pages.xml").text

        assert not is_indexed(page)
        assert canonical(page) == f"{BASE}/jobs"
        assert not is_indexed(listed)
        assert canonical(listed) == f"{BASE}/jobs?credential=cpc"
        assert "/jobs/credential/cpc" not in sitemap

    def test_too_few_in_a_state_lead_to_the_page_of_the_credential(self, client):
        make_jobs(4)
        make_jobs(2, place_kind="onsite", city="Austin", state_code="TX")

        page = client.get("/jobs/state/texas/credential/cpc").text
        assert not is_indexed(page)
        assert canonical(page) == f"{BASE}/jobs/credential/cpc"

    def test_every_page_of_the_sitemap_is_one_that_wants_to_be_read(self, client):
        make_jobs(6, place_kind="onsite", city="Austin", state_code="TX", apprentice_welcome=True)
        make_jobs(6, terms=[CPC, (Facet.SPECIALTY, "cardiology")])

        addresses = re.findall("<loc>([^<]+)</loc>", client.get("/sitemap-job-pages.xml").text)

        assert len(addresses) == 7
        for address in addresses:
            page = client.get(address.removeprefix(BASE)).text
            assert is_indexed(page)
            assert canonical(page) == address

    def test_no_structured_data_of_a_listing_is_on_a_list(self, client):
        make_jobs(5)

        assert "application/ld+json" not in client.get("/jobs/credential/cpc").text


class TestWhatItTells:
    def test_figures_are_those_of_its_open_listings(self, client):
        make_jobs(4, pay_low_cents=30_00, pay_high_cents=34_00)
        make_jobs(
            3,
            place_kind="onsite",
            city="Austin",
            state_code="TX",
            pay_unit="year",
            pay_low_cents=52_000_00,
            pay_high_cents=60_000_00,
            terms=[CPC, (Facet.SETTING, "ed")],
        )
        make_jobs(2, state=JobState.FILLED)

        page = page_about(CPC_TOPIC)

        assert page.total == 7
        assert page.lede == (
            "7 open jobs ask for the CPC (Certified Professional Coder, AAPC), 4 of them remote."
        )
        facts = {f.label: [(link.label, link.count) for link in f.links] for f in page.facts}
        assert facts["Setting"] == [("Outpatient facility", 4), ("Emergency department", 3)]
        assert facts["Place of work"] == [("Remote", 4), ("On site", 3)]
        assert "Credential" not in facts  # it says so itself
        assert page.pay is not None
        assert page.pay.listings == 7
        assert page.pay.hourly == "$27 to $32"

    def test_pay_of_fewer_than_five_is_not_told(self):
        make_jobs(4)
        make_jobs(4, pay_unit="chart", pay_low_cents=4_00, pay_high_cents=5_00)

        assert page_about(CPC_TOPIC).pay is None

    @pytest.mark.parametrize(
        ("topic", "fields", "lede"),
        [
            (TEXAS, {"place_kind": "onsite", "city": "Waco", "state_code": "TX"},
             "1 open job can be done from Texas."),
            (CPC_IN_TEXAS, {},
             "1 open job that can be done from Texas asks for the CPC (Certified Professional "
             "Coder, AAPC), and it is remote."),
            (Topic((REMOTE,)), {"apprentice_welcome": True},
             "1 open job can be done from home all week, and it is open to new coders."),
            (Topic((NEW_CODERS,)), {"apprentice_welcome": True},
             "1 open job welcomes new coders, and it is remote."),
            (Topic((("setting", "outpatient"),)), {},
             "1 open job in this setting, and it is remote."),
        ],
    )  # fmt: skip
    def test_one_sentence_says_what_there_is(self, topic, fields, lede):
        make_jobs(1, **fields)

        assert page_about(topic).lede == lede

    def test_neighbours_are_pages_and_not_searches(self, client):
        make_jobs(6, place_kind="onsite", city="Austin", state_code="TX")
        make_jobs(5, place_kind="onsite", city="Reno", state_code="NV")
        make_jobs(2, place_kind="onsite", city="Ames", state_code="IA")
        coc = (Facet.CREDENTIAL, "coc", "required")
        make_jobs(5, place_kind="onsite", city="Austin", state_code="TX", terms=[coc])

        near = {
            f.label: [link.label for link in f.links] for f in page_about(CPC_IN_TEXAS).neighbours
        }
        assert near == {"More in Texas": ["COC"], "CPC jobs by state": ["Nevada"]}
        page = client.get("/jobs/state/texas").text
        assert 'href="/jobs/state/texas/credential/cpc">CPC</a>' in page
        assert 'href="/jobs/state/nevada">Nevada</a>' in page
        assert "Iowa" not in page

    def test_a_page_without_listings_leads_on(self, client):
        page = client.get("/jobs/specialty/cardiology").text

        assert "No open job in this specialty." in page
        assert 'href="/jobs?specialty=cardiology"' in page

    def test_nothing_in_a_state_leads_to_the_state_and_to_the_credential(self, client):
        page = client.get("/jobs/state/wyoming/credential/cuc").text

        assert "No open job that can be done from Wyoming asks for the CUC" in page
        assert '<a href="/jobs/state/wyoming">Medical coding jobs in Wyoming</a>' in page
        assert '<a href="/jobs/credential/cuc">CUC jobs</a>' in page

    def test_its_pay_leads_to_all_that_is_known_of_pay(self, client):
        make_jobs(6, place_kind="onsite", city="Austin", state_code="TX")

        for path, more in (
            ("/jobs/credential/cpc", "/pay?credential=cpc"),
            ("/jobs/setting/outpatient", "/pay?by=setting"),
            ("/jobs/state/texas/credential/cpc", "/pay?credential=cpc&amp;state=TX"),
        ):
            assert f'href="{more}">More on pay' in client.get(path).text
            assert client.get(more.replace("&amp;", "&")).status_code == 200

    def test_the_first_twenty_are_shown_and_the_others_a_click_away(self, client):
        make_jobs(23)

        page = client.get("/jobs/credential/cpc").text
        assert page.count('class="job-row') == 20
        assert "See all 23, with filters" in page

    def test_what_an_employer_wrote_is_text(self, client):
        job = make_jobs(5)[0]
        job.title, job.revision = "<script>alert(1)</script>", 2
        db.session.commit()

        assert "<script>alert" not in client.get("/jobs/credential/cpc").text

    def test_the_page_is_there_when_the_search_engine_is_not(self, app, client):
        make_jobs(6)
        app.extensions.pop("search_engine")
        kept, app.config["SEARCH_URL"] = app.config["SEARCH_URL"], "http://127.0.0.1:1"
        try:
            response = client.get("/jobs/credential/cpc")
        finally:
            app.config["SEARCH_URL"] = kept
            app.extensions.pop("search_engine", None)

        assert response.status_code == 200
        assert "6 open jobs ask for" in response.text
