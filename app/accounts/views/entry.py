"""The way in and out: registering, logging in, logging out."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app import limits
from app.access import Who, access, actor
from app.accounts import services
from app.accounts.forms import LogInForm, RegisterForm
from app.accounts.views.blueprint import bp
from app.accounts.views.browser import HOME, back, enter, session_token
from app.errors import Invalid
from app.extensions import db, limiter

# The same to everybody: it must not tell whether there is such an account, nor of which kind.
REFUSED = (
    "The e-mail address or the password is not right. Is your account new? Then open the link in "
    "the e-mail we sent you first. To get it again, register once more."
)


@bp.route("/register", methods=["GET", "POST"])
@access(Who.ANYONE)
@limiter.limit(limits.MAIL_PER_ADDRESS, methods=["POST"])
def register() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(back() or HOME)
    form = RegisterForm()
    if form.validate_on_submit():
        try:
            services.register(
                name=form.name.data,
                email=form.email.data,
                password=form.password.data,
                back=back(),
            )
        except Invalid as error:
            form.blame(error)
        else:
            db.session.commit()
            session["mailed_to"] = form.email.data
            return redirect(url_for("accounts.check_mail", about="register", next=back()))
    return render_template("accounts/register.html", form=form, back=back()), form.status


@bp.get("/check-your-mail")
@access(Who.ANYONE)
def check_mail() -> ResponseReturnValue:
    """What both a known and an unknown address are shown."""
    about = "reset" if request.args.get("about") == "reset" else "register"
    return render_template(
        "accounts/check_mail.html", about=about, address=session.get("mailed_to"), back=back()
    )


@bp.route("/log-in", methods=["GET", "POST"])
@access(Who.ANYONE)
@limiter.limit(limits.LOG_IN_PER_ADDRESS, methods=["POST"], deduct_when=limits.refused)
@limiter.limit(
    limits.LOG_IN_PER_ACCOUNT,
    key_func=limits.typed_address_here,
    methods=["POST"],
    deduct_when=limits.refused,
)
@limiter.limit(
    limits.LOG_IN_FROM_UNKNOWN_BROWSERS,
    key_func=limits.typed_address,
    methods=["POST"],
    exempt_when=limits.browser_is_known,
    deduct_when=limits.refused,
)
def log_in() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(back() or HOME)
    form = LogInForm()
    if form.validate_on_submit():
        account = services.authenticate(email=form.email.data, password=form.password.data)
        if account is not None:
            return enter(account, back())
        db.session.commit()
        form.blame(Invalid(REFUSED))
    return render_template("accounts/log_in.html", form=form, back=back()), form.status


@bp.post("/log-out")
@access(Who.ANYONE)
def log_out() -> ResponseReturnValue:
    token = session_token()
    if token:
        services.end_session_of(token)
        db.session.commit()
    session.clear()
    flash("You are logged out.", "good")
    return redirect(HOME)


@bp.post("/log-out-everywhere")
@access(Who.ACCOUNT)
def log_out_everywhere() -> ResponseReturnValue:
    services.log_out_everywhere(actor())
    db.session.commit()
    session.clear()
    flash("You are logged out of every browser.", "good")
    return redirect(url_for("accounts.log_in"))
