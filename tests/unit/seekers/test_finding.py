"""Which coders an employer finds, what it is shown of them, and inviting them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from app import clock
from app.accounts.services import close_account
from app.audit import AuditEntry
from app.errors import Conflict, NotFound, TooMany
from app.extensions import db
from app.jobs.models import Facet, JobState
from app.seekers.models import (
    Experience,
    HiddenFrom,
    Invitation,
    ProfileCredential,
    ProfileTerm,
    SeekerProfile,
    WorkFacet,
)
from app.seekers.services import (
    Wanted,
    coders_for,
    decline,
    hide_from,
    invitations_to,
    invite,
    let_employers_find,
    show_to,
    visibility_of,
)
from app.seekers.services.consent import works_there
from app.seekers.services.invitations import AGAIN_AFTER, MOST_A_DAY
from tests.factories.accounts import PASSWORD, make_account
from tests.factories.applications import make_application
from tests.factories.employers import make_member, make_organisation
from tests.factories.jobs import make_job
from tests.factories.seekers import make_profile
from tests.mailbox import mails, mails_to

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def found_profile(**fields) -> SeekerProfile:
    """A coder who agreed to be found and has what the factory's listing requires."""
    made = make_profile(found_by_employers_since=clock.now(), **fields)
    made.terms.append(ProfileTerm(facet=WorkFacet.SETTING, value="inpatient"))
    db.session.commit()
    return made


def listing(**fields):
    employer = make_account()
    return employer, make_job(organisation=make_organisation(owner=employer), **fields)


def numbers(employer, job, **wanted) -> list[int]:
    return [c.shown.number for c in coders_for(employer, job.id, Wanted(**wanted)).coders]


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_nobody_is_found_who_did_not_agree_and_agreeing_is_taken_back_at_once(app):
    employer, job = listing()
    silent = make_profile()
    assert numbers(employer, job) == []
    let_employers_find(silent.account, found=True)
    assert numbers(employer, job) == [silent.id]
    let_employers_find(silent.account, found=False)
    assert numbers(employer, job) == []
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["seeker.found_by_employers", "seeker.hidden_from_employers"]


def test_agreeing_twice_is_agreeing_once(app):
    made = make_profile()
    let_employers_find(made.account, found=True)
    since = made.found_by_employers_since
    let_employers_find(made.account, found=True)
    assert made.found_by_employers_since == since
    assert count(AuditEntry) == 1


def test_an_employer_is_shown_nothing_that_says_who_it_is(app):
    secrets = {
        "name": "Ann Rivera",
        "email": "ann@example.com",
        "phone": "512-555-0100",
        "summary": "Reach me at the lake house",
        "employer": "Seton Northwest",
        "number": "01234567",
    }
    account = make_account(name=secrets["name"], email=secrets["email"])
    made = found_profile(account=account, phone=secrets["phone"], summary=secrets["summary"])
    made.pay_floor_cents = 3_333
    made.credentials[0].member_number = secrets["number"]
    made.experiences.append(
        Experience(
            title="Lead at Seton",
            employer=secrets["employer"],
            setting="ed",
            started_on=date(2020, 1, 1),
        )
    )
    db.session.commit()
    employer, job = listing()
    (one,) = coders_for(employer, job.id, Wanted()).coders
    told = str(asdict(one.shown)) + str(one.match)
    for secret in (*secrets.values(), "Lead at Seton", "33.33", "3333"):
        assert secret not in told
    assert one.shown.headline == "Inpatient coder, 4 years"
    assert one.shown.credentials == [("CCS", "stated")]
    assert one.shown.settings == ["Inpatient facility", "Emergency department"]
    assert one.shown.place == "Austin, TX"


@pytest.mark.parametrize(
    "standing", [{"closed_at": LONG_AGO}, {"email_verified_at": None}], ids=str
)
def test_an_account_that_does_not_stand_is_not_found(app, standing):
    employer, job = listing()
    found_profile(account=make_account(**standing))
    assert numbers(employer, job) == []


def test_a_member_of_the_organisation_is_not_found_by_it(app):
    employer, job = listing()
    made = found_profile()
    make_member(job.organisation, made.account)
    other, elsewhere = listing()
    assert numbers(employer, job) == []
    assert numbers(other, elsewhere) == [made.id]


def test_a_coder_hides_from_one_employer_and_shows_again(app):
    employer, job = listing()
    made = found_profile()
    hide_from(made.account, job.organisation.slug)
    hide_from(made.account, job.organisation.slug)
    assert count(HiddenFrom) == 1
    assert numbers(employer, job) == []
    with pytest.raises(NotFound):
        invite(employer, job.id, made.id)
    show_to(made.account, job.organisation.slug)
    assert numbers(employer, job) == [made.id]


