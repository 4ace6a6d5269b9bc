"""Confirming the e-mail address: the page that asks for it, and the mailed link."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app import limits
from app.access import Who, access, actor
from app.accounts import services
from app.accounts.forms import VerifyForm
from app.accounts.views.blueprint import bp
from app.accounts.views.browser import HOME, back, enter
from app.errors import Gone, Invalid
from app.extensions import db, limiter


@bp.get("/verify-first")
@access(Who.ACCOUNT)
def verify_first() -> ResponseReturnValue:
    """For whoever was logged in before log-in began to ask for a confirmed address."""
    if current_user.is_verified:
        return redirect(back() or HOME)
    return render_template("accounts/verify_first.html", back=back())


@bp.post("/verify-first")
@access(Who.ACCOUNT)
def resend_verification() -> ResponseReturnValue:
    services.send_verification_again(actor(), back=back())
    db.session.commit()
    flash("We sent the e-mail again.", "good")
    return redirect(url_for("accounts.verify_first", next=back()))


@bp.route("/verify/<token>", methods=["GET", "POST"])
@access(Who.ANYONE)
@limiter.limit(limits.LOG_IN_PER_ADDRESS, methods=["POST"], deduct_when=limits.refused)
def verify_email(token: str) -> ResponseReturnValue:
    """Opening the link changes nothing, since mail scanners open links; the button does."""
    form = VerifyForm()
    try:
        services.check_verification_link(token)
        if form.validate_on_submit():
            response = enter(services.verify_email(token, form.password.data), back())
            flash("Your e-mail address is confirmed.", "good")
            return response
    except Invalid as error:
        form.blame(error)
    except Gone:
        return render_template("accounts/link_dead.html", about="verify", back=back()), 410
    return render_template("accounts/verify.html", form=form), form.status
