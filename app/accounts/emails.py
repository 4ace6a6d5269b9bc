"""The mails about an account itself: links to confirm, and notices of what was changed."""

from __future__ import annotations

from app import mail

# None of them carries the name someone typed at sign-up: a stranger's address would receive it.


def send_verification(to: str, token: str, back: str | None) -> None:
    mail.send("verify_email", to, token=token, back=back)


def send_already_registered(to: str, back: str | None) -> None:
    mail.send("already_registered", to, back=back)


def send_reset(to: str, token: str, back: str | None) -> None:
    mail.send("reset_password", to, token=token, back=back)


def send_password_changed(to: str) -> None:
    mail.send("password_changed", to)


def send_email_confirmation(to: str, token: str) -> None:
    mail.send("confirm_email", to, token=token)


def send_address_in_use(to: str) -> None:
    mail.send("address_in_use", to)


def send_email_change_asked(to: str) -> None:
    mail.send("email_change_asked", to)


def send_email_changed(to: str) -> None:
    mail.send("email_changed", to)


def send_account_closed(to: str) -> None:
    mail.send("account_closed", to)