def test_one_cannot_hide_from_an_organisation_without_a_page(app):
    suspended = make_organisation(suspended_at=clock.now())
    for slug in ("no-such", suspended.slug, "'; drop table", "x" * 5_000):
        with pytest.raises(NotFound):
            hide_from(make_account(), slug)


@pytest.mark.parametrize(
    ("employer", "ended", "expected"),
    [
        ("Mercy Health", None, True),
        ("MERCY HEALTH, Inc.", None, True),
        ("Mercy Health of St. Louis", None, True),
        ("Mercy", None, True),
        ("Mercy Health", date(2024, 1, 1), False),
        ("Merciful", None, False),
        ("St. Luke's Health", None, False),
        ("The Company, Inc.", None, False),
        ("...", None, False),
    ],
)
def test_the_employer_of_a_position_that_goes_on_does_not_find_the_coder(
    app, employer, ended, expected
):
    organisation = make_organisation(name="Mercy Health, LLC")
    made = make_profile()
    made.experiences.append(
        Experience(title="Coder", employer=employer, started_on=date(2020, 1, 1), ended_on=ended)
    )
    assert works_there(made, organisation) is expected


def test_employers_to_hide_from_are_found_by_name(app):
    make_organisation(name="Lakeside Hospital")
    make_organisation(name="Lakeside Clinic", suspended_at=clock.now())
    account = make_account()
    assert [o.name for o in visibility_of(account, "lakeside").offered] == ["Lakeside Hospital"]
    for typed in ("%", "_", "zzz", "", "  ", "' OR 1=1"):
        assert visibility_of(account, typed).offered in ((), [])


def test_only_those_are_found_whose_wishes_the_listing_grants(app):
    employer, job = listing()
    made = found_profile()
    made.terms.append(ProfileTerm(facet=WorkFacet.PLACE, value="onsite"))
    db.session.commit()
    assert numbers(employer, job) == []
    made.terms.append(ProfileTerm(facet=WorkFacet.PLACE, value="remote"))
    db.session.commit()
    assert numbers(employer, job) == [made.id]
    made.pay_floor_cents = 10_000
    db.session.commit()
    assert numbers(employer, job) == []


def test_those_who_have_all_come_before_those_who_have_part(app):
    employer, job = listing(
        terms=(
            (Facet.CREDENTIAL, "ccs", "required"),
            (Facet.SETTING, "inpatient"),
            (Facet.TOOL, "epic", "required"),
            (Facet.STATE, "TX"),
        )
    )
    part = found_profile()
    everything = found_profile()
    everything.terms.append(ProfileTerm(facet=WorkFacet.TOOL, value="epic"))
    elsewhere = found_profile(state="ME")
    expired = found_profile()
    expired.credentials[0].expires_on = date(2020, 1, 31)
    stranger = found_profile()
    stranger.credentials[0].credential = "rhia"
    db.session.commit()
    everyone = numbers(employer, job)
    assert everyone[0] == everything.id
    assert set(everyone) == {everything.id, part.id, elsewhere.id, expired.id}
    assert numbers(employer, job, all_required=True) == [everything.id]


def test_filters_narrow_and_what_they_do_not_know_is_left_out(app):
    employer, job = listing()
    texan, ohioan = found_profile(), found_profile(state="OH", experience="5-plus")
    assert numbers(employer, job, state="OH") == [ohioan.id]
    assert numbers(employer, job, experience="5-plus") == [ohioan.id]
    assert numbers(employer, job, state="OH", experience="none") == [ohioan.id]
    everyone = {texan.id, ohioan.id}
    assert set(numbers(employer, job, state="ZZ", experience="'; drop table")) == everyone


def test_distance_counts_among_what_is_required(app):
    employer, job = listing(place_kind="onsite", city="Austin", state_code="TX")
    near = found_profile(city="Round Rock")
    far = found_profile(city="El Paso")
    assert numbers(employer, job, all_required=True) == [near.id]
    assert numbers(employer, job) == [near.id, far.id]


@pytest.mark.parametrize(
    "fields",
    [
        {"state": JobState.PAUSED},
        {"state": JobState.IN_REVIEW},
        {"expires_at": LONG_AGO},
        {"closes_on": date(2020, 1, 1)},
    ],
    ids=str,
)
def test_a_listing_that_is_not_open_finds_nobody(app, fields):
    employer, job = listing(**fields)
    made = found_profile()
    for action in (
        lambda: coders_for(employer, job.id, Wanted()),
        lambda: invite(employer, job.id, made.id),
    ):
        with pytest.raises(Conflict):
            action()


