"""A forgotten password: asking for the link, and the page behind it."""

from __future__ import annotations

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from app import limits
from app.access import Who, access
from app.accounts import services
from app.accounts.forms import ForgottenPasswordForm, ResetPasswordForm
from app.accounts.views.blueprint import bp
from app.accounts.views.browser import back, enter
from app.errors import Gone, Invalid
from app.extensions import db, limiter


@bp.route("/forgotten-password", methods=["GET", "POST"])
@access(Who.ANYONE)
@limiter.limit(limits.MAIL_PER_ADDRESS, methods=["POST"])
def forgotten_password() -> ResponseReturnValue:
    form = ForgottenPasswordForm()
    if form.validate_on_submit():
        services.ask_reset(form.email.data, back=back())
        db.session.commit()
        session["mailed_to"] = form.email.data
        return redirect(url_for("accounts.check_mail", about="reset", next=back()))
    return render_template("accounts/forgotten_password.html", form=form, back=back()), form.status


@bp.route("/reset-password/<token>", methods=["GET", "POST"])
@access(Who.ANYONE)
def reset_password(token: str) -> ResponseReturnValue:
    form = ResetPasswordForm()
    try:
        services.check_reset_link(token)
        if form.validate_on_submit():
            account = services.reset_password(token, form.password.data)
            response = enter(account, back())
            flash("Your new password is set. You are logged in.", "good")
            return response
    except Invalid as error:
        form.blame(error)
    except Gone:
        return render_template("accounts/link_dead.html", about="reset", back=back()), 410
    return render_template("accounts/reset_password.html", form=form), form.status
