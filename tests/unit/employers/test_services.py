"""Organisations: making one, changing it, its standing, and leaving it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app import audit, tasks
from app.accounts.signals import account_closing
from app.employers import services
from app.employers.models import Membership, Organisation
from app.employers.signals import owner_leaving
from app.errors import Conflict, Invalid, NotFound, NotPermitted
from app.extensions import db
from tests.factories.accounts import make_account, make_moderator, make_operator
from tests.factories.employers import make_member, make_organisation

pytestmark = pytest.mark.usefixtures("app")


def facts(**fields: Any) -> dict[str, Any]:
    return {
        "name": "St. Olaf Health",
        "kind": "hospital",
        "website": "olaf.example.org",
        "city": "Northfield",
        "state": "MN",
        "about": "We code.\n\n- inpatient\n- profee",
        **fields,
    }


def test_the_creator_owns_the_organisation() -> None:
    owner = make_account()
    organisation = services.create_organisation(owner, **facts())
    assert organisation.slug == "st-olaf-health"
    assert organisation.website == "https://olaf.example.org"
    assert organisation.about == "<p>We code.</p><ul><li>inpatient</li><li>profee</li></ul>"
    assert services.member_of(owner, organisation.id).role == "owner"
    assert list(services.organisations_of(owner)) == [organisation]


def test_an_unverified_account_creates_nothing() -> None:
    with pytest.raises(NotPermitted):
        services.create_organisation(make_account(email_verified_at=None), **facts())


def test_equal_names_of_different_owners_get_different_slugs() -> None:
    slugs = [services.create_organisation(make_account(), **facts()).slug for _ in range(3)]
    assert slugs == ["st-olaf-health", "st-olaf-health-2", "st-olaf-health-3"]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Jobs", "jobs-org"),
        ("New", "new-org"),
        ("Clínica São João", "clinica-sao-joao"),
        ("北京医院", "organization"),
        ("--- x ---", "x"),
        ("a" * 100, "a" * 60),
    ],
)
def test_a_slug_is_plain_short_and_never_a_reserved_word(name: str, slug: str) -> None:
    assert services.slug_for(name) == slug


def test_sending_the_form_twice_makes_one_organisation() -> None:
    owner = make_account()
    first = services.create_organisation(owner, **facts())
    assert services.create_organisation(owner, **facts()) is first
    with pytest.raises(Invalid) as refused:
        services.create_organisation(owner, **facts(name="ST. OLAF HEALTH", city="Elsewhere"))
    assert refused.value.field == "name"


def test_one_account_owns_a_limited_number(monkeypatch: pytest.MonkeyPatch) -> None:
    owner = make_account()
    for number in range(services.MOST_ORGANISATIONS):
        make_organisation(owner=owner, name=f"Clinic number {number}")
    with pytest.raises(Conflict):
        services.create_organisation(owner, **facts())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", " x "),
        ("name", "12345"),
        ("name", "x" * 101),
        ("kind", "cartel"),
        ("city", ""),
        ("city", "y" * 81),
        ("state", "ZZ"),
        ("website", "javascript:alert(1)"),
        ("website", "javascript://example.org/%0aalert(1)"),
        ("website", "https://user:secret@example.org"),
        ("website", "http://127.0.0.1/"),
        ("website", "http://[::1]/"),
        ("website", "http://localhost"),
        ("website", "https://exam ple.org"),
        ("website", 'https://example.org/"onmouseover="x'),
        ("website", "https://example.org:99999"),
        ("website", "https://example.org/" + "a" * 300),
        ("website", "ftp://example.org"),
    ],
)
def test_what_cannot_be_right_is_refused_at_its_field(field: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        services.create_organisation(make_account(), **facts(**{field: value}))
    assert refused.value.field == field


def test_the_text_about_an_organisation_is_cleaned() -> None:
    organisation = services.create_organisation(
        make_account(),
        **facts(about='<p onclick="x()">Hi<script>alert(1)</script> <img src=x onerror=y></p>'),
    )
    assert organisation.about == "<p>Hi </p>"


def test_members_edit_and_others_find_nothing() -> None:
    owner = make_account()
    organisation = make_organisation(owner=owner)
    services.edit_organisation(owner, organisation, **facts(city="Duluth"))
    assert (organisation.city, organisation.slug) == ("Duluth", organisation.slug)
    with pytest.raises(NotFound):
        services.edit_organisation(make_account(), organisation, **facts())
    with pytest.raises(NotFound):
        services.edit_organisation(make_operator(), organisation, **facts())


def test_a_name_a_moderator_has_seen_stays() -> None:
    owner = make_account()
    organisation = make_organisation(owner=owner)
    services.confirm_organisation(make_moderator(), organisation)
    with pytest.raises(Invalid) as refused:
        services.edit_organisation(owner, organisation, **facts(name="Another"))
    assert refused.value.field == "name"
    services.edit_organisation(owner, organisation, **facts(name=organisation.name))
    assert organisation.city == "Northfield"


def test_another_tenant_finds_no_organisation() -> None:
    organisation = make_organisation()
    stranger = make_account()
    with pytest.raises(NotFound):
        services.organisation_for(stranger, organisation.slug)
    with pytest.raises(NotFound):
        services.member_of(stranger, organisation.id)
    assert not services.organisations_of(stranger)


def test_only_members_with_a_verified_address_get_mail() -> None:
    owner = make_account()
    organisation = make_organisation(owner=owner)
    make_member(organisation, make_account(email_verified_at=None))
    recruiter = make_account()
    make_member(organisation, recruiter)
    assert services.members_to_notify(organisation) == [owner, recruiter]


def test_a_suspension_hides_the_page_and_tells_the_members_why() -> None:
    owner, operator = make_account(), make_operator()
    organisation = make_organisation(owner=owner)
    services.suspend_organisation(operator, organisation, reason="Listings that are not real.")
    db.session.commit()
    with pytest.raises(NotFound):
        services.public_organisation(organisation.slug)
    mail = db.session.scalars(select(tasks.OutboxRow).where(tasks.OutboxRow.kind == "mail")).one()
    assert mail.payload["to"] == owner.email
    assert "Listings that are not real." in mail.payload["text"]
    services.reinstate_organisation(operator, organisation)
    assert services.public_organisation(organisation.slug) is organisation
    actions = db.session.scalars(
        select(audit.AuditEntry.action).order_by(audit.AuditEntry.id)
    ).all()
    assert actions == ["organisation.suspended", "organisation.reinstated"]


def test_only_an_operator_suspends_and_only_with_a_reason() -> None:
    organisation = make_organisation()
    with pytest.raises(NotPermitted):
        services.suspend_organisation(make_moderator(), organisation, reason="A good reason.")
    with pytest.raises(Invalid):
        services.suspend_organisation(make_operator(), organisation, reason="  short  ")
    assert organisation.suspended_at is None


def test_a_closing_account_leaves_its_organisations() -> None:
    owner, other = make_account(), make_account()
    organisation = make_organisation(owner=owner)
    make_member(organisation, other, role="owner")
    account_closing.send(owner)
    db.session.commit()
    assert db.session.scalars(select(Membership.account_id)).all() == [other.id]


def test_the_last_owner_leaves_only_where_nobody_objects() -> None:
    owner = make_account()
    organisation = make_organisation(owner=owner)
    asked: list[Organisation] = []

    def object_to(sender: Organisation) -> None:
        asked.append(sender)
        raise Conflict("It has live listings.")

    with owner_leaving.connected_to(object_to), pytest.raises(Conflict):
        account_closing.send(owner)
    assert asked == [organisation]
