"""Changes proposed to a listing that is up: kept beside it until a moderator decides."""

from __future__ import annotations

from sqlalchemy import inspect, select

from app import clock
from app.accounts.models import Account
from app.errors import NotFound
from app.extensions import db
from app.jobs.content import Content, changed_fields, content_of, write_content
from app.jobs.models import Job, JobRevision
from app.jobs.services.moves import job_for, lock_job, note_change, record
from app.jobs.services.named_codes import copy_codes, name_codes


def pending_proposal(job: Job) -> JobRevision | None:
    return db.session.scalar(
        select(JobRevision).where(JobRevision.job_id == job.id, JobRevision.state == "pending")
    )


def approved_content(job: Job) -> Content:
    """What a moderator last read: small edits are measured from there, however many there are."""
    stored = db.session.scalar(
        select(JobRevision.content)
        .where(JobRevision.job_id == job.id, JobRevision.state == "approved")
        .order_by(JobRevision.decided_at.desc(), JobRevision.id.desc())
        .limit(1)
    )
    return Content.from_json(stored) if stored else content_of(job)


def keep_approved(job: Job) -> None:
    """Remember what was approved with the listing itself."""
    moment = clock.now()
    db.session.add(
        JobRevision(
            job_id=job.id,
            author_id=job.created_by,
            state="approved",
            content=content_of(job).to_json(),
            created_at=moment,
            decided_at=moment,
        )
    )


def propose(account: Account, job: Job, proposal: JobRevision | None, new: Content) -> None:
    """Put a change before the moderators; a further one is added to what already waits."""
    if proposal is None:
        proposal = JobRevision(job_id=job.id, state="pending", reason="")
        db.session.add(proposal)
    proposal.author_id = account.id
    proposal.content = new.to_json()
    # The last change decides its place in the queue: whoever reads it reads all of it.
    proposal.created_at = clock.now()
    changed = changed_fields(content_of(job), new)
    record("job.change_proposed", job, actor_id=account.id, detail={"fields": changed})
    db.session.flush()


def withdraw(account: Account, job: Job, proposal: JobRevision) -> None:
    proposal.state = "withdrawn"
    proposal.decided_at = clock.now()
    record("job.change_withdrawn", job, actor_id=account.id)


def withdraw_proposal(account: Account, job_id: int) -> bool:
    """Take a proposed change back. Returns whether there was one."""
    job = lock_job(job_for(account, job_id).id)
    proposal = pending_proposal(job)
    if proposal is None:
        return False
    withdraw(account, job, proposal)
    return True


def apply_proposal(moderator: Account, job: Job, proposal: JobRevision) -> None:
    """What was proposed becomes what coders see; when it was first published stays."""
    content = Content.from_json(proposal.content).changed(publish_on=content_of(job).publish_on)
    changed = changed_fields(content_of(job), content)
    write_content(job, content)
    if "codes_named" in changed:
        name_codes(job, content.codes_named)
    proposal.state = "approved"
    proposal.decided_at = clock.now()
    note_change(job)
    record("job.change_approved", job, actor_id=moderator.id, detail={"fields": changed})


def proposal_on_desk(job: Job) -> JobRevision:
    proposal = pending_proposal(job)
    if proposal is None:
        raise NotFound("There is no change to decide about.")
    return proposal


def as_proposed(job: Job, content: Content) -> Job:
    """The listing as it would be, to be shown and thrown away: it belongs to no session."""
    columns = {c.key: getattr(job, c.key) for c in inspect(Job).column_attrs}
    copy = Job(**columns)
    with db.session.no_autoflush:
        copy.organisation = job.organisation
        write_content(copy, content)
        if content.codes_named == job.codes_named:
            copy_codes(job, copy)
        else:
            name_codes(copy, content.codes_named)
    return copy
