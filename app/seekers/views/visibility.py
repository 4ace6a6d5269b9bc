"""The coder's say on being found by employers."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Who, access, actor
from app.errors import Conflict
from app.extensions import db
from app.forms import tidy
from app.seekers import services
from app.seekers.views.blueprint import bp

LONGEST_NAME = 100


@bp.get("/profile/visibility")
@access(Who.ACCOUNT)
def visibility() -> ResponseReturnValue:
    typed = str(tidy(request.args.get("q", "")))[:LONGEST_NAME]
    return render_template(
        "seekers/visibility.html", found=services.visibility_of(actor(), typed), typed=typed
    )


@bp.post("/profile/visibility")
@access(Who.ACCOUNT)
def change_visibility() -> ResponseReturnValue:
    found = request.form.get("found") == "yes"
    services.let_employers_find(actor(), found=found)
    db.session.commit()
    flash("Employers can find you now." if found else "Employers do not find you any more.", "good")
    return redirect(url_for("seekers.visibility"), 303)


@bp.post("/profile/visibility/<slug>/hide")
@access(Who.ACCOUNT)
def hide_from(slug: str) -> ResponseReturnValue:
    try:
        organisation = services.hide_from(actor(), slug)
    except Conflict as error:
        db.session.rollback()
        flash(error.message, "warn")
    else:
        flash(f"{organisation.name} does not find you.", "good")
        db.session.commit()
    return redirect(url_for("seekers.visibility", _anchor="hidden"), 303)


@bp.post("/profile/visibility/<slug>/show")
@access(Who.ACCOUNT)
def show_to(slug: str) -> ResponseReturnValue:
    services.show_to(actor(), slug)
    db.session.commit()
    flash("The employer is off your list.", "good")
    return redirect(url_for("seekers.visibility", _anchor="hidden"), 303)
