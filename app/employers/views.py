"""Routes of organisations: my own, the company page, and the operator's desk."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import html
from app.access import Who, access, actor
from app.employers import services
from app.employers.forms import OrganisationForm, SuspensionForm
from app.errors import DomainError, Invalid
from app.extensions import db

bp = Blueprint("employers", __name__)


@bp.get("/employers")
@access(Who.ACCOUNT)
def mine() -> ResponseReturnValue:
    organisations = services.organisations_of(actor())
    return render_template("employers/mine.html", organisations=organisations)


@bp.route("/employers/new", methods=["GET", "POST"])
@access(Who.VERIFIED)
def create() -> ResponseReturnValue:
    form = OrganisationForm()
    if form.validate_on_submit():
        try:
            organisation = services.create_organisation(actor(), **form.values())
            db.session.commit()
        except Invalid as error:
            form.blame(error)
        else:
            flash(f"{organisation.name} is ready. Compose its first listing.", "good")
            return redirect(url_for("jobs.dashboard", slug=organisation.slug), 303)
    status = 422 if form.is_submitted() else 200
    return render_template("employers/create.html", form=form), status


@bp.get("/companies/<slug>")
@access(Who.ANYONE)
def show(slug: str) -> ResponseReturnValue:
    organisation = services.public_organisation(slug)
    return render_template(
        "employers/show.html", organisation=organisation, about=html.clean(organisation.about)
    )


@bp.route("/employers/<slug>/edit", methods=["GET", "POST"])
@access(Who.MEMBER)
def edit(slug: str) -> ResponseReturnValue:
    organisation = services.organisation_for(actor(), slug)
    form = OrganisationForm(obj=organisation)
    if request.method == "GET":
        form.about.data = html.to_text(organisation.about)
    if form.validate_on_submit():
        try:
            services.edit_organisation(actor(), organisation, **form.values())
            db.session.commit()
        except Invalid as error:
            form.blame(error)
        else:
            flash("Saved.", "good")
            return redirect(url_for("employers.edit", slug=slug), 303)
    status = 422 if form.is_submitted() else 200
    return render_template(
        "employers/edit.html",
        form=form,
        organisation=organisation,
        members=services.members_of(organisation),
    ), status


@bp.route("/desk/organizations/<slug>", methods=["GET", "POST"])
@access(Who.OPERATOR)
def on_desk(slug: str) -> ResponseReturnValue:
    organisation = services.organisation_on_desk(actor(), slug)
    form = SuspensionForm()
    if request.method == "POST":
        try:
            if request.form.get("decision") == "reinstate":
                services.reinstate_organisation(actor(), organisation)
            elif form.validate():
                services.suspend_organisation(actor(), organisation, reason=form.reason.data or "")
        except DomainError as error:
            form.blame(error)
        if not form.problems():
            db.session.commit()
            return redirect(url_for("employers.on_desk", slug=slug), 303)
    return render_template(
        "employers/on_desk.html",
        form=form,
        organisation=organisation,
        members=services.members_of(organisation),
        about=html.clean(organisation.about),
    ), (422 if form.problems() else 200)
