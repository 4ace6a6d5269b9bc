"""The profile, its credentials and its positions; all for its owner only."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Who, access, actor, safe_next
from app.errors import Conflict, Invalid
from app.extensions import db
from app.seekers import services
from app.seekers.forms import CredentialForm, ExperienceForm, ProfileForm
from app.seekers.views.blueprint import bp


def back() -> str | None:
    """The apply page sends people here and wants them back."""
    return safe_next(request.args.get("next", "")[:500])


@bp.get("/profile")
@access(Who.ACCOUNT)
def profile() -> ResponseReturnValue:
    shown = services.view_profile(actor())
    return render_template(
        "seekers/profile.html",
        profile=shown,
        sent=services.snapshot_of(shown, actor()),
        gaps=services.gaps_of(shown),
        pay_wish=services.pay_wish(shown),
    )


@bp.route("/profile/edit", methods=["GET", "POST"])
@access(Who.ACCOUNT)
def edit() -> ResponseReturnValue:
    form = ProfileForm(obj=services.view_profile(actor()))
    if form.validate_on_submit():
        try:
            services.edit_profile(
                actor(),
                headline=form.headline.data or "",
                summary=form.summary.data or "",
                city=form.city.data or "",
                state=form.state.data or "",
                phone=form.phone.data or "",
                experience=form.experience.data or "",
            )
        except Invalid as error:
            form.blame(error)
        else:
            db.session.commit()
            flash("Your profile is saved.", "good")
            return redirect(back() or url_for("seekers.profile"))
    return render_template("seekers/edit.html", form=form, back=back()), form.status


@bp.route("/profile/credentials", methods=["GET", "POST"])
@access(Who.ACCOUNT)
def credentials() -> ResponseReturnValue:
    form = CredentialForm()
    if form.validate_on_submit():
        try:
            services.add_credential(
                actor(),
                credential=form.credential.data,
                is_apprentice=form.is_apprentice.data,
                member_number=form.member_number.data or "",
                expires_in=form.expires_in.data,
            )
        except Invalid as error:
            form.blame(error)
        else:
            db.session.commit()
            flash("The credential is on your profile.", "good")
            return redirect(url_for("seekers.credentials", next=back()))
    shown = services.view_profile(actor())
    return render_template(
        "seekers/credentials.html", form=form, profile=shown, back=back()
    ), form.status


@bp.post("/profile/credentials/<int:credential_id>/remove")
@access(Who.OWNER)
def remove_credential(credential_id: int) -> ResponseReturnValue:
    services.remove_credential(actor(), credential_id)
    db.session.commit()
    flash("The credential is removed.", "good")
    return redirect(url_for("seekers.credentials", next=back()))


@bp.route("/profile/experience", methods=["GET", "POST"])
@access(Who.ACCOUNT)
def experience() -> ResponseReturnValue:
    form = ExperienceForm()
    if form.validate_on_submit():
        try:
            services.add_experience(actor(), **form.values())
        except (Invalid, Conflict) as error:
            form.blame(error)
        else:
            db.session.commit()
            flash("The position is on your profile.", "good")
            return redirect(url_for("seekers.experience", next=back()))
    shown = services.view_profile(actor())
    return render_template(
        "seekers/experience.html", form=form, profile=shown, back=back()
    ), form.status


@bp.route("/profile/experience/<int:experience_id>", methods=["GET", "POST"])
@access(Who.OWNER)
def edit_experience(experience_id: int) -> ResponseReturnValue:
    form = ExperienceForm(obj=services.experience_of(actor(), experience_id))
    if form.validate_on_submit():
        try:
            services.change_experience(actor(), experience_id, **form.values())
        except Invalid as error:
            form.blame(error)
        else:
            db.session.commit()
            flash("The position is saved.", "good")
            return redirect(url_for("seekers.experience", next=back()))
    return render_template("seekers/edit_experience.html", form=form, back=back()), form.status


@bp.post("/profile/experience/<int:experience_id>/remove")
@access(Who.OWNER)
def remove_experience(experience_id: int) -> ResponseReturnValue:
    services.remove_experience(actor(), experience_id)
    db.session.commit()
    flash("The position is removed.", "good")
    return redirect(url_for("seekers.experience", next=back()))
