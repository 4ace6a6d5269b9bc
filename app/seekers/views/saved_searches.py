"""Saving a search, and the saved searches of an account."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app import limits
from app.access import Who, access, actor
from app.errors import Conflict, Invalid, NotFound
from app.extensions import db, limiter
from app.jobs.services.searching.criteria import Criteria, read_criteria
from app.seekers import services
from app.seekers.forms import FREQUENCIES, GuestSearchForm, SavedSearchForm
from app.seekers.views.blueprint import bp

ACTIONS = {
    "pause": (services.pause_search, "The search is paused."),
    "resume": (services.resume_search, "The search tells you of new jobs again."),
    "delete": (services.delete_search, "The search is deleted."),
}


@bp.route("/saved-searches/new", methods=["GET", "POST"])
@access(Who.ANYONE)
@limiter.limit(limits.MAIL_PER_ADDRESS, methods=["POST"], exempt_when=lambda: _is_account())
@limiter.limit(limits.SAVE_PER_ACCOUNT, methods=["POST"], key_func=limits.acting_account)
def save() -> ResponseReturnValue:
    """The search is in the address, as the page of jobs spells it."""
    criteria = read_criteria(request.args.to_dict(flat=False))
    return _save_own(criteria) if _is_account() else _save_for_guest(criteria)


def _is_account() -> bool:
    return bool(current_user.is_authenticated and current_user.is_verified)


def _save_own(criteria: Criteria) -> ResponseReturnValue:
    form = SavedSearchForm()
    if form.validate_on_submit():
        try:
            services.save_search(
                actor(),
                criteria,
                name=form.name.data or "",
                frequency=form.frequency.data,
            )
        except (Invalid, Conflict) as error:
            db.session.rollback()
            form.blame(error)
        else:
            db.session.commit()
            flash("The search is saved. We send you what is new.", "good")
            return redirect(url_for("seekers.saved_searches"))
    return _page(form, criteria)


def _save_for_guest(criteria: Criteria) -> ResponseReturnValue:
    form = GuestSearchForm()
    if form.validate_on_submit():
        try:
            services.ask_to_save(form.email.data, criteria, frequency=form.frequency.data)
        except Invalid as error:
            db.session.rollback()
            form.blame(error)
        else:
            db.session.commit()
            session["mailed_to"] = form.email.data
            return redirect(url_for("seekers.check_mail"))
    return _page(form, criteria)


def _page(form: SavedSearchForm | GuestSearchForm, criteria: Criteria) -> ResponseReturnValue:
    return render_template(
        "seekers/save_search.html",
        form=form,
        choices=services.choices_of(criteria),
        suggested=services.name_for(criteria),
        text=criteria.text,
        back=services.address_of(criteria),
    ), form.status


@bp.get("/saved-searches/check-your-mail")
@access(Who.ANYONE)
def check_mail() -> ResponseReturnValue:
    """The same for every address, known or not."""
    return render_template("seekers/check_mail.html", address=session.get("mailed_to"))


@bp.get("/saved-searches")
@access(Who.ACCOUNT)
def saved_searches() -> ResponseReturnValue:
    recipient = services.recipient_of(actor())
    return render_template(
        "seekers/saved_searches.html",
        recipient=recipient,
        searches=[services.shown(search) for search in services.searches_of(recipient)],
        frequencies=FREQUENCIES,
    )


@bp.post("/saved-searches")
@access(Who.ACCOUNT)
@limiter.limit(limits.SAVE_PER_ACCOUNT, key_func=limits.acting_account)
def change_alerts() -> ResponseReturnValue:
    """All alerts at once: stopped, started again, or sent again after a bounce or a complaint."""
    recipient = services.recipient_of(actor())
    action = request.form.get("action", "")
    if recipient is None:
        flash("You have no saved search yet.")
    elif action == "stop":
        services.stop(recipient)
        flash("All alerts are stopped.", "good")
    elif action == "start":
        services.start_again(recipient)
        flash("Alerts are sent again.", "good")
    elif action == "lift" and recipient.suppressed_for == "complaint":
        services.lift(recipient, by=actor())
        flash("Alerts are sent again.", "good")
    elif action == "lift":
        services.ask_to_lift(recipient)
        flash("We sent an e-mail to your address. Open the link in it to get alerts again.")
    db.session.commit()
    return redirect(url_for("seekers.saved_searches"))


@bp.route("/saved-searches/<int:search_id>", methods=["GET", "POST"])
@access(Who.OWNER)
def edit_search(search_id: int) -> ResponseReturnValue:
    search = services.search_of(services.recipient_of(actor()), search_id)
    form = SavedSearchForm(obj=search)
    if form.validate_on_submit():
        try:
            services.change_search(search, name=form.name.data or "", frequency=form.frequency.data)
        except Invalid as error:
            form.blame(error)
        else:
            db.session.commit()
            flash("The search is changed.", "good")
            return redirect(url_for("seekers.saved_searches"))
    return render_template(
        "seekers/edit_search.html", form=form, search=services.shown(search)
    ), form.status


@bp.post("/saved-searches/<int:search_id>/<action>")
@access(Who.OWNER)
def act_on_search(search_id: int, action: str) -> ResponseReturnValue:
    search = services.search_of(services.recipient_of(actor()), search_id)
    if action not in ACTIONS:
        raise NotFound("There is no such action.")
    act, told = ACTIONS[action]
    act(search)
    db.session.commit()
    flash(told, "good")
    return redirect(url_for("seekers.saved_searches"))
