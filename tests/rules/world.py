"""A small world for the laws about routes: two coders, two employers, staff, and what is theirs.

It is made once and kept as rows and files, since the laws ask for it hundreds of times.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import Table, inspect, select

from app import clock, mail, tasks
from app.accounts.models import Account, AccountSession
from app.accounts.services import open_session
from app.applications.models import Application
from app.employers.models import Organisation
from app.extensions import Base, db
from app.jobs.models import Job
from app.seekers.models import Experience, Invitation, SeekerProfile
from tests.factories.accounts import make_account, make_moderator, make_operator
from tests.factories.applications import make_application
from tests.factories.codes_desk import make_upload
from tests.factories.codes_own import make_favorite, make_folder, make_key
from tests.factories.employers import make_organisation
from tests.factories.jobs import make_job
from tests.factories.listings import make_codes
from tests.factories.orders import make_order
from tests.factories.seekers import make_profile, make_saved_search
from tests.factories.sources import make_source


@dataclass(frozen=True)
class Side:
    """One coder and one employer, and an object of each kind that is theirs."""

    coder: Account
    employer: Account
    organisation: Organisation
    job: Job
    application: Application
    experience_id: int
    credential_id: int
    invitation_id: int
    found_id: int  # of a coder whom the employer may invite
    session_id: int
    order_id: int
    source_id: int
    search_id: int
    folder_id: int
    favorite_id: int
    key_id: int


@dataclass(frozen=True)
class World:
    sides: dict[str, Side]
    callers: dict[str, Account | None]
    mail: str
    release_id: int
    upload_id: int


@dataclass(frozen=True)
class Kept:
    world: World
    rows: list[tuple[Table, list[dict[str, Any]]]]
    files: dict[Path, bytes]


_kept: list[Kept] = []


def make_world() -> World:
    """The world as it was when it was new, in an empty database."""
    if not _kept:
        old = set(_files())
        world = _build()
        files = {path: path.read_bytes() for path in _files() if path not in old}
        _kept.append(Kept(world, [(t, rows) for t in _TABLES if (rows := _rows(t))], files))
        return world
    kept = _kept[0]
    for table, rows in kept.rows:
        db.session.execute(table.insert(), rows)
    db.session.commit()
    for path, content in kept.files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    found: World = _found_again(kept.world)
    return found


_TABLES = Base.metadata.sorted_tables


def _rows(table: Table) -> list[dict[str, Any]]:
    return [dict(row) for row in db.session.execute(select(table)).mappings()]


def _files() -> list[Path]:
    folder = Path(current_app.config["DATA_DIR"])
    return [p for kind in ("mail", "files") for p in (folder / kind).rglob("*") if p.is_file()]


def _found_again(value: Any) -> Any:
    """The same objects, of the present session."""
    if isinstance(value, Base):
        return db.session.get(type(value), inspect(value).identity)
    if isinstance(value, dict):
        return {name: _found_again(each) for name, each in value.items()}
    if isinstance(value, Side | World):
        return replace(
            value, **{f.name: _found_again(getattr(value, f.name)) for f in fields(value)}
        )
    return value


def _build() -> World:
    release = make_codes("E119", "E11")
    a, b = _make_side(), _make_side()
    tasks.drain()
    folder = mail.carrier_for(current_app.config["MAIL_URL"])
    assert isinstance(folder, mail.Folder)
    operator = make_operator()
    return World(
        sides={"A": a, "B": b},
        callers={
            "anonymous": None,
            "unverified": make_account(email_verified_at=None),
            "coder A": a.coder,
            "coder B": b.coder,
            "employer A": a.employer,
            "employer B": b.employer,
            "moderator": make_moderator(),
            "operator": operator,
        },
        mail=folder.messages()[0].stem,
        release_id=release.id,
        upload_id=make_upload(operator).id,
    )


def _make_side() -> Side:
    employer, coder = make_account(), make_account()
    organisation = make_organisation(owner=employer)
    job = make_job(organisation=organisation)
    application = make_application(job=job, account=coder)
    profile = db.session.scalars(
        select(SeekerProfile).where(SeekerProfile.account_id == coder.id)
    ).one()
    position = Experience(
        profile_id=profile.id,
        title="Coder",
        employer="Mercy",
        started_on=job.published_at.date(),
    )
    db.session.add(position)
    invitation = Invitation(
        job_id=job.id,
        organisation_id=organisation.id,
        profile_id=profile.id,
        invited_by=employer.id,
        created_at=clock.now(),
    )
    db.session.add(invitation)
    open_session(coder, browser="another browser")
    db.session.commit()
    return Side(
        coder=coder,
        employer=employer,
        organisation=organisation,
        job=job,
        application=application,
        experience_id=position.id,
        credential_id=profile.credentials[0].id,
        invitation_id=invitation.id,
        found_id=make_profile(found_by_employers_since=clock.now()).id,
        session_id=db.session.scalars(
            select(AccountSession.id).where(AccountSession.account_id == coder.id)
        ).one(),
        order_id=make_order(buyer=employer).id,
        source_id=make_source(organisation=organisation, account=employer).id,
        search_id=make_saved_search(account=coder).id,
        folder_id=make_folder(coder).id,
        favorite_id=make_favorite(coder, "E119").id,
        key_id=make_key(coder)[0].id,
    )
