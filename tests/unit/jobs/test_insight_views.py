"""The pages about listings as a whole."""

from __future__ import annotations

import pytest

from app.extensions import db
from app.jobs.models import Facet
from app.jobs.quality import MARKS
from app.jobs.services.landing import count_topics
from app.jobs.services.searching.ranking import searched_places, ties_in_words
from tests.factories.accounts import make_account
from tests.factories.employers import make_organisation
from tests.factories.jobs import make_job
from tests.factories.listings import make_draft
from tests.watch import statements


class TestHowListingsAreOrdered:
    def test_it_shows_the_very_tables_that_decide(self, client):
        page = client.get("/jobs/how-ranking-works").text

        for mark in MARKS:
            assert mark.what in page
        for place in searched_places():
            assert place.what in page
        for words in ties_in_words():
            assert words in page

    def test_it_says_where_the_operator_reads_mail(self, app, client):
        for sender, reader in (
            ("CareerCenter <no-reply@jobs.example>", "postmaster@jobs.example"),
            ("jobs@jobs.example", "jobs@jobs.example"),
        ):
            app.config["MAIL_FROM"], before = sender, app.config["MAIL_FROM"]
            try:
                assert f"at {reader}." in client.get("/jobs/how-ranking-works").text
            finally:
                app.config["MAIL_FROM"] = before

    def test_it_asks_the_database_nothing(self, client):
        with statements() as sent:
            assert client.get("/jobs/how-ranking-works").status_code == 200
        assert sent == []

    def test_the_list_of_jobs_leads_there(self, client):
        assert 'href="/jobs/how-ranking-works"' in client.get("/jobs").text


class TestWhatAListingLacks:
    def test_its_writer_sees_what_would_place_it_higher(self, client_of):
        owner = make_account()
        job = make_draft(owner=owner)
        page = client_of(owner).get(f"/employers/jobs/{job.id}/edit/check").text

        assert "What would place this listing higher" in page
        assert "The accuracy expected" in page
        assert "The setting, such as" not in page  # it is stated

    def test_a_proposed_change_counts(self, client_of):
        owner = make_account()
        job = make_job(organisation=make_draft(owner=owner).organisation)
        browser = client_of(owner)
        path = f"/employers/jobs/{job.id}/edit"
        assert "The productivity expected" in browser.get(f"{path}/check").text
        answers = {"tools-0": "", "productivity": "4 charts an hour " + "and more of them " * 6}
        browser.post(f"{path}/standards", data=answers)

        page = browser.get(f"{path}/check").text
        assert "Changes wait for a moderator" in page
        assert "The productivity expected" not in page


def post(count: int, *, low: int = 30, high: int = 34, **fields: object) -> None:
    organisation = make_organisation()
    for _ in range(count):
        make_job(
            organisation=organisation,
            pay_low_cents=low * 100,
            pay_high_cents=high * 100,
            **{
                "terms": [(Facet.CREDENTIAL, "cpc", "required"), (Facet.SETTING, "inpatient")],
                "place_kind": "onsite",
                "state_code": "TX",
                **fields,
            },
        )


