"""The keys of an account's programs: made and shown once, listed, revoked."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import limits
from app.access import Who, access, actor
from app.codes.forms import KeyForm
from app.codes.services import keys as services
from app.codes.views.blueprint import bp
from app.errors import Invalid
from app.extensions import db, limiter


@bp.route("/account/api-keys", methods=["GET", "POST"])
@access(Who.VERIFIED)
@limiter.limit(limits.SAVE_PER_ACCOUNT, key_func=limits.acting_account, methods=["POST"])
def keys() -> ResponseReturnValue:
    """A new key is shown in the answer to the form and nowhere else, so nothing redirects."""
    form, made = KeyForm(), ""
    status = form.status
    if form.validate_on_submit():
        try:
            _, made = services.create_key(actor(), form.name.data)
        except Invalid as error:
            db.session.rollback()
            form.blame(error)
        else:
            db.session.commit()
            form, status = KeyForm(formdata=None), 200
    return render_template(
        "codes/keys.html", form=form, made=made, keys=services.keys_of(actor())
    ), status


@bp.post("/account/api-keys/<int:key_id>/revoke")
@access(Who.OWNER)
def revoke_key(key_id: int) -> ResponseReturnValue:
    key = services.revoke_key(actor(), key_id)
    db.session.commit()
    flash(f"“{key.name}” is revoked. Programs that use it are refused from now on.", "good")
    return redirect(url_for("codes.keys"))
