"""Reading the mails a test caused: the worker delivers them into the test's own folder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import policy
from email.parser import BytesParser
from pathlib import Path
from urllib.parse import urlsplit

from flask import current_app

from app import tasks
from app.mail import Folder, carrier_for


@dataclass(frozen=True)
class Mail:
    name: str
    to: str
    subject: str
    text: str
    html: str


def mails() -> list[Mail]:
    """Every mail sent so far, oldest first; what waits in the outbox is done before."""
    tasks.drain()
    carrier = carrier_for(current_app.config["MAIL_URL"])
    assert isinstance(carrier, Folder)
    return [_read(path) for path in reversed(carrier.messages())]


def mails_to(address: str) -> list[Mail]:
    return [mail for mail in mails() if mail.to == address]


def last_mail_to(address: str) -> Mail:
    found = mails_to(address)
    assert found, f"no mail to {address}"
    return found[-1]


def _read(path: Path) -> Mail:
    message = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    return Mail(
        name=message["X-Mail-Name"],
        to=message["To"],
        subject=message["Subject"],
        text=message.get_body(("plain",)).get_content(),
        html=message.get_body(("html",)).get_content(),
    )


def path_in(mail: Mail, begins: str) -> str:
    """The path and query of the first link in a mail whose path begins so."""
    for url in re.findall(r"https?://[^\s<>\"]+", mail.text):
        parts = urlsplit(url)
        if parts.path.startswith(begins):
            return parts.path + (f"?{parts.query}" if parts.query else "")
    raise AssertionError(f"no link to {begins} in: {mail.text}")
