"""Organisations: making and changing one, who acts for it, and its standing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from app import audit, clock, taxonomy
from app.accounts.models import Account
from app.accounts.signals import account_closing
from app.employers import emails
from app.employers.models import KINDS, MemberRole, Membership, Organisation
from app.employers.signals import organisation_changed, owner_leaving
from app.errors import Conflict, Invalid, NotFound, NotPermitted
from app.extensions import db
from app.html import written
from app.weblinks import web_address

MOST_ORGANISATIONS = 20  # of one owner; more than a staffing agency needs
SHORTEST_REASON = 10
DOUBLE_SUBMIT = timedelta(minutes=10)
RESERVED_SLUGS = {"new", "jobs", "applications"}


def create_organisation(
    owner: Account,
    *,
    name: str,
    kind: str,
    website: str,
    city: str,
    state: str,
    about: str,
    is_sample: bool = False,
) -> Organisation:
    """An organisation whose owner is `owner`. Sending the same form twice makes one."""
    if not owner.is_verified:
        raise NotPermitted("Verify your e-mail address before you create an organization.")
    values = _checked(name, kind, website, city, state, about)
    _one_at_a_time(owner)
    owned = _owned_by(owner)
    for other in owned:
        if other.name.casefold() == values["name"].casefold():
            if clock.now() - other.created_at < DOUBLE_SUBMIT and _holds(other, values):
                return other
            raise Invalid(f"You already have an organization named {other.name}.", field="name")
    if len(owned) >= MOST_ORGANISATIONS:
        raise Conflict(f"One account can own {MOST_ORGANISATIONS} organizations at most.")
    organisation = _with_free_slug(values, is_sample)
    db.session.add(
        Membership(
            organisation_id=organisation.id,
            account_id=owner.id,
            role=MemberRole.OWNER,
            created_at=clock.now(),
        )
    )
    _record("organisation.created", owner.id, organisation)
    return organisation


def edit_organisation(
    account: Account,
    organisation: Organisation,
    *,
    name: str,
    kind: str,
    website: str,
    city: str,
    state: str,
    about: str,
) -> None:
    member_of(account, organisation.id)
    values = _checked(name, kind, website, city, state, about)
    if values["name"] != organisation.name and organisation.verified_at:
        raise Invalid(
            "The name was checked with your first listing and stays as it is. "
            "Create another organization if you hire under another name.",
            field="name",
        )
    changed = sorted(k for k, v in values.items() if getattr(organisation, k) != v)
    if not changed:
        return
    for key in changed:
        setattr(organisation, key, values[key])
    _record("organisation.edited", account.id, organisation, fields=changed)
    organisation_changed.send(organisation)


def member_of(account: Account, organisation_id: int) -> Membership:
    """The membership, or NotFound: to others the organisation's affairs do not exist."""
    membership = db.session.scalar(
        select(Membership).where(
            Membership.organisation_id == organisation_id, Membership.account_id == account.id
        )
    )
    if membership is None:
        raise NotFound("There is no such organization among yours.")
    return membership


def hold_membership(account: Account, organisation_id: int) -> Membership:
    """The membership, held until this transaction ends: of two clicks at once the second waits."""
    db.session.execute(
        update(Membership)
        .where(Membership.organisation_id == organisation_id, Membership.account_id == account.id)
        .values(role=Membership.role),
        execution_options={"synchronize_session": False},
    )
    return member_of(account, organisation_id)


def is_member(account: Account, organisation_id: int) -> bool:
    found = db.session.scalar(
        select(Membership.id).where(
            Membership.organisation_id == organisation_id, Membership.account_id == account.id
        )
    )
    return found is not None


def organisation_for(account: Account, slug: str) -> Organisation:
    organisation = db.session.scalar(
        select(Organisation)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Organisation.slug == slug, Membership.account_id == account.id)
    )
    if organisation is None:
        raise NotFound("There is no such organization among yours.")
    return organisation


def organisations_of(account: Account) -> Sequence[Organisation]:
    return db.session.scalars(
        select(Organisation)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.account_id == account.id)
        .order_by(func.lower(Organisation.name), Organisation.id)
    ).all()


def public_organisation(slug: str) -> Organisation:
    """What everyone may see; a suspended organisation is not there."""
    organisation = db.session.scalar(
        select(Organisation).where(Organisation.slug == slug, Organisation.suspended_at.is_(None))
    )
    if organisation is None:
        raise NotFound("There is no such company.")
    return organisation


def organisation_on_desk(operator: Account, slug: str) -> Organisation:
    _operator_only(operator)
    organisation = db.session.scalar(select(Organisation).where(Organisation.slug == slug))
    if organisation is None:
        raise NotFound("There is no such organization.")
    return organisation


def members_of(organisation: Organisation) -> Sequence[Membership]:
    return db.session.scalars(
        select(Membership)
        .options(joinedload(Membership.account))
        .where(Membership.organisation_id == organisation.id)
        .order_by(Membership.id)
    ).all()


