"""Running an import: read a source, take its postings in piece by piece, close what has vanished.

A run is worked off in pieces that each fit into a worker's lease and commit by themselves, so an
interrupted one goes on where it stood.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from app import clock, tasks
from app.accounts.models import Account
from app.employers.services import is_member
from app.errors import Conflict, DomainError
from app.extensions import db, insert_once
from app.jobs.intake import Posting, Reading, Unreadable, read_feed
from app.jobs.lifecycle import Action, Role
from app.jobs.models import ImportedJob, ImportItem, ImportRun, Job, JobSource, JobState
from app.jobs.services.intake.taking_in import Intake, Taken
from app.jobs.services.moves import carry_out, record, state_of
from app.outbound import fetch

CHUNK = 200
MOST_MESSAGES = 500
MOST_OF_AN_EMPLOYER = 5_000  # postings in one feed
MOST_FAULTS = 10  # one in so many may be unreadable in a feed that counts as whole
FEW = 2  # that may go from a small feed once two readings agree
FAILURES = 5  # one after the other, until a source is paused
INTERVALS = {"hourly": timedelta(hours=1), "daily": timedelta(days=1)}
LOST = timedelta(minutes=10)  # without a sign of a run, before it is taken up again
GIVEN_UP = timedelta(days=1)
KEPT = timedelta(days=90)

_OVER = (JobState.FILLED, JobState.EXPIRED, JobState.ARCHIVED, JobState.REMOVED)

Message = tuple[int, str]


def begin_run(
    source: JobSource, account: Account | None, *, may_close_many: bool = False
) -> ImportRun:
    """A new run. Raises Conflict while another one of the source is unfinished."""
    moment = clock.now()
    run_id = insert_once(
        ImportRun,
        source_id=source.id,
        account_id=account.id if account else None,
        may_close_many=may_close_many,
        started_at=moment,
        touched_at=moment,
    )
    if run_id is None:
        raise Conflict("This feed is being imported right now. Wait until it is done.")
    return db.session.get_one(ImportRun, run_id)


def have_done(run: ImportRun) -> None:
    """Have the worker do the run."""
    tasks.defer("jobs.import", {"run_id": run.id})


@tasks.handles("jobs.import")
def _work(payload: dict[str, object]) -> None:
    run = db.session.get(ImportRun, int(str(payload["run_id"])))
    if run is not None and run.finished_at is None and go_on(run):
        have_done(run)


def go_on(run: ImportRun, *, chunk: int = CHUNK) -> bool:
    """Do the next piece of a run. Returns whether there is more; the caller commits."""
    reading: Reading | None = None
    refusal = _refusal(run.source)
    if run.state == "waiting" and not refusal:
        # Before anything is locked: the other side may take its time.
        reading, refusal = _fetched(run.source)
    _lock(run)
    if run.finished_at is not None:
        return False
    if refusal:
        _fail(run, refusal)
    elif run.state == "waiting":
        if reading is None:
            _nothing_new(run)
        else:
            stage(run, reading)
    elif run.state == "reading":
        _take_piece(run, chunk)
    else:
        _close_piece(run, chunk)
    return run.finished_at is None


def _lock(run: ImportRun) -> None:
    """Hold the run as it is now: of two workers the second waits, and sees what the first did."""
    db.session.execute(
        update(ImportRun).where(ImportRun.id == run.id).values(touched_at=clock.now()),
        execution_options={"synchronize_session": False},
    )
    db.session.refresh(run)


def acting_for(source: JobSource) -> Account | None:
    """Who set a source up, while they may still act for its organisation."""
    account = db.session.get_one(Account, source.created_by)
    may = account.closed_at is None and (
        is_member(account, source.organisation_id) or account.is_operator
    )
    return account if may else None


def _refusal(source: JobSource) -> str:
    if source.organisation.suspended_at is not None:
        return f"{source.organisation.name} is suspended."
    if acting_for(source) is None:
        return "Whoever set this feed up is no longer a member. Add the feed again."
    return ""


def _fetched(source: JobSource) -> tuple[Reading | None, str]:
    """What the address holds; no reading where it holds the same as last time."""
    if not source.url:
        return None, "The file was never read. Send it again."
    try:
        answer = fetch(source.url, etag=source.etag, modified=source.modified)
    except DomainError as error:
        return None, error.message
    if answer.is_unchanged:
        return None, ""
    if answer.status != 200:
        return None, f"The address answers with {answer.status}."
    try:
        reading = read_feed(answer.body, source.kind, answer.url)
    except Unreadable as error:
        return None, str(error)
    source.etag = answer.headers.get("etag", "")[:200]
    source.modified = answer.headers.get("last-modified", "")[:60]
    return reading, ""


def stage(run: ImportRun, reading: Reading) -> None:
    """Put what was read in line. Raises nothing: a feed that is too long fails the run."""
    if not run.source.granted_by and len(reading.postings) > MOST_OF_AN_EMPLOYER:
        most = f"{MOST_OF_AN_EMPLOYER:,}"
        _fail(run, f"The feed holds {len(reading.postings):,} jobs; {most} is the most we take.")
        return
    for start in range(0, len(reading.postings), 500):
        rows = [
            {"run_id": run.id, "posting": {**p.to_json(), "number": p.number}}
            for p in reading.postings[start : start + 500]
        ]
        db.session.execute(insert(ImportItem), rows)
    run.state = "reading"
    run.total = len(reading.postings) + len(reading.faults)
    run.refused = len(reading.faults)
    run.at = run.refused
    # What could not be read may be a job that is still there.
    run.is_complete = reading.is_complete and len(reading.faults) * MOST_FAULTS <= run.total
    _say(run, [(0, remark) for remark in reading.remarks])
    _say(run, [(fault.number, fault.message) for fault in reading.faults])


def _take_piece(run: ImportRun, chunk: int) -> None:
    items = db.session.scalars(
        select(ImportItem).where(ImportItem.run_id == run.id).order_by(ImportItem.id).limit(chunk)
    ).all()
    if not items:
        _begin_closing(run)
        return
    account = acting_for(run.source)
    assert account is not None  # looked at before the piece
    taken = Intake(run.source, run, account).take([Posting.from_json(i.posting) for i in items])
    db.session.execute(delete(ImportItem).where(ImportItem.id.in_([i.id for i in items])))
    run.at += len(items)
    _count(run, taken)


def _count(run: ImportRun, taken: Taken) -> None:
    for name in ("added", "changed", "unchanged", "duplicates", "refused"):
        setattr(run, name, getattr(run, name) + getattr(taken, name))
    if taken.must_come_again:
        run.source.etag = run.source.modified = ""
    _say(run, taken.messages)


def _gone(run: ImportRun) -> tuple[ColumnElement[bool], ...]:
    return (
        ImportedJob.source_id == run.source_id,
        ImportedJob.last_run_id != run.id,
        ImportedJob.vanished_at.is_(None),
    )


def _begin_closing(run: ImportRun) -> None:
    """Decide whether what the feed no longer holds may be closed."""
    gone = _number(*_gone(run))
    if not gone:
        _finish(run)
        return
    if not run.is_complete:
        _say(run, [(0, f"The feed was not whole, so {_jobs(gone)} missing from it stay open.")])
        run.source.etag = run.source.modified = ""
        _finish(run)
        return
    db.session.execute(
        update(ImportedJob).where(*_gone(run)).values(misses=ImportedJob.misses + 1),
        execution_options={"synchronize_session": False},
    )
    held = _number(ImportedJob.source_id == run.source_id, ImportedJob.vanished_at.is_(None))
    least = db.session.scalar(select(func.min(ImportedJob.misses)).where(*_gone(run))) or 0
    agreed = gone <= FEW and least >= 2
    if gone * 2 > held and not run.may_close_many and not agreed:
        run.kept_open = gone
        _say(run, [(0, f"{_jobs(gone)} of {held} are missing, more than half. They stay open "
                       "until somebody confirms that they are gone.")])  # fmt: skip
        run.source.etag = run.source.modified = ""
        _finish(run)
        return
    run.state = "closing"


def _close_piece(run: ImportRun, chunk: int) -> None:
    gone = db.session.scalars(
        select(ImportedJob).where(*_gone(run)).order_by(ImportedJob.id).limit(chunk)
    ).all()
    if not gone:
        _finish(run)
        return
    for imported in gone:
        if imported.is_duplicate or _close(run, imported):
            imported.vanished_at = clock.now()
        else:
            imported.last_run_id = run.id  # the next run that misses it tries again


def _close(run: ImportRun, imported: ImportedJob) -> bool:
    """Close the listing of a posting that vanished, put its draft away. Returns whether it is."""
    job = db.session.get_one(Job, imported.job_id)
    state = state_of(job)
    if state in _OVER:
        return True
    action = Action.ARCHIVE if state is JobState.DRAFT else Action.FILL
    try:
        carry_out(job, action, Role.MEMBER, actor_id=run.source.created_by)
    except Conflict as error:
        _say(run, [(0, f"{job.title[:80]}: it is no longer in the feed and stays. "
                       f"{error.message}")])  # fmt: skip
        return False
    run.closed += 1
    record("job.vanished", job, actor_id=None, detail={"source": run.source_id, "run": run.id})
    what = "archived" if state is JobState.DRAFT else "closed"
    _say(run, [(0, f"{job.title[:80]}: it is no longer in the feed, so it was {what}.")])
    return True


def _nothing_new(run: ImportRun) -> None:
    run.is_complete = True
    run.unchanged = run.total = run.at = _number(
        ImportedJob.source_id == run.source_id,
        ImportedJob.vanished_at.is_(None),
    )
    _say(run, [(0, "The feed has not changed since the last run.")])
    db.session.execute(
        update(ImportedJob)
        .where(ImportedJob.source_id == run.source_id, ImportedJob.vanished_at.is_(None))
        .values(last_run_id=run.id, last_seen_at=clock.now()),
        execution_options={"synchronize_session": False},
    )
    _finish(run)


def _finish(run: ImportRun) -> None:
    run.state = "done"
    run.finished_at = clock.now()
    run.source.failures = 0
    db.session.execute(delete(ImportItem).where(ImportItem.run_id == run.id))


def _fail(run: ImportRun, reason: str) -> None:
    source = run.source
    run.state = "failed"
    run.finished_at = clock.now()
    _say(run, [(0, reason)])
    source.failures += 1
    source.etag = source.modified = ""
    if source.failures >= FAILURES and source.url and not source.paused:
        source.paused = f"It failed {FAILURES} times in a row. {reason}"[:300]
    db.session.execute(delete(ImportItem).where(ImportItem.run_id == run.id))


def _say(run: ImportRun, messages: Iterable[Message]) -> None:
    """Keep sentences about a run; beyond a number nobody reads, only that there were more."""
    found = [*run.messages, *([number, text] for number, text in messages)]
    if len(found) > MOST_MESSAGES:
        found = [*found[:MOST_MESSAGES], [0, "There is more of the same; the counts are whole."]]
    run.messages = found


def _number(*conditions: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count(ImportedJob.id)).where(*conditions)) or 0


def _jobs(count: int) -> str:
    return "1 job" if count == 1 else f"{count:,} jobs"


def start_due_runs() -> int:
    """Begin a run of each source whose time has come; of two workers one does. Returns how many."""
    moment = clock.now()
    due = (JobSource.next_run_at <= moment, JobSource.paused == "", JobSource.schedule != "off")
    begun = 0
    for source in db.session.scalars(select(JobSource).where(*due).order_by(JobSource.id)):
        source.next_run_at = moment + INTERVALS[source.schedule]
        try:
            have_done(begin_run(source, None))
        except Conflict:
            continue
        begun += 1
    return begun


def take_up_lost_runs() -> int:
    """Go on with runs whose worker, or command, was killed; end those that never got anywhere."""
    moment = clock.now()
    lost = db.session.scalars(
        select(ImportRun).where(
            ImportRun.finished_at.is_(None), ImportRun.touched_at < moment - LOST
        )
    ).all()
    for run in lost:
        if run.started_at < moment - GIVEN_UP:
            _fail(run, "The run was interrupted again and again, so it was ended.")
        else:
            run.touched_at = moment
            have_done(run)
    return len(lost)


def forget_old_runs() -> None:
    """Delete what was said about runs of long ago; the last one of each source stays."""
    last = select(func.max(ImportRun.id)).group_by(ImportRun.source_id)
    db.session.execute(
        delete(ImportRun).where(
            ImportRun.finished_at < clock.now() - KEPT, ImportRun.id.not_in(last)
        ),
        execution_options={"synchronize_session": False},
    )
