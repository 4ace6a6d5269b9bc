"""Saving what an employer writes, page by page: into a draft, or as an edit of what is up."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from app.accounts.models import Account
from app.errors import Conflict, Invalid, NotFound
from app.html import written
from app.jobs.content import Content, changed_fields, content_of, needs_review, write_content
from app.jobs.models import Job, JobRevision, JobState
from app.jobs.services.moves import job_for, lock_job, note_change, record, state_of
from app.jobs.services.named_codes import name_codes, resolve_codes
from app.jobs.services.proposals import (
    approved_content,
    pending_proposal,
    propose,
    withdraw,
)
from app.jobs.services.rules import STEPS, Step, check_step, missing, normalized
from app.weblinks import web_address

PUBLISHED = frozenset(
    {JobState.SCHEDULED, JobState.LIVE, JobState.PAUSED, JobState.FILLED, JobState.EXPIRED}
)


class Saved(StrEnum):
    """What became of an edit."""

    IN_DRAFT = "in_draft"
    UNCHANGED = "unchanged"
    PUBLISHED = "published"
    PROPOSED = "proposed"


def step_named(name: str) -> Step:
    if name not in STEPS:
        raise NotFound("There is no such page.")
    return STEPS[name]


def is_editable(job: Job) -> bool:
    state = state_of(job)
    return state is JobState.DRAFT or state in PUBLISHED


def content_to_edit(job: Job) -> Content:
    """What the forms show: the proposal where one waits, so that edits add up."""
    proposal = pending_proposal(job)
    return Content.from_json(proposal.content) if proposal else content_of(job)


def save_step(account: Account, job_id: int, step: Step, values: Mapping[str, Any]) -> Saved:
    """Keep the answers of one page. Raises Invalid at the field that cannot be right.

    A draft may stay incomplete. What is up must stay complete: small edits of it show at once,
    larger ones and those of title, pay, place or the way to apply wait for a moderator.
    """
    job = lock_job(job_for(account, job_id).id)
    state = state_of(job)
    if state is not JobState.DRAFT and state not in PUBLISHED:
        raise Conflict("Take the listing back before you edit it.")
    proposal = pending_proposal(job)
    current = Content.from_json(proposal.content) if proposal else content_of(job)
    new = _answered(current, step, values)
    if state in PUBLISHED:
        new = new.changed(publish_on=current.publish_on)  # the clock has been set
    check_step(step, current, new)
    if new == current:
        return Saved.UNCHANGED
    if new.codes_named != current.codes_named:
        resolve_codes(new.codes_named)
    if state is JobState.DRAFT:
        _write(account, job, new)
        return Saved.IN_DRAFT
    return _edit_published(account, job, proposal, step, new)


def replace_content(account: Account, job: Job, new: Content) -> Saved:
    """Have a locked listing hold other content: what `save_step` does, for all pages at once.

    Raises Conflict while it waits for a payment or a moderator, Invalid where a listing that is
    up would lose what it needs. The content must have passed the checks of every step.
    """
    state = state_of(job)
    if state is not JobState.DRAFT and state not in PUBLISHED:
        raise Conflict("Take the listing back before you edit it.")
    proposal = pending_proposal(job)
    current = Content.from_json(proposal.content) if proposal else content_of(job)
    if new == current:
        return Saved.UNCHANGED
    if state is JobState.DRAFT:
        _write(account, job, new)
        return Saved.IN_DRAFT
    for fault in missing(new):
        raise Invalid(fault.message, field=fault.field)
    return _put(account, job, proposal, new)


def _answered(current: Content, step: Step, values: Mapping[str, Any]) -> Content:
    """The content with the answers of one step; what the step does not ask is not taken."""
    answers = {name: values[name] for name in step.fields if name in values}
    if "description" in answers:
        answers["description"] = str(written(answers["description"]))
    if answers.get("apply_url") and answers.get("apply_method") == "url":
        answers["apply_url"] = web_address(answers["apply_url"], field="apply_url")
    return normalized(current.changed(**answers))


def _edit_published(
    account: Account, job: Job, proposal: JobRevision | None, step: Step, new: Content
) -> Saved:
    for fault in missing(new):
        if fault.step == step.name:
            raise Invalid(fault.message, field=fault.field)
    return _put(account, job, proposal, new)


def _put(account: Account, job: Job, proposal: JobRevision | None, new: Content) -> Saved:
    if proposal is not None and new == content_of(job):
        withdraw(account, job, proposal)
        return Saved.PUBLISHED
    if proposal is not None or needs_review(approved_content(job), new):
        propose(account, job, proposal, new)
        return Saved.PROPOSED
    _write(account, job, new)
    return Saved.PUBLISHED


def _write(account: Account, job: Job, new: Content) -> None:
    changed = changed_fields(content_of(job), new)
    write_content(job, new)
    if "codes_named" in changed:
        name_codes(job, new.codes_named)
    note_change(job)
    record("job.edited", job, actor_id=account.id, detail={"fields": changed})
