"""An organisation's feeds: adding, running, pausing and removing them, deciding what they mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from app import audit, clock, tasks
from app.accounts.models import Account
from app.employers.models import Membership, Organisation
from app.employers.services import hold_membership, is_member, member_of
from app.errors import Conflict, Invalid, NotFound, NotPermitted
from app.extensions import db
from app.files import shown_name
from app.jobs.intake import KINDS, Posting, Unreadable, read_feed
from app.jobs.intake.addresses import feed_address
from app.jobs.models import (
    ImportedJob,
    ImportItem,
    ImportPhraseUse,
    ImportRun,
    JobSource,
)
from app.jobs.services.intake import phrases
from app.jobs.services.intake.importing import INTERVALS, begin_run, have_done, stage
from app.jobs.services.intake.taking_in import Intake
from app.jobs.services.moves import lock_job
from app.outbound import check_url

MOST_SOURCES = 10
SCHEDULES = {"daily": "Every day", "hourly": "Every hour", "off": "Only when told to"}
AT_ONCE = 100  # listings that a decision changes while its author waits
NOBODYS = "There is no such feed among yours."


def add_source(
    account: Account, organisation: Organisation, *, url: str, kind: str, schedule: str
) -> JobSource:
    """A feed that is read from an address, at once and then on schedule."""
    hold_membership(account, organisation.id)
    _may_add(organisation)
    address = feed_address(url)
    try:
        parts = check_url(address)
    except Invalid as error:
        raise Invalid(error.message, field="url") from error
    if db.session.scalar(
        select(JobSource.id).filter_by(organisation_id=organisation.id, url=address)
    ):
        raise Invalid("This address is among your feeds already.", field="url")
    _known(kind, schedule)
    source = _new(account, organisation, kind, f"{parts.hostname}{parts.path}"[:120])
    source.url, source.schedule = address, schedule
    if schedule in INTERVALS:
        source.next_run_at = clock.now() + INTERVALS[schedule]
    db.session.flush()
    _record("source.added", account, source)
    have_done(begin_run(source, account))
    return source


def send_file(
    account: Account, organisation: Organisation, *, name: str, content: bytes, kind: str
) -> JobSource:
    """Take a file in. One of the same name is the next state of the same feed."""
    hold_membership(account, organisation.id)
    source, run = take_file(account, organisation, name=name, content=content, kind=kind)
    have_done(run)
    return source


def take_file(
    account: Account, organisation: Organisation, *, name: str, content: bytes, kind: str
) -> tuple[JobSource, ImportRun]:
    """The same for whoever may act for the organisation, as the caller knows and then goes on."""
    _known(kind, "off")
    try:
        reading = read_feed(content, kind)
    except Unreadable as error:
        raise Invalid(str(error), field="file") from error
    called = shown_name(name) or "file"
    source = db.session.scalar(
        select(JobSource).filter_by(organisation_id=organisation.id, url="", name=called)
    )
    if source is None:
        _may_add(organisation)
        source = _new(account, organisation, kind, called)
        db.session.flush()
        _record("source.added", account, source)
    run = begin_run(source, account)
    stage(run, reading)
    return source, run


def _may_add(organisation: Organisation) -> None:
    if organisation.suspended_at:
        raise Conflict(f"{organisation.name} is suspended, so it cannot post.")
    count = db.session.scalar(
        select(func.count(JobSource.id)).where(JobSource.organisation_id == organisation.id)
    )
    if (count or 0) >= MOST_SOURCES:
        raise Conflict(f"There are {MOST_SOURCES} feeds already. Remove one first.")


def _known(kind: str, schedule: str) -> None:
    if kind not in KINDS:
        raise Invalid("Choose one of the formats.", field="kind")
    if schedule not in SCHEDULES:
        raise Invalid("Choose how often it is read.", field="schedule")


def _new(account: Account, organisation: Organisation, kind: str, name: str) -> JobSource:
    source = JobSource(
        organisation_id=organisation.id,
        organisation=organisation,
        created_by=account.id,
        kind=kind,
        name=name,
        created_at=clock.now(),
    )
    db.session.add(source)
    return source


def source_for(account: Account, slug: str, source_id: int) -> JobSource:
    """A feed of one of the account's organisations; to others it does not exist."""
    source = db.session.scalar(
        select(JobSource)
        .join(JobSource.organisation)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(
            JobSource.id == source_id,
            Organisation.slug == slug,
            Membership.account_id == account.id,
        )
        .options(contains_eager(JobSource.organisation))
    )
    if source is None:
        raise NotFound(NOBODYS)
    return source


def source_on_desk(operator: Account, source_id: int) -> JobSource:
    source = db.session.get(JobSource, source_id, options=[joinedload(JobSource.organisation)])
    if not operator.is_operator or source is None:
        raise NotFound("There is no such feed.")
    return source


def act_on_source(account: Account, source: JobSource, action: str) -> str:
    """Do one of the buttons of a feed. Returns the sentence to show."""
    if not (is_member(account, source.organisation_id) or account.is_operator):
        raise NotFound(NOBODYS)
    done = _ACTIONS.get(action)
    if done is None:
        raise NotFound("There is no such action.")
    said = done(account, source)
    if action != "remove":
        _record(f"source.{action}", account, source)
    return said


