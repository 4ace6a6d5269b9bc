"""The moderators' desk: what waits, and the page on which a listing is decided about."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Who, access, actor
from app.employers.services import is_member, members_of
from app.errors import Conflict, Invalid, NotFound
from app.extensions import db
from app.jobs import services
from app.jobs.content import Content, content_of
from app.jobs.forms import DecisionForm
from app.jobs.lifecycle import STATE_LABELS, Action, Role
from app.jobs.lints import lints
from app.jobs.models import Job
from app.jobs.services import review as desk
from app.jobs.services.summary import differences
from app.jobs.views.blueprint import bp


@bp.get("/desk/listings")
@access(Who.MODERATOR)
def review_queue() -> ResponseReturnValue:
    number = request.args.get("number", type=int)
    if number is not None and 0 < number < 2**31:
        return redirect(url_for("jobs.review", job_id=number), 303)
    waiting, count = services.review_queue(actor())
    return render_template("jobs/review_queue.html", waiting=waiting, count=count)


@bp.route("/desk/listings/<int:job_id>", methods=["GET", "POST"])
@access(Who.MODERATOR)
def review(job_id: int) -> ResponseReturnValue:
    job = desk.listing_on_desk(actor(), job_id)
    form = DecisionForm()
    if form.validate_on_submit():
        try:
            said = _decide(job_id, form)
            db.session.commit()
        except (Invalid, Conflict) as error:
            db.session.rollback()
            form.blame(error)
        else:
            flash(said, "good")
            return redirect(url_for("jobs.review_queue"), 303)
    return _review_page(job, form)


def _decide(job_id: int, form: DecisionForm) -> str:
    seen, reason = form.seen.data or "", form.reason.data or ""
    match request.form.get("decision"):
        case "approve":
            changed, said = services.approve(actor(), job_id, seen=seen), "Approved."
        case "reject":
            changed = services.reject(actor(), job_id, reason=reason, seen=seen)
            said = "Sent back. The employer gets your reason by e-mail."
        case "remove":
            changed = services.remove(actor(), job_id, reason=reason)
            said = "Removed. The employer gets your reason by e-mail."
        case _:
            raise NotFound("There is no such decision.")
    return said if changed else "That was done already."


def _review_page(job: Job, form: DecisionForm) -> ResponseReturnValue:
    proposal = services.pending_proposal(job)
    content = Content.from_json(proposal.content) if proposal else content_of(job)
    shown = services.as_proposed(job, content) if proposal else job
    state = services.state_of(job)
    is_own = is_member(actor(), job.organisation_id)
    role = Role.OPERATOR if actor().is_operator else Role.MODERATOR
    actions = [] if is_own else services.actions_for(job, role)
    return render_template(
        "jobs/review.html",
        job=job,
        form=form,
        listing=services.listing_view(shown),
        organisation=job.organisation,
        members=members_of(job.organisation),
        state_label=STATE_LABELS[state],
        proposal=proposal,
        differences=differences(content_of(job), content) if proposal else [],
        warnings=lints(content, job.organisation.name),
        history=desk.history_of(job),
        seen=desk.seen_mark(job),
        is_own=is_own,
        may_decide=not is_own and (proposal is not None or Action.REJECT in actions),
        may_remove=Action.REMOVE in actions,
    ), form.status