def test_the_coders_of_another_organisations_listing_do_not_exist_for_me(app):
    _employer, job = listing()
    made = found_profile()
    for stranger in (make_account(), made.account):
        with pytest.raises(NotFound):
            coders_for(stranger, job.id, Wanted())
        with pytest.raises(NotFound):
            invite(stranger, job.id, made.id)


def test_who_has_applied_is_no_longer_anonymous_and_no_longer_listed(app):
    employer, job = listing()
    application = make_application(job=job, found_by_employers_since=clock.now())
    assert numbers(employer, job) == []
    number = db.session.scalars(
        select(SeekerProfile.id).where(SeekerProfile.account_id == application.account_id)
    ).one()
    with pytest.raises(NotFound):
        invite(employer, job.id, number)


def test_an_invitation_is_one_mail_however_often_it_is_sent(app):
    employer, job = listing()
    made = found_profile()
    first = invite(employer, job.id, made.id)
    assert invite(employer, job.id, made.id) is first
    colleague = make_account()
    make_member(job.organisation, colleague)
    assert invite(colleague, job.id, made.id) is first
    db.session.commit()
    (mail,) = mails_to(made.account.email)
    assert mail.name == "invitation"
    assert job.organisation.name in mail.subject
    assert f"/jobs/{job.id}" in mail.text
    assert "/profile/visibility" in mail.text
    actions = db.session.scalars(select(AuditEntry.action)).all()
    assert actions.count("invitation.sent") == 1
    (one,) = coders_for(employer, job.id, Wanted()).coders
    assert one.invitation is first


def test_nobody_is_invited_who_is_not_found(app):
    employer, job = listing()
    hidden = make_profile()
    for number in (hidden.id, 0, 999_999):
        with pytest.raises(NotFound):
            invite(employer, job.id, number)
    db.session.commit()
    assert mails() == []


def test_one_organisation_does_not_write_to_a_coder_every_day(app):
    employer, job = listing()
    again = make_job(organisation=job.organisation)
    made = found_profile()
    with time_machine.travel(clock.now(), tick=False) as traveller:
        invite(employer, job.id, made.id)
        with pytest.raises(Conflict):
            invite(employer, again.id, made.id)
        traveller.shift(AGAIN_AFTER + timedelta(seconds=1))
        invite(employer, again.id, made.id)
    other, elsewhere = listing()
    invite(other, elsewhere.id, made.id)
    assert count(Invitation) == 3


def test_an_organisation_invites_only_so_many_in_a_day(app):
    employer, job = listing()
    for _ in range(MOST_A_DAY):
        db.session.add(
            Invitation(
                job_id=job.id,
                organisation_id=job.organisation_id,
                profile_id=make_profile(account=make_account(password_hash="x")).id,
                invited_by=employer.id,
                created_at=clock.now(),
            )
        )
    made = found_profile()
    with pytest.raises(TooMany):
        invite(employer, job.id, made.id)
    other, elsewhere = listing()
    assert invite(other, elsewhere.id, made.id)


def test_declining_is_seen_by_the_employer_and_may_hide_the_coder(app):
    employer, job = listing()
    made = found_profile()
    invitation = invite(employer, job.id, made.id)
    db.session.commit()
    assert [i.card.id for i in invitations_to(made.account)] == [job.id]
    with pytest.raises(NotFound):
        decline(make_account(), invitation.id, hide=False)
    decline(made.account, invitation.id, hide=False)
    declined_at = invitation.declined_at
    decline(made.account, invitation.id, hide=False)
    assert invitation.declined_at == declined_at
    assert invitations_to(made.account) == []
    (one,) = coders_for(employer, job.id, Wanted()).coders
    assert one.invitation is not None
    assert one.invitation.declined_at
    decline(made.account, invitation.id, hide=True)
    assert numbers(employer, job) == []


def test_an_invitation_ends_with_its_listing(app):
    employer, job = listing()
    made = found_profile()
    invite(employer, job.id, made.id)
    job.state = JobState.FILLED
    db.session.commit()
    assert invitations_to(made.account) == []


def test_closing_the_account_leaves_nothing_of_it(app):
    employer, job = listing()
    made = found_profile()
    invite(employer, job.id, made.id)
    hide_from(made.account, make_organisation().slug)
    close_account(made.account, password=PASSWORD)
    db.session.commit()
    for model in (SeekerProfile, ProfileTerm, ProfileCredential, HiddenFrom, Invitation):
        assert count(model) == 0
    assert numbers(employer, job) == []