def _run(account: Account, source: JobSource) -> str:
    _must_have_address(source)
    have_done(begin_run(source, account))
    return "The feed is being read. Reload this page in a moment."


def _close_many(account: Account, source: JobSource) -> str:
    """Somebody looked: what the feed no longer holds is gone, however much it is."""
    _must_have_address(source)
    source.etag = source.modified = ""
    have_done(begin_run(source, account, may_close_many=True))
    return "The feed is being read again, and what it no longer holds is closed."


def _must_have_address(source: JobSource) -> None:
    if not source.url:
        raise Conflict("This feed has no address. Send its next file instead.")


def _pause(_account: Account, source: JobSource) -> str:
    source.paused = source.paused or "Paused by a member."
    return "Paused. Its listings stay as they are."


def _resume(_account: Account, source: JobSource) -> str:
    source.paused, source.failures = "", 0
    if source.schedule in INTERVALS:
        source.next_run_at = clock.now()
    return "The feed is read on schedule again."


def _remove(account: Account, source: JobSource) -> str:
    """Forget the feed and what it said; its listings stay, and are only their employer's now."""
    running = db.session.scalar(
        select(ImportRun.id).where(
            ImportRun.source_id == source.id, ImportRun.finished_at.is_(None)
        )
    )
    if running is not None:
        raise Conflict("This feed is being imported right now. Wait until it is done.")
    _record("source.remove", account, source)
    imported = select(ImportedJob.id).where(ImportedJob.source_id == source.id)
    runs = select(ImportRun.id).where(ImportRun.source_id == source.id)
    for statement in (
        delete(ImportPhraseUse).where(ImportPhraseUse.imported_id.in_(imported)),
        delete(ImportedJob).where(ImportedJob.source_id == source.id),
        delete(ImportItem).where(ImportItem.run_id.in_(runs)),
        delete(ImportRun).where(ImportRun.source_id == source.id),
        delete(JobSource).where(JobSource.id == source.id),
    ):
        db.session.execute(statement, execution_options={"synchronize_session": False})
    return "The feed is removed. The listings it made stay."


def _grant(operator: Account, source: JobSource) -> str:
    """From now on its complete listings go live without a payment, in the operator's name."""
    _operator_of_others(operator, source)
    source.granted_by = operator.id
    source.etag = source.modified = ""
    return "Its complete listings go live free of charge from the next run on."


def _revoke(operator: Account, source: JobSource) -> str:
    _operator_of_others(operator, source)
    source.granted_by = None
    return "Its listings are drafts again, which their employer pays for."


def _operator_of_others(operator: Account, source: JobSource) -> None:
    if not operator.is_operator:
        raise NotFound("There is no such action.")
    if is_member(operator, source.organisation_id):
        raise NotPermitted(
            "You are a member of this organization, so another operator has to decide."
        )


_ACTIONS = {
    "run": _run,
    "pause": _pause,
    "resume": _resume,
    "remove": _remove,
    "close-many": _close_many,
    "grant": _grant,
    "revoke": _revoke,
}


def decide_phrases(account: Account, source: JobSource, answers: Mapping[int, str]) -> int:
    """Remember what phrases mean and read the postings anew that say them. Returns how many."""
    member_of(account, source.organisation_id)
    changed = phrases.decide(account, source, answers)
    _read_anew(account, changed[:AT_ONCE])
    for start in range(AT_ONCE, len(changed), AT_ONCE):
        tasks.defer(
            "jobs.read_anew",
            {"account_id": account.id, "ids": list(changed[start : start + AT_ONCE])},
        )
    return len(changed)


@tasks.handles("jobs.read_anew")
def _read_anew_later(payload: dict[str, object]) -> None:
    account = db.session.get_one(Account, int(str(payload["account_id"])))
    ids = payload["ids"]
    _read_anew(account, [int(str(i)) for i in ids] if isinstance(ids, list) else [])


def _read_anew(account: Account, imported_ids: Sequence[int]) -> None:
    """Map postings again, as they were last read, with what was decided since."""
    rows = db.session.scalars(
        select(ImportedJob)
        .where(ImportedJob.id.in_(imported_ids), ImportedJob.is_duplicate.is_(False))
        .options(selectinload(ImportedJob.job))
        .order_by(ImportedJob.id)
    ).all()
    intakes: dict[int, Intake] = {}
    for imported in rows:
        if imported.source_id not in intakes:
            source = db.session.get_one(JobSource, imported.source_id)
            intakes[imported.source_id] = Intake(source, _last_run(source), account)
        posting = Posting.from_json({"number": 0, **imported.posting})
        intakes[imported.source_id].update(posting, imported, lock_job(imported.job_id))


def _last_run(source: JobSource) -> ImportRun:
    newest = select(ImportRun).where(ImportRun.source_id == source.id)
    return db.session.scalars(newest.order_by(ImportRun.id.desc()).limit(1)).one()


def _record(action: str, account: Account, source: JobSource) -> None:
    audit.record(
        action,
        actor_id=account.id,
        subject_kind="job_source",
        subject_id=source.id,
        detail={"organisation": source.organisation_id},
    )