class TestPay:
    def test_a_group_is_shown_with_its_figures_as_text(self, client):
        post(3, low=28, high=32)
        post(3, low=32, high=36)
        page = client.get("/pay").text

        assert "What employers state on CareerCenter, not what people earn." in page
        assert "6 postings" in page
        assert "of 2 employers" in page
        for figure in ("$30 to $34", "$32", "$28 to $36"):
            assert figure in page
        assert 'href="/pay?credential=cpc"' in page

    def test_the_visitor_chooses_the_unit(self, client):
        post(5)
        page = client.get("/pay?per=year").text

        assert "$66,560" in page  # $32 times 2,080
        assert "a year" in page
        assert 'content="noindex' in page

    def test_fewer_than_five_are_not_shown_and_said_so(self, client):
        post(4)
        page = client.get("/pay").text

        assert "Not shown: fewer than five postings" in page
        assert "$30" not in page
        assert 'content="noindex' in page

    def test_one_employer_is_said_to_be_one(self, client):
        post(5)

        assert "all of one employer" in client.get("/pay").text

    def test_pieces_have_a_table_of_their_own(self, client):
        post(5, low=2, high=3, pay_unit="chart")
        page = client.get("/pay").text

        assert "Paid per chart" in page
        assert "$2 to $3" in page
        assert "Paid per encounter" not in page
        assert "Not shown: fewer than five postings" in page  # paid by the hour or the year

    @pytest.mark.parametrize("by", ["credential", "setting", "state", "experience"])
    def test_each_grouping_has_an_address(self, client, by):
        post(5)
        path = "/pay" if by == "credential" else f"/pay?by={by}"
        page = client.get(path).text

        assert 'aria-current="page"' in page
        assert page.count("<h1") == 1

    def test_a_choice_narrows_every_grouping(self, client):
        post(5)
        post(6, state_code="OK", terms=[(Facet.CREDENTIAL, "ccs")])

        assert "5 postings" in client.get("/pay?credential=cpc&state=TX").text
        assert "Texas" in client.get("/pay?credential=cpc&by=state").text
        assert "Not shown" in client.get("/pay?credential=cpc&state=OK").text

    @pytest.mark.parametrize(
        ("asked", "address"),
        [
            ("/pay?", "/pay"),
            ("/pay?credential=&state=&per=hour&by=credential", "/pay"),
            ("/pay?state=TX&credential=cpc", "/pay?credential=cpc&state=TX"),
            ("/pay?credential=cpc&credential=ccs", "/pay?credential=cpc"),
            ("/pay?credential=nurse&state=ZZ&by=shoe&per=moon", "/pay"),
            ("/pay?state=%7F&credential=%27%3B--&x=" + "y" * 5_000, "/pay"),
            ("/pay?by=<script>", "/pay"),
            ("/pay?utm_source=mail", "/pay"),
        ],
    )
    def test_whatever_is_asked_leads_to_one_address(self, client, asked, address):
        answer = client.get(asked, follow_redirects=True)

        assert answer.status_code == 200
        assert answer.request.full_path.rstrip("?") == address

    def test_the_database_is_asked_twice_at_most_and_then_not_at_all(self, client):
        post(5)
        with statements() as sent:
            client.get("/pay")
        assert len(sent) == 2
        with statements() as sent:
            client.get("/pay?state=TX")
            client.get("/pay?credential=cpc&by=state")
        assert sent == []


class TestNothingFound:
    def test_the_pages_of_which_there_is_most_are_offered(self, client):
        post(5)
        count_topics()
        db.session.commit()
        page = client.get("/jobs?credential=cuc").text

        assert 'href="/jobs/credential/cpc">CPC jobs</a> <span class="muted">5 jobs' in page

    def test_a_page_about_a_kind_of_job_leads_to_its_pay(self, client):
        post(5)
        page = client.get("/jobs/state/texas/credential/cpc").text

        assert 'href="/pay?credential=cpc&amp;state=TX"' in page


class TestHowAListingCompares:
    def test_its_page_says_so_and_leads_to_the_figures(self, client):
        post(4, low=28, high=32)
        post(4, low=32, high=36)
        job = make_job(
            terms=[(Facet.CREDENTIAL, "cpc", "required")], place_kind="onsite", state_code="TX"
        )
        page = client.get(f"/jobs/{job.id}", follow_redirects=True).text

        assert "the middle half of 9 CPC postings in Texas pays $30 to $34 an hour" in page
        assert 'href="/pay?credential=cpc&amp;state=TX"' in page

    def test_nothing_is_said_of_few(self, client):
        post(3)
        job = make_job()
        page = client.get(f"/jobs/{job.id}", follow_redirects=True).text

        assert "How this compares" not in page

    def test_a_page_that_is_kept_asks_no_more_than_before(self, client):
        post(6)
        job = make_job()
        path = client.get(f"/jobs/{job.id}").location
        client.get(path)
        with statements() as sent:
            client.get(path)
        assert len(sent) == 1
