"""Jobs for a coder and coders for a job, as both sides meet them in a browser."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app import clock
from app.applications.models import Application
from app.extensions import db
from app.jobs.models import Facet
from app.jobs.services import rebuild_index
from app.seekers.models import Invitation, ProfileTerm, SeekerProfile, WorkFacet
from search import open_engine
from tests.factories.accounts import make_account
from tests.factories.applications import make_application
from tests.factories.employers import make_organisation
from tests.factories.jobs import make_job
from tests.factories.seekers import make_profile
from tests.mailbox import last_mail_to, mails_to, path_in

WORK = {"tool": ["epic", "codify"], "setting": "inpatient", "pay_floor_unit": "hour"}


@pytest.fixture
def hospital(app):
    """Its listings are in the index, as the worker would have put them there."""
    owner = make_account()
    organisation = make_organisation(owner=owner, name="Lakeside Hospital")
    make_job(
        organisation=organisation,
        title="Trauma coder",
        terms=(
            (Facet.SETTING, "inpatient"),
            (Facet.CREDENTIAL, "ccs", "required"),
            (Facet.TOOL, "epic", "required"),
        ),
    )
    make_job(
        organisation=organisation,
        title="Maine coder",
        terms=((Facet.CREDENTIAL, "ccs", "required"), (Facet.STATE, "ME")),
    )
    rebuild_index()
    return organisation


def test_jobs_for_a_profile_say_what_fits_and_what_does_not(client_of, hospital):
    make_job(
        organisation=hospital, title="Profee coder", terms=((Facet.CREDENTIAL, "cpc", "required"),)
    )
    rebuild_index()
    browser = client_of(make_profile().account)
    page = browser.get("/profile/jobs").text
    assert "Trauma coder" in page
    assert "Profee coder" not in page
    assert "Maine coder" not in page
    assert '<b>CCS</b> <span class="muted">(stated)</span>' in page
    assert '<b>Epic</b>: <span class="muted">not on your profile</span>' in page
    assert "/profile/work?next=/profile/jobs" in page
    assert "%" not in page.partition("<main")[2]


def test_what_the_profile_does_not_say_is_added_from_there(client_of, hospital):
    browser = client_of(make_profile().account)
    there = browser.post("/profile/work", query_string={"next": "/profile/jobs"}, data=WORK)
    assert there.location == "/profile/jobs"
    assert "<b>Epic</b></li>" in browser.get("/profile/jobs").text.replace("\n", "")
    assert "Epic, Codify" in browser.get("/profile").text


def test_an_empty_profile_is_told_what_to_add(client_of, hospital):
    page = client_of(make_account()).get("/profile/jobs").text
    assert "Your profile does not say enough yet" in page
    assert "/profile/credentials" in page


def test_a_profile_that_nothing_fits_is_told_what_to_change(client_of, hospital):
    account = make_profile(state="ME").account
    browser = client_of(account)
    data = {**WORK, "place": "onsite"}
    browser.post("/profile/work", data=data)
    assert "No open job fits your profile" in browser.get("/profile/jobs").text


def test_jobs_are_recommended_while_the_engine_is_down(app, client_of, hospital, monkeypatch):
    browser = client_of(make_profile().account)
    monkeypatch.setitem(app.extensions, "search_engine", open_engine("http://127.0.0.1:9"))
    page = browser.get("/profile/jobs").text
    assert "Search is limited right now" in page
    assert "Trauma coder" in page


def test_what_one_applied_to_is_marked(client_of, hospital):
    coder = make_account()
    job = make_job(title="Burn unit coder")
    make_application(job=job, account=coder)
    rebuild_index()
    assert "You applied" in client_of(coder).get("/profile/jobs").text


def test_a_listing_is_held_against_the_readers_own_profile(client, client_of, hospital):
    job = make_job(organisation=hospital)
    coder = client_of(make_profile().account)
    page = coder.get(f"/jobs/{job.id}-inpatient-coder").text
    assert f'data-fragment="/profile/match/{job.id}?part=1"' in page
    part = coder.get(f"/profile/match/{job.id}?part=1").text
    assert "How you match" in part
    assert "<html" not in part
    assert "<h1" in coder.get(f"/profile/match/{job.id}").text
    assert "data-fragment" not in client.get(f"/jobs/{job.id}-inpatient-coder").text
    assert client.get(f"/profile/match/{job.id}").location.startswith("/log-in")
    assert "data-fragment" in coder.get(f"/jobs/{job.id}-inpatient-coder").text


def test_a_listing_that_is_not_open_is_held_against_nobody(client_of, hospital):
    draft = make_job(organisation=hospital, state="draft", published_at=None, expires_at=None)
    browser = client_of(make_profile().account)
    for number in (draft.id, 0, 10**12):
        assert browser.get(f"/profile/match/{number}").status_code == 404


def test_the_employer_of_a_listing_is_not_held_against_it(client_of):
    owner = make_account()
    job = make_job(organisation=make_organisation(owner=owner))
    browser = client_of(owner)
    assert browser.get(f"/profile/match/{job.id}?part=1").text.strip() == ""
    assert "This listing is your own" in browser.get(f"/profile/match/{job.id}").text


def test_from_consent_to_application(client_of, app):
    """The coder agrees, the employer invites without knowing whom, the coder applies."""
    owner, coder = make_account(), make_account(name="Ann Rivera")
    job = make_job(organisation=make_organisation(owner=owner, name="Lakeside Hospital"))
    make_profile(account=coder, phone="512-555-0100")
    employer, seeker = client_of(owner), client_of(coder)
    coders = f"/employers/jobs/{job.id}/coders"
    assert "No coder to show yet" in employer.get(coders).text
    assert "Employers cannot find you" in seeker.get("/profile/visibility").text
    seeker.post("/profile/visibility", data={"found": "yes"})
    assert "Employers can find you" in seeker.get("/profile/visibility").text

    page = employer.get(coders).text
    assert "Inpatient coder, 4 years" in page
    for secret in ("Ann Rivera", coder.email, "512-555-0100"):
        assert secret not in page
    number = db.session.scalars(select(SeekerProfile.id)).one()
    assert employer.post(f"{coders}/{number}/invite").status_code == 303
    assert "Invited" in employer.get(coders).text
    employer.post(f"{coders}/{number}/invite")
    assert len(mails_to(coder.email)) == 1

    listing = path_in(last_mail_to(coder.email), "/jobs/")
    assert seeker.get(listing).status_code == 200
    assert "Employers invite you to apply" in seeker.get("/profile/jobs").text
    apply = f"/jobs/{job.id}/apply"
    seeker.post(apply, data={"resume": "none", "note": ""})
    assert "Ann Rivera" in employer.get(f"/employers/jobs/{job.id}/applications").text
    assert "Inpatient coder, 4 years" not in employer.get(coders).text
    assert "Employers invite you to apply" not in seeker.get("/profile/jobs").text


def test_a_declined_invitation_is_gone_and_the_employer_told(client_of, app):
    owner, coder = make_account(), make_account()
    job = make_job(organisation=make_organisation(owner=owner, name="Lakeside Hospital"))
    made = make_profile(account=coder, found_by_employers_since=clock.now())
    employer, seeker = client_of(owner), client_of(coder)
    coders = f"/employers/jobs/{job.id}/coders"
    employer.post(f"{coders}/{made.id}/invite")
    invitation = db.session.scalars(select(Invitation)).one()
    assert (
        client_of(make_account()).post(f"/profile/invitations/{invitation.id}/decline").status_code
        == 404
    )
    seeker.post(f"/profile/invitations/{invitation.id}/decline")
    assert "Employers invite you" not in seeker.get("/profile/jobs").text
    assert "Not interested" in employer.get(coders).text
    seeker.post(f"/profile/invitations/{invitation.id}/decline", data={"hide": "yes"})
    assert "No coder to show yet" in employer.get(coders).text
    assert "Lakeside Hospital" in seeker.get("/profile/visibility").text
    seeker.post(f"/profile/visibility/{job.organisation.slug}/show")
    assert "Not interested" in employer.get(coders).text


def test_text_of_a_coder_is_shown_to_employers_as_text(client_of, app):
    owner = make_account()
    job = make_job(organisation=make_organisation(owner=owner))
    attack = "<script>alert(1)</script>"
    make_profile(headline=attack, city=attack, found_by_employers_since=clock.now())
    page = client_of(owner).get(f"/employers/jobs/{job.id}/coders").text
    assert attack not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    "query",
    [
        "page=0", "page=-3", "page=9999999999999", "page=x", "state=%F0%9F%92%A9",
        "state=ZZ&experience=x", "required=some", "experience=" + "9" * 5_000,
    ],
)  # fmt: skip
def test_addresses_typed_at_random_answer_with_a_page(client_of, app, query):
    owner = make_account()
    job = make_job(organisation=make_organisation(owner=owner))
    assert client_of(owner).get(f"/employers/jobs/{job.id}/coders?{query}").status_code == 200
    assert client_of(owner).get(f"/profile/jobs?{query}").status_code == 200
    assert client_of(owner).get(f"/profile/visibility?q={query}").status_code == 200


def test_a_number_no_database_holds_is_not_found(client_of, app):
    owner = make_account()
    job = make_job(organisation=make_organisation(owner=owner))
    browser = client_of(owner)
    huge = 10**30
    assert browser.get(f"/employers/jobs/{huge}/coders").status_code == 404
    assert browser.post(f"/employers/jobs/{job.id}/coders/{huge}/invite").status_code == 404
    assert browser.post(f"/profile/invitations/{huge}/decline").status_code == 404


def test_the_copy_sent_with_an_application_holds_what_the_coder_works_with(client_of, app):
    coder = make_account()
    made = make_profile(account=coder)
    made.terms.append(ProfileTerm(facet=WorkFacet.TOOL, value="epic"))
    made.terms.append(ProfileTerm(facet=WorkFacet.PLACE, value="remote"))
    db.session.commit()
    owner = make_account()
    job = make_job(organisation=make_organisation(owner=owner))
    client_of(coder).post(f"/jobs/{job.id}/apply", data={"resume": "none", "note": ""})
    made.terms.clear()
    db.session.commit()
    sent = db.session.scalars(select(Application)).one()
    assert sent.snapshot["tools"] == ["epic"]
    assert "remote" not in str(sent.snapshot)
    page = client_of(owner).get(f"/employers/applications/{sent.id}").text
    assert "Epic" in page
