"""Outgoing mail: composed from templates/email/, queued with the transaction, sent by the worker."""

from __future__ import annotations

import logging
import smtplib
import ssl
import uuid
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from flask import Flask, current_app, render_template
from jinja2 import TemplateNotFound

from app import clock, tasks
from app.html import plain

log = logging.getLogger(__name__)

TIMEOUT = 20  # seconds for each step of an SMTP conversation


class Carrier(Protocol):
    """Takes one message. Raises tasks.Permanent where trying again cannot help."""

    def carry(self, message: EmailMessage) -> None: ...


class Folder:
    """Development: each message becomes a file that the mailbox page shows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def carry(self, message: EmailMessage) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        # The message id makes a second delivery overwrite the first.
        name = message["Message-ID"].strip("<>").split("@")[0]
        (self.folder / f"{name}.eml").write_bytes(message.as_bytes())

    def messages(self) -> list[Path]:
        """Newest first."""
        if not self.folder.is_dir():
            return []
        return sorted(self.folder.glob("*.eml"), key=lambda p: p.stat().st_mtime_ns, reverse=True)


class SmtpServer:
    def __init__(self, url: str) -> None:
        self.url = urlsplit(url)

    def carry(self, message: EmailMessage) -> None:
        try:
            with self._connect() as server:
                if self.url.username:
                    server.login(unquote(self.url.username), unquote(self.url.password or ""))
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            codes = {code for code, _ in error.recipients.values()}
            if all(500 <= code < 600 for code in codes):
                raise tasks.Permanent(f"the server refused the recipient ({codes})") from error
            raise
        except smtplib.SMTPResponseException as error:
            if 500 <= error.smtp_code < 600 and not isinstance(
                error, smtplib.SMTPAuthenticationError
            ):
                raise tasks.Permanent(f"the server refused the mail ({error.smtp_code})") from error
            raise

    def _connect(self) -> smtplib.SMTP:
        host = self.url.hostname or "localhost"
        if self.url.scheme == "smtps":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, self.url.port or 465, timeout=TIMEOUT, context=context)
        server = smtplib.SMTP(host, self.url.port or 25, timeout=TIMEOUT)
        if self.url.scheme == "smtp":
            server.starttls(context=ssl.create_default_context())
        return server


def carrier_for(url: str) -> Carrier:
    if url.startswith("folder:"):
        return Folder(Path(url.removeprefix("folder:")))
    return SmtpServer(url)


def absolute_url(endpoint: str, **values: Any) -> str:
    """The address of a page as a mail must spell it; works with and without a request."""
    base = urlsplit(current_app.config["BASE_URL"])
    routes = current_app.url_map.bind(base.netloc, url_scheme=base.scheme)
    return routes.build(endpoint, values, force_external=True)


def send(name: str, to: str, **context: Any) -> None:
    """Queue the mail `templates/email/<name>/` to one address, with the current transaction.

    `subject.txt` and `body.html` must exist; `body.txt` is worked out from the HTML if it does not.
    """
    context = {**context, "link": absolute_url}
    subject = " ".join(render_template(f"email/{name}/subject.txt", **context).split())
    body = render_template(f"email/{name}/body.html", subject=subject, **context)
    try:
        text = render_template(f"email/{name}/body.txt", **context)
    except TemplateNotFound as error:
        if error.name != f"email/{name}/body.txt":
            raise
        text = plain(body)
    tasks.defer(
        "mail",
        {
            "id": uuid.uuid4().hex,
            "name": name,
            "to": to,
            "subject": subject,
            "text": text,
            "html": body,
        },
    )


@tasks.handles("mail")
def _deliver(payload: dict[str, Any]) -> None:
    carrier_for(current_app.config["MAIL_URL"]).carry(_message(payload))
    log.info("mail sent", extra={"mail": payload["name"]})


def _message(payload: dict[str, Any]) -> EmailMessage:
    name, address = parseaddr(current_app.config["MAIL_FROM"])
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(display_name=name, addr_spec=address)
    message["To"] = Address(addr_spec=payload["to"])
    message["Subject"] = payload["subject"]
    message["Date"] = format_datetime(clock.now())
    domain = address.rpartition("@")[2] or "localhost"
    # The row's own id, so that a mail tried twice is one mail to the receiving server.
    message["Message-ID"] = f"<{payload['id']}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Mail-Name"] = payload["name"]
    message.set_content(payload["text"])
    message.add_alternative(payload["html"], subtype="html")
    return message


def init_app(app: Flask) -> None:
    app.jinja_env.globals["absolute_url"] = absolute_url
