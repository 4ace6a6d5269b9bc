"""The account page, and what people change on it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from app import limits
from app.access import Who, access, actor
from app.accounts import services
from app.accounts.forms import ChangeEmailForm, ChangePasswordForm, CloseAccountForm, NameForm
from app.accounts.views.blueprint import bp
from app.accounts.views.browser import HOME, enter, session_token
from app.errors import Conflict, Gone, Invalid, NotPermitted
from app.extensions import db, limiter

# Each of these asks for the password, so each counts as a place to guess it.
guessing = limiter.shared_limit(
    limits.LOG_IN_PER_ACCOUNT,
    scope="own-password",
    key_func=limits.acting_account,
    methods=["POST"],
    deduct_when=limits.refused,
)


@bp.route("/account", methods=["GET", "POST"])
@access(Who.ACCOUNT)
def settings() -> ResponseReturnValue:
    account = actor()
    form = NameForm(name=account.name)
    if form.validate_on_submit():
        services.rename(account, form.name.data)
        db.session.commit()
        flash("Your name is changed.", "good")
        return redirect(url_for("accounts.settings"))
    here = services.session_of(session_token() or "")
    return render_template(
        "accounts/settings.html",
        form=form,
        account=account,
        sessions=services.sessions_of(account),
        here_id=here.session_id if here else None,
    ), form.status


@bp.post("/account/sessions/<int:session_id>/end")
@access(Who.OWNER)
def end_session(session_id: int) -> ResponseReturnValue:
    services.end_session(actor(), session_id)
    db.session.commit()
    flash("That browser is logged out.", "good")
    return redirect(url_for("accounts.settings"))


@bp.route("/account/password", methods=["GET", "POST"])
@access(Who.ACCOUNT)
@guessing
def change_password() -> ResponseReturnValue:
    form = ChangePasswordForm()
    if form.validate_on_submit():
        try:
            services.change_password(
                actor(), current=form.current.data, password=form.password.data
            )
        except Invalid as error:
            form.blame(error)
        else:
            response = enter(actor(), url_for("accounts.settings"))
            flash("Your password is changed. Other browsers are logged out.", "good")
            return response
    return render_template("accounts/change_password.html", form=form), form.status


@bp.route("/account/email", methods=["GET", "POST"])
@access(Who.ACCOUNT)
@guessing
def change_email() -> ResponseReturnValue:
    form = ChangeEmailForm()
    if form.validate_on_submit():
        try:
            address = services.ask_email_change(
                actor(), current=form.current.data, email=form.email.data
            )
        except Invalid as error:
            form.blame(error)
        else:
            db.session.commit()
            flash(f"We sent an e-mail to {address}. Its link makes the change.", "good")
            return redirect(url_for("accounts.settings"))
    return render_template("accounts/change_email.html", form=form), form.status


@bp.route("/confirm-email/<token>", methods=["GET", "POST"])
@access(Who.ACCOUNT)
def confirm_email(token: str) -> ResponseReturnValue:
    try:
        address = services.address_to_confirm(actor(), token)
        if request.method == "POST":
            services.confirm_email(actor(), token, session=session_token())
            db.session.commit()
            flash(f"Your e-mail address is now {address}.", "good")
            return redirect(url_for("accounts.settings"))
    except Gone:
        return render_template("accounts/link_dead.html", about="email", back=None), 410
    except Conflict:
        db.session.rollback()
        db.session.refresh(actor())
        raise
    return render_template("accounts/confirm_email.html", address=address)


@bp.route("/account/close", methods=["GET", "POST"])
@access(Who.ACCOUNT)
@guessing
def close_account() -> ResponseReturnValue:
    form = CloseAccountForm()
    if form.validate_on_submit():
        try:
            services.close_account(actor(), password=form.password.data)
        except (Invalid, Conflict, NotPermitted) as error:
            form.blame(error)  # nothing is committed, so nothing has happened
        else:
            db.session.commit()
            session.clear()
            flash("Your account is closed.", "good")
            return redirect(HOME)
    return render_template("accounts/close_account.html", form=form), form.status
