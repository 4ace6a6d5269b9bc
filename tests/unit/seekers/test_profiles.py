"""A coder's profile and its parts."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from sqlalchemy import func, select

from app.accounts.services import close_account
from app.audit import AuditEntry
from app.errors import Conflict, Invalid, NotFound
from app.extensions import db
from app.seekers.models import Experience, ProfileCredential, SeekerProfile
from app.seekers.services import (
    Gap,
    add_credential,
    add_experience,
    change_experience,
    edit_profile,
    gaps_of,
    profile_of,
    remove_credential,
    remove_experience,
    snapshot_of,
    view_profile,
)
from app.taxonomy import CREDENTIALS
from tests.factories.accounts import PASSWORD, make_account
from tests.factories.seekers import make_profile

PROFILE = {
    "headline": "Inpatient coder",
    "summary": "Trauma center.\nFour charts an hour.",
    "city": "Austin",
    "state": "TX",
    "phone": "(512) 555-0100 x12",
    "experience": "3-4",
}
POSITION = {
    "title": "Coder II",
    "employer": "Mercy",
    "setting": "inpatient",
    "started_on": date(2020, 3, 1),
    "ended_on": None,
}


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def state(account, credential="cpc", **fields) -> ProfileCredential:
    return add_credential(
        account,
        **{
            "credential": credential,
            "is_apprentice": False,
            "member_number": "",
            "expires_in": None,
            **fields,
        },
    )


def test_looking_at_a_profile_stores_nothing(app):
    account = make_account()
    assert view_profile(account).headline == ""
    assert gaps_of(view_profile(account)) == list(Gap)
    db.session.commit()
    assert count(SeekerProfile) == 0


def test_an_account_has_one_profile(app):
    account = make_account()
    assert profile_of(account) is profile_of(account)
    assert count(SeekerProfile) == 1


def test_what_is_written_is_what_is_shown(app):
    account = make_account()
    edit_profile(account, **PROFILE)
    shown = view_profile(account)
    assert {key: getattr(shown, key) for key in PROFILE} == PROFILE


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("state", "XX"),
        ("experience", "forever"),
        ("phone", "call me"),
        ("phone", "12345"),
        ("phone", "<script>5125550100</script>"),
        ("phone", "1" * 30),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(app, field, value):
    account = make_account()
    with pytest.raises(Invalid) as refused:
        edit_profile(account, **{**PROFILE, field: value})
    assert refused.value.field == field
    assert count(SeekerProfile) == 0


@pytest.mark.parametrize(
    "slug", [s for s, c in CREDENTIALS.items() if c.apprentice_form and s in ("cpc", "coc")]
)
def test_the_apprentice_form_is_for_credentials_that_have_one(app, slug):
    assert state(make_account(), slug, is_apprentice=True).is_apprentice


@pytest.mark.parametrize("slug", ["ccs", "rhia", "cpma", "ccds"])
def test_other_credentials_have_no_apprentice_form(app, slug):
    with pytest.raises(Invalid) as refused:
        state(make_account(), slug, is_apprentice=True)
    assert refused.value.field == "is_apprentice"


def test_stating_a_credential_again_corrects_it(app):
    account = make_account()
    first = state(account)
    first.status = "confirmed"
    assert state(account).status == "confirmed"
    again = state(account, member_number="01234567", expires_in=date(2027, 2, 1))
    assert again is first
    assert again.expires_on == date(2027, 2, 28)
    assert again.status == "stated"
    assert count(ProfileCredential) == 1


def test_a_credential_nobody_issues_is_refused(app):
    with pytest.raises(Invalid):
        state(make_account(), "phd")


@pytest.mark.parametrize("year", [1, 1989, 2047, 9999])
def test_an_expiry_in_another_century_is_refused(app, year):
    with time_machine.travel("2026-11-23"), pytest.raises(Invalid) as refused:
        state(make_account(), expires_in=date(year, 1, 1))
    assert refused.value.field == "expires_in"


def test_what_is_on_another_profile_does_not_exist_for_me(app):
    owner, other = make_account(), make_account()
    held, position = state(owner), add_experience(owner, **POSITION)
    with pytest.raises(NotFound):
        remove_credential(other, held.id)
    with pytest.raises(NotFound):
        remove_experience(other, position.id)
    with pytest.raises(NotFound):
        change_experience(other, position.id, **POSITION)
    remove_credential(owner, held.id)
    remove_experience(owner, position.id)
    assert count(ProfileCredential) == count(Experience) == 0


def test_sending_a_position_twice_makes_one(app):
    account = make_account()
    assert add_experience(account, **POSITION) is add_experience(account, **POSITION)
    assert count(Experience) == 1


def test_positions_are_corrected_and_listed_newest_first(app):
    account = make_account()
    old = add_experience(account, **POSITION)
    add_experience(account, **{**POSITION, "title": "Lead", "started_on": date(2023, 1, 1)})
    change_experience(account, old.id, **{**POSITION, "ended_on": date(2022, 12, 1)})
    db.session.commit()
    assert [e.title for e in view_profile(account).experiences] == ["Lead", "Coder II"]
    assert old.ended_on == date(2022, 12, 1)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"setting": "moon"}, "setting"),
        ({"started_on": date(1900, 1, 1)}, "started_on"),
        ({"started_on": date(2027, 1, 1)}, "started_on"),
        ({"ended_on": date(2019, 1, 1)}, "ended_on"),
        ({"ended_on": date(2027, 1, 1)}, "ended_on"),
    ],
)
def test_a_position_out_of_time_is_refused_at_its_field(app, fields, field):
    with time_machine.travel("2026-11-23"), pytest.raises(Invalid) as refused:
        add_experience(make_account(), **{**POSITION, **fields})
    assert refused.value.field == field


def test_a_profile_holds_only_so_many_positions(app):
    account = make_account()
    for year in range(1990, 2020):
        add_experience(account, **{**POSITION, "started_on": date(year, 1, 1)})
    with pytest.raises(Conflict):
        add_experience(account, **POSITION)


def test_a_gap_closes_when_it_is_filled(app):
    account = make_account()
    edit_profile(account, **PROFILE)
    assert gaps_of(view_profile(account)) == [
        Gap.CREDENTIALS,
        Gap.EXPERIENCES,
        Gap.WORK,
        Gap.RESUME,
    ]
    state(account)
    edit_profile(account, **{**PROFILE, "experience": "none"})
    db.session.commit()
    assert gaps_of(view_profile(account)) == [Gap.RESUME]


def test_a_snapshot_is_plain_data_that_later_edits_do_not_reach(app):
    account = make_account(name="Ann Rivera", email="ann@example.com")
    edit_profile(account, **PROFILE)
    state(account, member_number="0123", expires_in=date(2027, 2, 1), is_apprentice=True)
    add_experience(account, **POSITION)
    db.session.commit()
    snapshot = snapshot_of(view_profile(account), account)
    edit_profile(account, **{**PROFILE, "headline": "Something else"})
    assert snapshot["name"] == "Ann Rivera"
    assert snapshot["email"] == "ann@example.com"
    assert snapshot["headline"] == "Inpatient coder"
    assert snapshot["credentials"] == [
        {
            "credential": "cpc",
            "is_apprentice": True,
            "member_number": "0123",
            "expires_on": "2027-02-28",
            "status": "stated",
        }
    ]
    assert snapshot["experiences"][0]["started_on"] == "2020-03-01"


def test_closing_the_account_leaves_nothing_of_the_profile(app):
    profile = make_profile()
    add_experience(profile.account, **POSITION)
    close_account(profile.account, password=PASSWORD)
    db.session.commit()
    assert count(SeekerProfile) == count(ProfileCredential) == count(Experience) == 0


def test_each_change_is_in_the_audit_log_without_its_words(app):
    account = make_account()
    edit_profile(account, **PROFILE)
    state(account)
    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [e.action for e in entries] == ["seeker.profile_edited", "seeker.credential_stated"]
    assert all(e.actor_id == account.id and not e.detail for e in entries)
