"""A coder applies, follows the application, withdraws it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import limits
from app.access import Who, access, actor
from app.applications import services
from app.applications.forms import ApplyForm
from app.applications.services import ResumeChoice
from app.applications.views.blueprint import bp
from app.downloads import send_document
from app.errors import Conflict, DomainError, Gone, Invalid, NotPermitted, TooLarge
from app.extensions import db, limiter
from app.seekers.services import gaps_of, note_access, snapshot_of, view_profile


@bp.route("/jobs/<int:job_id>/apply", methods=["GET", "POST"])
@access(Who.VERIFIED)
@limiter.limit(limits.APPLY_PER_ACCOUNT, key_func=limits.acting_account, methods=["POST"])
def apply(job_id: int) -> ResponseReturnValue:
    earlier = services.application_to(actor(), job_id)
    if earlier is not None:
        return redirect(url_for("applications.show", application_id=earlier.id))
    try:
        job = services.job_to_apply_to(actor(), job_id)
    except (Conflict, Gone, NotPermitted) as error:
        return _refusal(error, job_id)
    profile = view_profile(actor())
    form = ApplyForm(current=profile.resume.name if profile.resume else None)
    if form.validate_on_submit():
        upload = form.upload()
        try:
            sent = services.apply(
                actor(),
                job_id,
                note=form.note.data or "",
                # Whoever picks a file means it, whichever answer is ticked.
                choice=ResumeChoice.UPLOAD if upload else ResumeChoice(form.resume.data),
                upload=upload,
            )
        except (Invalid, TooLarge) as error:
            db.session.rollback()
            error.field = error.field or "file"
            form.blame(error)
        else:
            db.session.commit()
            return redirect(url_for("applications.show", application_id=sent.id))
        job, profile = services.job_to_apply_to(actor(), job_id), view_profile(actor())
    return render_template(
        "applications/apply.html",
        form=form,
        job=job,
        sent=snapshot_of(profile, actor()),
        gaps=gaps_of(profile),
    ), form.status


def _refusal(error: DomainError, job_id: int) -> ResponseReturnValue:
    page = render_template("applications/refused.html", message=error.message, job_id=job_id)
    return page, error.status


@bp.get("/applications")
@access(Who.ACCOUNT)
def mine() -> ResponseReturnValue:
    page = max(1, min(request.args.get("page", 1, type=int), 10_000))
    found, last_page = services.applications_of(actor(), page)
    return render_template(
        "applications/mine.html", applications=found, page=page, last_page=last_page
    )


@bp.get("/applications/<int:application_id>")
@access(Who.OWNER)
def show(application_id: int) -> ResponseReturnValue:
    found = services.application_of(actor(), application_id)
    return render_template("applications/show.html", application=found)


@bp.get("/applications/<int:application_id>/resume")
@access(Who.OWNER)
def own_resume(application_id: int) -> ResponseReturnValue:
    stored = services.sent_resume(actor(), application_id)
    response = send_document(stored)
    note_access(actor(), stored)
    db.session.commit()
    return response


@bp.post("/applications/<int:application_id>/withdraw")
@access(Who.OWNER)
def withdraw(application_id: int) -> ResponseReturnValue:
    try:
        services.withdraw(actor(), application_id)
        db.session.commit()
        flash("Your application is withdrawn.", "good")
    except Conflict as error:
        db.session.rollback()
        flash(error.message, "warn")
    return redirect(url_for("applications.show", application_id=application_id))
