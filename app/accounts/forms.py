"""The forms of accounts: sign-up, log-in, and changes to one's own account."""

from __future__ import annotations

from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import DataRequired, Length

from app.accounts.services.passwords import LONGEST as LONGEST_PASSWORD
from app.addresses import LONGEST as LONGEST_ADDRESS
from app.forms import Form

_EMAIL = (
    DataRequired("Enter your e-mail address."),
    Length(max=LONGEST_ADDRESS, message="That e-mail address is too long."),
)
_NAME = (
    DataRequired("Enter your name."),
    Length(max=100, message="Use 100 characters or fewer."),
)


def _password(missing: str) -> tuple[DataRequired, Length]:
    return (
        DataRequired(missing),
        Length(max=LONGEST_PASSWORD, message=f"Use {LONGEST_PASSWORD} characters or fewer."),
    )


class RegisterForm(Form):
    name = StringField("Your name", _NAME)
    email = EmailField("E-mail address", _EMAIL)
    password = PasswordField("Password", _password("Choose a password."))


class LogInForm(Form):
    email = EmailField("E-mail address", _EMAIL)
    password = PasswordField("Password", _password("Enter your password."))


class VerifyForm(Form):
    password = PasswordField("Password", _password("Enter your password."))


class ForgottenPasswordForm(Form):
    email = EmailField("E-mail address", _EMAIL)


class ResetPasswordForm(Form):
    password = PasswordField("New password", _password("Choose a password."))


class NameForm(Form):
    name = StringField("Your name", _NAME)


class ChangePasswordForm(Form):
    current = PasswordField("Current password", _password("Enter your current password."))
    password = PasswordField("New password", _password("Choose a new password."))


class ChangeEmailForm(Form):
    email = EmailField("New e-mail address", _EMAIL)
    current = PasswordField("Your password", _password("Enter your password."))


class CloseAccountForm(Form):
    password = PasswordField("Your password", _password("Enter your password."))
