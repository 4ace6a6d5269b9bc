"""The résumé on the profile: sending it, removing it, and its owner's download."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import limits
from app.access import Who, access, actor
from app.downloads import send_document
from app.errors import Invalid, TooLarge
from app.extensions import db, limiter
from app.seekers import services
from app.seekers.forms import ResumeForm
from app.seekers.views.blueprint import bp
from app.seekers.views.profile import back


@bp.route("/profile/resume", methods=["GET", "POST"])
@access(Who.ACCOUNT)
@limiter.limit(limits.UPLOAD_PER_ACCOUNT, key_func=limits.acting_account, methods=["POST"])
def resume() -> ResponseReturnValue:
    form = ResumeForm()
    if form.validate_on_submit():
        name, content = form.upload()
        try:
            services.keep_resume(actor(), name=name, content=content)
        except (Invalid, TooLarge) as error:
            db.session.rollback()
            error.field = "resume"
            form.blame(error)
        else:
            db.session.commit()
            flash("Your résumé is on your profile.", "good")
            return redirect(back() or url_for("seekers.resume"))
    shown = services.view_profile(actor())
    return render_template("seekers/resume.html", form=form, profile=shown), form.status


@bp.post("/profile/resume/remove")
@access(Who.ACCOUNT)
def remove_resume() -> ResponseReturnValue:
    services.remove_resume(actor())
    db.session.commit()
    flash("The résumé is removed from your profile.", "good")
    return redirect(url_for("seekers.resume"))


@bp.get("/profile/resume/download")
@access(Who.ACCOUNT)
def download_resume() -> ResponseReturnValue:
    stored = services.resume_of(actor())
    response = send_document(stored)
    services.note_access(actor(), stored)
    db.session.commit()
    return response
