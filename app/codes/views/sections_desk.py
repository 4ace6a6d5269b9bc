"""The operators' table of which sections of code pages open to whom."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Who, access, actor
from app.codes.services.gates import DEFAULT, OpensTo, gates, set_gates
from app.codes.services.reference.topics import headings
from app.codes.views.blueprint import bp
from app.errors import Invalid
from app.extensions import db

MEANINGS = {
    OpensTo.EVERYONE: ("Everyone", "open to every reader and to search engines, without a view"),
    OpensTo.VIEW: ("A view", "whoever has a view left reads it, guests with their first code too"),
    OpensTo.ACCOUNT: ("An account", "only readers who are logged in, with a view of theirs"),
    OpensTo.PLAN: ("A plan", "only readers with a plan; operators read it too"),
}


@bp.route("/desk/sections", methods=["GET", "POST"])
@access(Who.OPERATOR)
def sections_desk() -> ResponseReturnValue:
    problem: Invalid | None = None
    chosen = {section: to.value for section, to in gates().items()}
    if request.method == "POST":
        known = {section for section, _ in headings()}
        sent = {n.removeprefix("to-"): v for n, v in request.form.items() if n.startswith("to-")}
        try:
            if not sent:
                raise Invalid("Choose for each section to whom it opens.")
            set_gates(sent, by=actor().id)
            db.session.commit()
        except Invalid as error:
            db.session.rollback()
            problem = error
            chosen |= {section: to for section, to in sent.items() if section in known}
        else:
            flash("Saved. Code pages follow within seconds.", "good")
            return redirect(url_for("codes.sections_desk"), 303)
    return render_template(
        "codes/desk/sections.html",
        headings=headings(),
        chosen=chosen,
        meanings=MEANINGS,
        default=DEFAULT,
        problem=problem,
    ), (422 if problem else 200)
