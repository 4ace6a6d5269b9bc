"""The pages about listings as a whole."""

from __future__ import annotations

from app.jobs.quality import MARKS
from app.jobs.services.ranking import searched_places, ties_in_words
from tests.factories.accounts import make_account
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