def members_to_notify(organisation: Organisation) -> list[Account]:
    """Whom a mail about the organisation's affairs goes to."""
    return list(
        db.session.scalars(
            select(Account)
            .join(Membership, Membership.account_id == Account.id)
            .where(
                Membership.organisation_id == organisation.id,
                Account.email_verified_at.is_not(None),
                Account.closed_at.is_(None),
            )
            .order_by(Account.id)
        )
    )


def confirm_organisation(moderator: Account, organisation: Organisation) -> None:
    """A moderator has seen who this is. Done with the first listing that is approved."""
    if organisation.verified_at is None:
        organisation.verified_at = clock.now()
        _record("organisation.confirmed", moderator.id, organisation)


def suspend_organisation(operator: Account, organisation: Organisation, *, reason: str) -> None:
    """Take everything of an organisation out of sight. Its members are told why."""
    _operator_only(operator)
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise Invalid(
            f"Write {SHORTEST_REASON} characters or more. Its members get the reason by e-mail.",
            field="reason",
        )
    if organisation.suspended_at:
        return
    organisation.suspended_at = clock.now()
    organisation.suspension = reason
    _record("organisation.suspended", operator.id, organisation)
    organisation_changed.send(organisation)
    for member in members_to_notify(organisation):
        emails.send_suspended(member, organisation)


def reinstate_organisation(operator: Account, organisation: Organisation) -> None:
    _operator_only(operator)
    if organisation.suspended_at is None:
        return
    organisation.suspended_at = None
    organisation.suspension = ""
    _record("organisation.reinstated", operator.id, organisation)
    organisation_changed.send(organisation)
    for member in members_to_notify(organisation):
        emails.send_reinstated(member, organisation)


@account_closing.connect
def _leave_organisations(account: Account) -> None:
    """A closing account leaves its organisations, unless one would be left with live listings."""
    memberships = db.session.scalars(
        select(Membership).where(Membership.account_id == account.id)
    ).all()
    for membership in memberships:
        if membership.role == MemberRole.OWNER and not _has_another_owner(membership):
            owner_leaving.send(membership.organisation)
        db.session.delete(membership)
        _record("organisation.left", account.id, membership.organisation)


def _has_another_owner(membership: Membership) -> bool:
    other = db.session.scalar(
        select(Membership.id).where(
            Membership.organisation_id == membership.organisation_id,
            Membership.role == MemberRole.OWNER,
            Membership.account_id != membership.account_id,
        )
    )
    return other is not None


def _one_at_a_time(account: Account) -> None:
    """Make a second click wait for the first: an UPDATE takes the row on every database."""
    db.session.execute(
        update(Account).where(Account.id == account.id).values(created_at=Account.created_at),
        execution_options={"synchronize_session": False},
    )


def _owned_by(account: Account) -> list[Organisation]:
    return list(
        db.session.scalars(
            select(Organisation)
            .join(Membership, Membership.organisation_id == Organisation.id)
            .where(Membership.account_id == account.id, Membership.role == MemberRole.OWNER)
        )
    )


def _holds(organisation: Organisation, values: dict[str, str]) -> bool:
    return all(getattr(organisation, key) == value for key, value in values.items())


def _checked(
    name: str, kind: str, website: str, city: str, state: str, about: str
) -> dict[str, str]:
    """The columns as they will be stored. Raises Invalid at the first that cannot be."""
    name, city = " ".join(name.split()), " ".join(city.split())
    if not 2 <= len(name) <= 100 or not any(c.isalpha() for c in name):
        raise Invalid("Enter the organization's name, 2 to 100 characters.", field="name")
    if kind not in KINDS:
        raise Invalid("Choose what kind of organization this is.", field="kind")
    if not 2 <= len(city) <= 80:
        raise Invalid("Enter the city, 2 to 80 characters.", field="city")
    if state not in taxonomy.STATES:
        raise Invalid("Choose the state.", field="state")
    return {
        "name": name,
        "kind": kind,
        "website": web_address(website, field="website"),
        "city": city,
        "state": state,
        "about": str(written(about)),
    }


def slug_for(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "organization"
    return f"{slug}-org" if slug in RESERVED_SLUGS else slug


def _with_free_slug(values: dict[str, str], is_sample: bool) -> Organisation:
    """The stored organisation, under the first free slug; the database has the last word."""
    base = slug_for(values["name"])
    taken = set(
        db.session.scalars(
            select(Organisation.slug).where(Organisation.slug.startswith(base, autoescape=True))
        )
    )
    for number in range(1, len(taken) + 12):
        slug = base if number == 1 else f"{base}-{number}"
        if slug in taken:
            continue
        organisation = Organisation(
            **values, slug=slug, is_sample=is_sample, created_at=clock.now()
        )
        try:
            with db.session.begin_nested():
                db.session.add(organisation)
        except IntegrityError:
            continue
        return organisation
    raise Conflict("Several people are creating this organization. Wait a moment and try again.")


def _operator_only(account: Account) -> None:
    if not account.is_operator:
        raise NotPermitted("Only an operator can do that.")


def _record(
    action: str, actor_id: int, organisation: Organisation, *, fields: Sequence[str] = ()
) -> None:
    audit.record(
        action,
        actor_id=actor_id,
        subject_kind="organisation",
        subject_id=organisation.id,
        detail={"fields": list(fields)} if fields else None,
    )
