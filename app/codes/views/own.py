"""What an account keeps of a code, from the code's page: the star and the private note."""

from __future__ import annotations

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app import limits
from app.access import Who, access, actor
from app.codes.forms import NoteForm
from app.codes.models import SYSTEMS
from app.codes.services import own
from app.codes.services.lookup import versions_of
from app.codes.services.structure import Reference
from app.codes.views.blueprint import bp
from app.codes.views.counting import Counted
from app.codes.views.dates import chosen_day, code_url
from app.errors import Conflict, Invalid, NotFound
from app.extensions import db, limiter
from app.forms import tidy

keeping = limiter.shared_limit(
    limits.KEEP_PER_ACCOUNT,
    scope="own-codes",
    key_func=limits.acting_account,
    methods=["POST"],
)


def note_first_opening(counted: Counted) -> None:
    """Write down that an account opened a code, where its view was counted just now."""
    if current_user.is_authenticated and counted.verdict.recorded and counted.verdict.is_open:
        own.note_opening(current_user.id, counted.system, counted.key, own.OwnState())
        db.session.commit()


@bp.get("/codes/<system>/<code>/own")
@access(Who.ACCOUNT)
def own_things(system: str, code: str) -> ResponseReturnValue:
    """What an account keeps of a code: loaded into its page, or a page of its own.

    The page itself asks for none of it, so that it stays fast; opening it again is noted here.
    """
    entry, back = _find(system, code)
    state = own.own_state(current_user.id, system, entry.key)
    if state.seen_at and own.note_opening(current_user.id, system, entry.key, state):
        db.session.commit()
    template = "codes/own.html" if "part" in request.args else "codes/own_page.html"
    return render_template(
        template, own=state, system=system, entry=entry, name=SYSTEMS[system], back=back
    )


@bp.post("/codes/<system>/<code>/favorite")
@access(Who.ACCOUNT)
@keeping
def favorite(system: str, code: str) -> ResponseReturnValue:
    """Add the code, move it to another folder, or remove it."""
    entry, back = _find(system, code)
    account = actor()
    try:
        if request.form.get("action") == "remove":
            own.remove_favorite_of(account, system, entry.key)
            told = f"{entry.shown} is no favorite any more."
        else:
            name = str(tidy(request.form.get("new_folder", "")))
            folder_id = own.folder_for(account, request.form.get("folder", ""), name)
            own.add_favorite(account, system, entry.key, folder_id)
            told = f"{entry.shown} is in your favorites."
    except (Invalid, Conflict) as error:
        db.session.rollback()
        flash(error.message, "error")
    else:
        db.session.commit()
        flash(told, "good")
    return redirect(back)


@bp.route("/codes/<system>/<code>/note", methods=["GET", "POST"])
@access(Who.ACCOUNT)
@keeping
def note(system: str, code: str) -> ResponseReturnValue:
    """The note by itself: reading it costs no view, and a refused one is kept as it was typed."""
    entry, back = _find(system, code)
    kept = own.find_note(actor(), system, entry.key)
    form = NoteForm(text=kept.text if kept else "")
    changed_at = kept.updated_at if kept else None
    if form.validate_on_submit():
        try:
            is_there = own.write_note(actor(), system, entry.key, form.text.data or "")
        except Invalid as error:
            db.session.rollback()
            form.blame(error)
        else:
            db.session.commit()
            flash("Your note is saved." if is_there else "There is no note of yours now.", "good")
            return redirect(back)
    return render_template(
        "codes/note.html",
        form=form,
        changed_at=changed_at,
        entry=entry,
        system_name=SYSTEMS[system],
        back=back,
        longest=own.LONGEST_NOTE,
    ), form.status


def _find(system: str, code: str) -> tuple[Reference, str]:
    """The code in any edition, and its page on the day that is being read."""
    chosen_day()
    found = versions_of(system, code) if system in SYSTEMS else []
    if not found or found[0][1].is_heading:
        raise NotFound("There is no such code here.")
    entry = Reference.of(found[0][1])
    return entry, code_url(system, entry.address)
