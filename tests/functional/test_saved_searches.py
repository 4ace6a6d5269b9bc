"""Saving a search as a coder and as a guest; changing and stopping alerts from the mail."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from app import clock
from app.accounts.services import close_account
from app.accounts.signals import email_confirmed
from app.audit import AuditEntry
from app.extensions import db
from app.jobs.services.index import rebuild_index
from app.seekers.commands import tell_of_new_listings
from app.seekers.models import AlertMatch, AlertRecipient, SavedSearch
from app.seekers.services import forget_abandoned, manage_token, recipient_of, suppress
from tests.factories.accounts import PASSWORD, make_account
from tests.factories.jobs import make_job
from tests.factories.seekers import make_saved_search
from tests.mailbox import last_mail_to, mails, mails_to, path_in

pytestmark = pytest.mark.usefixtures("app")

GUEST = "guest@example.com"
NEW = "/saved-searches/new?credential=ccs&place=remote"
HOSTILE = ("x", "WzFd", "a" * 5_000, "MQ.AAAA", "..%2F..", "MQ.fRhZ0kK2-GACWFQWOZ6hJid4Ujc", "%00")


def saved() -> list[SavedSearch]:
    db.session.expire_all()
    return list(db.session.scalars(select(SavedSearch).order_by(SavedSearch.id)))


def ask(client, address: str = NEW, **fields: str):
    return client.post(address, data={"email": GUEST, "frequency": "daily", **fields})


def confirmed_guest(client) -> AlertRecipient:
    ask(client)
    assert client.post(path_in(last_mail_to(GUEST), "/alerts/confirm/")).status_code == 302
    return saved()[-1].recipient


def actions() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


class TestACoder:
    def test_saves_the_search_that_is_shown_with_all_its_filters(self, client_of):
        coder = make_account()
        browser = client_of(coder)
        address = (
            "/jobs?q=lakeside&credential=ccs&state=TX&apprentice=1&pay_min=30&pay_per=hour&page=3"
        )
        page = browser.get(address, follow_redirects=True).text
        link = page.split('href="/saved-searches/new?')[1].split('"')[0].replace("&amp;", "&")
        form = browser.get(f"/saved-searches/new?{link}").text
        for label in ("lakeside", "CCS", "Texas", "$30 or more an hour"):
            assert label in form
        answer = browser.post(f"/saved-searches/new?{link}", data={"frequency": "weekly"})
        assert answer.location == "/saved-searches"
        [search] = saved()
        assert ["state", "TX"] in search.parameters
        assert "page" not in dict(search.parameters)
        assert (search.frequency, search.recipient.account_id) == ("weekly", coder.id)
        listed = browser.get("/saved-searches").text
        assert "Every Monday morning" in listed
        assert "pay_min=30" in listed

    def test_saves_the_same_search_twice_and_has_it_once(self, client_of):
        browser = client_of(make_account())
        browser.post(NEW, data={"frequency": "daily", "name": "Mine"})
        browser.post(NEW + "&page=2&utm_source=x", data={"frequency": "instant"})
        [search] = saved()
        assert (search.name, search.frequency) == ("Mine", "instant")

    def test_renames_pauses_resumes_and_deletes(self, client_of):
        coder = make_account()
        search = make_saved_search(account=coder, credential="ccs")
        browser = client_of(coder)
        here = f"/saved-searches/{search.id}"
        assert browser.get(here).status_code == 200
        browser.post(here, data={"name": "Texas <b>", "frequency": "weekly"})
        assert "Texas &lt;b&gt;" in browser.get("/saved-searches").text
        browser.post(f"{here}/pause")
        assert saved()[0].paused_at is not None
        assert "Paused" in browser.get("/saved-searches").text
        browser.post(f"{here}/resume")
        assert saved()[0].paused_at is None
        assert browser.post(f"{here}/explode").status_code == 404
        browser.post(f"{here}/delete")
        assert saved() == []
        assert actions()[-5:] == [f"saved_search.{done}" for done in
                                  ("saved", "changed", "paused", "resumed", "deleted")]  # fmt: skip

    @pytest.mark.parametrize(
        "form",
        [{}, {"frequency": "hourly"}, {"frequency": "daily", "name": "x" * 81}],
    )
    def test_a_form_that_makes_no_sense_is_shown_again(self, client_of, form):
        coder = make_account()
        search = make_saved_search(account=coder)
        browser = client_of(coder)
        assert browser.post(NEW, data=form).status_code == 422
        assert browser.post(f"/saved-searches/{search.id}", data=form).status_code == 422
        assert len(saved()) == 1

    def test_has_thirty_searches_at_most(self, client_of):
        coder = make_account()
        for number in range(30):
            make_saved_search(account=coder, q=f"word{number}")
        answer = client_of(coder).post(NEW, data={"frequency": "daily"})
        assert answer.status_code == 422
        assert "30 saved searches" in answer.text

    def test_whose_address_is_not_confirmed_goes_the_way_of_a_guest(self, client_of):
        browser = client_of(make_account(email_verified_at=None, email=GUEST))
        assert ask(browser).location == "/saved-searches/check-your-mail"
        assert saved()[0].confirmed_at is None

    def test_stops_all_and_starts_again(self, client_of):
        coder = make_account()
        make_saved_search(account=coder)
        browser = client_of(coder)
        assert browser.post("/saved-searches", data={"action": "stop"}).status_code == 302
        assert "All alerts are stopped" in browser.get("/saved-searches").text
        browser.post("/saved-searches", data={"action": "start"})
        assert recipient_of(coder).stopped_at is None
        assert browser.post("/saved-searches", data={"action": "no"}).status_code == 302
        nobody = client_of(make_account())
        assert nobody.post("/saved-searches", data={"action": "stop"}).status_code == 302

    def test_who_closes_the_account_leaves_nothing(self, client_of):
        coder = make_account()
        make_saved_search(account=coder)
        make_job(published_at=clock.now() - timedelta(minutes=1))
        tell_of_new_listings()
        close_account(coder, password=PASSWORD)
        db.session.commit()
        for model in (SavedSearch, AlertRecipient, AlertMatch):
            assert db.session.scalar(select(func.count()).select_from(model)) == 0


class TestAGuest:
    def test_confirms_first_and_opening_the_link_confirms_nothing(self, client):
        assert ask(client).location == "/saved-searches/check-your-mail"
        assert GUEST in client.get("/saved-searches/check-your-mail").text
        link = path_in(last_mail_to(GUEST), "/alerts/confirm/")
        assert client.get(link).status_code == 200
        assert saved()[0].confirmed_at is None
        answer = client.post(link)
        assert answer.location.startswith("/alerts/")
        assert saved()[0].confirmed_at is not None
        assert "CCS" in client.get(answer.location).text

    def test_gets_alerts_only_then(self, client):
        ask(client, frequency="instant")
        make_job(published_at=clock.now() - timedelta(minutes=1))
        tell_of_new_listings()
        assert [mail.name for mail in mails_to(GUEST)] == ["alerts_opt_in"]
        client.post(path_in(last_mail_to(GUEST), "/alerts/confirm/"))
        rebuild_index()
        mails()
        tell_of_new_listings()
        assert last_mail_to(GUEST).name == "job_alert"

    def test_the_answer_is_the_same_whether_or_not_the_address_is_known(self, client):
        known = make_account()
        bounced, complained = make_account(), make_account()
        for account, reason in ((bounced, "bounce"), (complained, "complaint")):
            make_saved_search(account=account)
            suppress(account.email, reason)
        db.session.commit()
        answers = set()
        for email in ("new@example.com", known.email, bounced.email, complained.email):
            answer = ask(client, email=email)
            page = client.get(answer.location).text.replace(email, "X")
            answers.add((answer.status_code, answer.location, page.split("<main")[1]))
        assert len(answers) == 1
        assert mails_to(complained.email) == []
        assert len(mails_to(known.email)) == 1

    def test_the_mail_holds_no_word_of_the_strangers(self, client):
        ask(client, "/saved-searches/new?q=BUY+PILLS+http://evil.example&credential=ccs")
        mail = last_mail_to(GUEST)
        assert "CCS" in mail.text
        for part in (mail.subject, mail.text, mail.html):
            assert "PILLS" not in part
            assert "evil" not in part

    def test_one_address_gets_three_of_these_mails_an_hour(self, client):
        for number in range(6):
            ask(client, f"/saved-searches/new?q=word{number}")
        assert len(mails_to(GUEST)) == 3

    @pytest.mark.parametrize(
        "email", ["", "x", "a@b", "a" * 300 + "@example.com", "a@x.com\nBcc: b@x.com"]
    )
    def test_an_address_that_is_none_is_refused(self, client, email):
        assert ask(client, email=email).status_code == 422
        assert saved() == []

    def test_a_link_works_once_and_for_three_days(self, client):
        ask(client)
        link = path_in(last_mail_to(GUEST), "/alerts/confirm/")
        with time_machine.travel(clock.now() + timedelta(days=3, hours=1)):
            assert client.get(link).status_code == 410
            assert client.post(link).status_code == 410
        assert saved()[0].confirmed_at is None
        client.post(link)
        assert client.post(link).status_code == 410
        assert client.get(link).status_code == 410

    def test_what_is_not_confirmed_is_deleted_after_seven_days(self, client):
        ask(client)
        with time_machine.travel(clock.now() + timedelta(days=8)):
            forget_abandoned()
            db.session.commit()
        assert saved() == []
        assert db.session.scalars(select(AlertRecipient)).all() == []

    def test_what_was_stopped_is_deleted_after_a_month_but_not_that_someone_complained(
        self, client
    ):
        recipient = confirmed_guest(client)
        client.post(f"/alerts/{manage_token(recipient)}/stop")
        other = ask(client, email="other@example.com")
        assert other.status_code == 302
        suppress("other@example.com", "complaint")
        db.session.commit()
        with time_machine.travel(clock.now() + timedelta(days=31)):
            forget_abandoned()
            db.session.commit()
        [left] = db.session.scalars(select(AlertRecipient)).all()
        assert left.suppressed_for == "complaint"

    def test_who_registers_finds_the_searches_in_the_account(self, client, client_of):
        recipient = confirmed_guest(client)
        token = manage_token(recipient)
        account = make_account(email=GUEST)
        email_confirmed.send(account)
        db.session.commit()
        assert "CCS" in client_of(account).get("/saved-searches").text
        assert client.get(f"/alerts/{token}").status_code == 200

    def test_who_has_an_account_with_searches_gets_those_of_a_new_address_too(self, client):
        token = manage_token(confirmed_guest(client))
        account = make_account()
        make_saved_search(account=account, q="trauma")
        make_job(title="Trauma coder", terms=(), published_at=clock.now() - timedelta(minutes=1))
        tell_of_new_listings()
        account.email = GUEST
        email_confirmed.send(account)
        db.session.commit()
        own = recipient_of(account)
        assert own.email == GUEST
        assert {search.recipient_id for search in saved()} == {own.id}
        # A mail from before still stops what is sent now.
        assert client.post(f"/alerts/{token}/stop").status_code == 303
        assert recipient_of(account).stopped_at is not None


class TestFromTheMail:
    @pytest.fixture
    def recipient(self):
        return make_saved_search(account=make_account(email="ann@example.com")).recipient

    def test_one_post_without_cookies_stops_all(self, app, recipient, monkeypatch):
        monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
        bare = app.test_client(use_cookies=False)
        path = f"/alerts/{manage_token(recipient)}/stop"
        for _ in range(2):
            answer = bare.post(path, data={"List-Unsubscribe": "One-Click"})
            assert (answer.status_code, answer.text) == (200, "Stopped.\n")
        db.session.expire_all()
        assert recipient.stopped_at is not None
        assert actions().count("alerts.stopped") == 1

    def test_a_get_stops_nothing_and_leads_to_a_button(self, client, recipient):
        token = manage_token(recipient)
        for method in ("get", "head"):
            answer = getattr(client, method)(f"/alerts/{token}/stop")
            assert answer.location == f"/alerts/{token}#stop"
        page = client.get(f"/alerts/{token}").text
        assert f'action="/alerts/{token}/stop"' in page
        db.session.expire_all()
        assert recipient.stopped_at is None

    def test_the_page_changes_pauses_and_stops_one_search_without_a_log_in(self, client, recipient):
        other = make_saved_search(account=make_account())
        path = f"/alerts/{manage_token(recipient)}"
        [search] = recipient.searches

        def press(**fields: object) -> int:
            return client.post(path, data={"search_id": search.id, **fields}).status_code

        press(action="frequency", frequency="weekly")
        press(action="pause")
        assert saved()[0].frequency == "weekly"
        assert saved()[0].paused_at is not None
        press(action="resume")
        assert saved()[0].paused_at is None
        assert press(action="frequency", frequency="hourly") == 422
        assert press(action="explode") == 404
        assert press(action="delete", search_id=other.id) == 404
        assert press(action="delete", search_id="x") == 404
        press(action="delete")
        assert [kept.id for kept in saved()] == [other.id]

    def test_what_was_stopped_can_be_started_again(self, client, recipient):
        path = f"/alerts/{manage_token(recipient)}"
        client.post(f"{path}/stop")
        assert "All alerts are stopped" in client.get(path).text
        client.post(path, data={"action": "start"})
        db.session.expire_all()
        assert recipient.stopped_at is None

    def test_another_form_than_ours_changes_nothing(self, app, recipient, monkeypatch):
        monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
        path = f"/alerts/{manage_token(recipient)}"
        answer = app.test_client().post(path, data={"action": "start"})
        assert answer.status_code == 400

    @pytest.mark.parametrize("token", HOSTILE)
    def test_a_forged_link_leads_nowhere(self, client, token):
        make_saved_search()
        for path in (f"/alerts/{token}", f"/alerts/confirm/{token}"):
            assert client.get(path).status_code in (400, 404, 410)
            assert client.post(path).status_code in (400, 404, 410)
        assert client.post(f"/alerts/{token}/stop").status_code in (400, 404, 410)
        assert db.session.scalars(select(AlertRecipient)).one().stopped_at is None

    def test_a_link_for_one_purpose_is_none_for_another(self, client, recipient):
        token = manage_token(recipient)
        assert client.get(f"/alerts/confirm/{token}").status_code == 410

    def test_a_link_to_what_was_erased_says_so(self, client):
        recipient = confirmed_guest(client)
        token = manage_token(recipient)
        client.post(f"/alerts/{token}/stop")
        with time_machine.travel(clock.now() + timedelta(days=31)):
            forget_abandoned()
            db.session.commit()
        assert client.get(f"/alerts/{token}").status_code == 410
        answer = client.post(f"/alerts/{token}/stop", data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200


class TestAfterABounceOrAComplaint:
    def test_a_bounce_is_lifted_by_a_mail_that_arrives(self, client, client_of):
        coder = make_account()
        make_saved_search(account=coder)
        suppress(coder.email, "bounce")
        db.session.commit()
        browser = client_of(coder)
        assert "could not be delivered" in browser.get("/saved-searches").text
        browser.post("/saved-searches", data={"action": "lift"})
        assert recipient_of(coder).suppressed_for == "bounce"
        link = path_in(last_mail_to(coder.email), "/alerts/confirm/")
        assert client.get(link).status_code == 200
        client.post(link)
        assert recipient_of(coder).suppressed_for == ""
        suppress(coder.email, "bounce")
        db.session.commit()
        assert client.post(link).status_code == 410

    def test_a_complaint_only_by_the_account_itself(self, client, client_of):
        coder = make_account()
        saved_search = make_saved_search(account=coder)
        suppress(coder.email, "bounce")
        suppress(coder.email, "complaint")
        suppress(coder.email, "bounce")
        db.session.commit()
        path = f"/alerts/{manage_token(saved_search.recipient)}"
        assert "Log in" in client.get(path).text
        client.post(path, data={"action": "lift"})
        assert mails_to(coder.email) == []
        assert recipient_of(coder).suppressed_for == "complaint"
        client_of(coder).post("/saved-searches", data={"action": "lift"})
        assert recipient_of(coder).suppressed_for == ""


class TestEventsOfAProvider:
    @pytest.fixture
    def told(self, app, client, monkeypatch):
        monkeypatch.setitem(app.config, "MAIL_EVENTS_TOKEN", "secret")

        def tell(sent, token="secret"):
            return client.post(
                "/mail/events", json=sent, headers={"Authorization": f"Bearer {token}"}
            )

        return tell

    @pytest.mark.parametrize(
        ("event", "reason"),
        [
            ({"email": "Ann@Example.com", "kind": "bounce"}, "bounce"),
            ({"recipient": "ann@example.com", "event": "complained"}, "complaint"),
            ({"email": "ann@example.com", "type": "SpamComplaint"}, "complaint"),
            ({"email": "ann@example.com", "kind": "soft_bounce"}, ""),
            ({"email": "ann@example.com", "kind": "delivered"}, ""),
            ({"email": "ann@example.com", "kind": 7}, ""),
        ],
    )
    def test_a_bounce_or_a_complaint_ends_the_alerts(self, told, event, reason):
        make_saved_search(account=make_account(email="ann@example.com"))
        for sent in (event, [None, 3, {"email": "no address", "kind": "bounce"}, event]):
            assert told(sent).status_code == 200
        assert db.session.scalars(select(AlertRecipient)).one().suppressed_for == reason

    @pytest.mark.parametrize("sent", [None, "x", 3, [], {}, [[]], {"email": []}])
    def test_what_makes_no_sense_changes_nothing(self, told, sent):
        assert told(sent).get_json() == {"suppressed": 0}

    def test_a_stranger_is_refused_and_without_a_token_there_is_no_such_page(
        self, app, told, monkeypatch
    ):
        assert told([], "guessed").status_code == 401
        monkeypatch.setitem(app.config, "MAIL_EVENTS_TOKEN", "")
        assert told([], "").status_code == 404

    def test_the_operators_command(self, app):
        coder = make_account()
        make_saved_search(account=coder)
        run = app.test_cli_runner().invoke
        assert run(args=["seekers", "suppress", coder.email]).output.startswith("No more alerts")
        assert recipient_of(coder).suppressed_for == "complaint"
        assert "Nobody" in run(args=["seekers", "suppress", "who@example.com"]).output
        assert run(args=["seekers", "suppress", "no address"]).exit_code == 1


def test_a_search_of_a_place_that_does_not_exist_is_not_saved(client, client_of):
    for browser in (client, client_of(make_account())):
        page = ask(browser, "/saved-searches/new?near=Nowhereville").text
        assert "We know no place called “Nowhereville”" in page
    assert saved() == []
