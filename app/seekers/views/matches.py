"""What fits a coder: jobs for the profile, one job held against it, invitations."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Who, access, actor
from app.errors import Conflict, Invalid
from app.extensions import db
from app.seekers import services
from app.seekers.forms import WorkForm
from app.seekers.views.blueprint import bp
from app.seekers.views.profile import back


@bp.route("/profile/work", methods=["GET", "POST"])
@access(Who.ACCOUNT)
def work() -> ResponseReturnValue:
    form = WorkForm.showing(services.view_profile(actor()))
    if form.validate_on_submit():
        try:
            services.edit_work(actor(), **form.values())
        except Invalid as error:
            form.blame(error)
        else:
            db.session.commit()
            flash("Your profile is saved.", "good")
            return redirect(back() or url_for("seekers.profile"))
    return render_template("seekers/work.html", form=form, back=back()), form.status


@bp.get("/profile/jobs")
@access(Who.ACCOUNT)
def jobs() -> ResponseReturnValue:
    page = max(1, min(request.args.get("page", 1, type=int), 100))
    return render_template(
        "seekers/jobs.html",
        found=services.jobs_for(actor(), page),
        invitations=services.invitations_to(actor()) if page == 1 else [],
    )


@bp.get("/profile/match/<int:job_id>")
@access(Who.ACCOUNT)
def match(job_id: int) -> ResponseReturnValue:
    """A page by itself, or the part of it that the page of the listing loads."""
    found = services.match_with(actor(), job_id)
    part = "seekers/match_part.html" if request.args.get("part") else "seekers/match.html"
    return render_template(part, found=found)


@bp.post("/profile/invitations/<int:invitation_id>/decline")
@access(Who.OWNER)
def decline(invitation_id: int) -> ResponseReturnValue:
    hide = request.form.get("hide") == "yes"
    try:
        declined = services.decline(actor(), invitation_id, hide=hide)
    except Conflict as error:
        db.session.rollback()
        flash(error.message, "warn")
        return redirect(url_for("seekers.jobs"), 303)
    name = declined.job.organisation.name
    db.session.commit()
    said = f"{name} does not find you any more." if hide else "The invitation is declined."
    flash(said, "good")
    return redirect(url_for("seekers.jobs"), 303)
