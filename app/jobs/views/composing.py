"""Composing a listing: one page of questions at a time, then all the answers to check."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Who, access, actor
from app.errors import Invalid
from app.extensions import db
from app.jobs import services
from app.jobs.forms import FORMS
from app.jobs.lifecycle import Action, Role
from app.jobs.lints import lints
from app.jobs.models import Job
from app.jobs.quality import lacking
from app.jobs.services.composing import Saved
from app.jobs.services.rules import STEPS
from app.jobs.services.summary import summary_of
from app.jobs.views.blueprint import bp

CHECK = "check"
_ORDER = [*STEPS, CHECK]
_SAID = {
    Saved.PUBLISHED: "Saved. The listing holds the change now.",
    Saved.PROPOSED: "Sent to a moderator. Until then the listing stays as it was approved.",
}


@bp.route("/employers/jobs/<int:job_id>/edit/<step>", methods=["GET", "POST"])
@access(Who.MEMBER)
def compose(job_id: int, step: str) -> ResponseReturnValue:
    job = services.job_for(actor(), job_id)
    if not services.is_editable(job):
        return redirect(url_for("jobs.preview", job_id=job.id), 303)
    if step == CHECK:
        return _check_page(job)
    questions = services.step_named(step)
    form = FORMS[step].showing(services.content_to_edit(job))
    if form.validate_on_submit():
        try:
            saved = services.save_step(actor(), job.id, questions, form.answers())
            db.session.commit()
        except Invalid as error:
            form.blame(error)
        else:
            if saved in _SAID:
                flash(_SAID[saved], "good")
            return redirect(_after(job, step), 303)
    content = services.content_to_edit(job)
    return render_template(
        f"jobs/compose_{step}.html",
        job=job,
        form=form,
        step=questions,
        number=_ORDER.index(step) + 1,
        count=len(STEPS),
        previous=_previous(job, step),
        is_draft=services.state_of(job) == "draft",
        warnings=[w for w in lints(content, job.organisation.name) if w.step == step],
    ), form.status


def _check_page(job: Job) -> ResponseReturnValue:
    content = services.content_to_edit(job)
    actions = services.actions_for(job, Role.MEMBER)
    proposal = services.pending_proposal(job)
    return render_template(
        "jobs/compose_check.html",
        job=job,
        sections=summary_of(content),
        missing=services.missing(content),
        warnings=lints(content, job.organisation.name),
        lacking=lacking(services.as_proposed(job, content) if proposal else job),
        steps=STEPS,
        is_draft=services.state_of(job) == "draft",
        is_paid=job.paid_days > 0,
        may_pay=Action.CHECK_OUT in actions,
        may_submit=Action.SUBMIT in actions,
        may_archive=Action.ARCHIVE in actions,
        proposal=proposal,
    )


def _after(job: Job, step: str) -> str:
    """The next page of questions, or where the writer came from or wants to go."""
    if "leave" in request.form:
        return url_for("jobs.dashboard", slug=job.organisation.slug)
    if request.args.get("back") == CHECK or services.state_of(job) != "draft":
        return url_for("jobs.compose", job_id=job.id, step=CHECK)
    return url_for("jobs.compose", job_id=job.id, step=_ORDER[_ORDER.index(step) + 1])


def _previous(job: Job, step: str) -> str:
    at = _ORDER.index(step)
    if request.args.get("back") == CHECK or services.state_of(job) != "draft":
        return url_for("jobs.compose", job_id=job.id, step=CHECK)
    if at == 0:
        return url_for("jobs.dashboard", slug=job.organisation.slug)
    return url_for("jobs.compose", job_id=job.id, step=_ORDER[at - 1])
