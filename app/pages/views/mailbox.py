"""Development's mailbox: every mail the site sent, readable on the machine it runs on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from pathlib import Path

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from app.access import Who, access
from app.errors import NotFound
from app.mail import Folder, carrier_for
from app.pages.views.blueprint import bp

SHOWN = 200
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True, slots=True)
class Mail:
    """One message, as the page shows it."""

    name: str
    subject: str
    sender: str
    recipient: str
    sent_at: datetime | None
    text: str
    links: tuple[tuple[str, str], ...]  # (label, address)


@bp.get("/mailbox")
@access(Who.ANYONE)
def mailbox() -> ResponseReturnValue:
    mails = [_read(path) for path in _folder().messages()[:SHOWN]]
    return render_template("pages/mailbox.html", mails=mails)


@bp.get("/mailbox/<name>")
@access(Who.ANYONE)
def mail(name: str) -> ResponseReturnValue:
    # The name is looked up among the files there are, never made into a path.
    for path in _folder().messages():
        if path.stem == name:
            return render_template("pages/mail.html", mail=_read(path))
    raise NotFound("There is no such mail.")


def _folder() -> Folder:
    """The folder mails go to; on a machine that sends real mail these pages do not exist."""
    carrier = carrier_for(current_app.config["MAIL_URL"])
    if current_app.config["ENVIRONMENT"] == "production" or not isinstance(carrier, Folder):
        raise NotFound("There is no such page.")
    return carrier


def _read(path: Path) -> Mail:
    message = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    text = _part(message, "plain")
    finder = _Links()
    finder.feed(_part(message, "html"))
    links = {address: label for label, address in finder.found}
    for address in _ADDRESS.findall(text):
        links.setdefault(address.rstrip(".,)"), "")
    return Mail(
        name=path.stem,
        subject=str(message["Subject"] or ""),
        sender=str(message["From"] or ""),
        recipient=str(message["To"] or ""),
        sent_at=_moment(message),
        text=text.strip(),
        links=tuple((label or address, address) for address, label in links.items()),
    )


def _moment(message: EmailMessage) -> datetime | None:
    try:
        moment = parsedate_to_datetime(str(message["Date"]))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _part(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    return str(part.get_content()) if part is not None else ""


class _Links(HTMLParser):
    """The links of a mail's HTML part with the words they stand under."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._address = ""
        self._words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._address = dict(attrs).get("href") or ""
            self._words = []

    def handle_data(self, data: str) -> None:
        if self._address:
            self._words.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag != "a" or not self._address:
            return
        if self._address.startswith(("http://", "https://")):
            self.found.append((" ".join("".join(self._words).split()), self._address))
        self._address = ""
