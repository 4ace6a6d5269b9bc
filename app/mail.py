"""Outgoing mail: composed from templates/email/, queued with the transaction, then delivered."""

from __future__ import annotations

import contextlib
import logging
import os
import smtplib
import ssl
import uuid
from collections.abc import Mapping
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Any, NoReturn, Protocol
from urllib.parse import unquote, urlsplit

from blinker import Namespace
from flask import Flask, current_app, render_template
from jinja2 import TemplateNotFound

from app import clock, tasks
from app.extensions import db
from app.html import plain

log = logging.getLogger(__name__)

TIMEOUT = 10  # seconds for each step of an SMTP conversation
LONGEST_SUBJECT = 200


# No server will ever deliver to an address. Sent with the mail's `name` and the `address`, in a
# transaction of its own, so that what writes mail of its own accord leaves the address alone.
mail_refused = Namespace().signal("mail-refused")

_NO_SUCH_MAILBOX = (550, 551, 553, 556)
_BY_POLICY = b"5.7."  # refused for what we are or what we say, which proves nothing of the address


class _Policy(EmailPolicy):
    """Writes headers as EmailPolicy does, but never breaks or encodes the addresses in List-*.

    Python turns a long address into encoded words, which no mail program reads as one.
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name.startswith("List-"):
            line = f"{name}: {value.replace(', ', f',{self.linesep} ')}{self.linesep}"
            return line.encode("ascii", "surrogateescape")
        return super().fold_binary(name, value)


_WRITTEN = _Policy(linesep="\r\n")


class NoSuchMailbox(tasks.Permanent):
    """The server says that the recipient does not exist."""


class TryLater(Exception):
    """The server took no offence at us, but does not take this mail now."""


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
        temporary = self.folder / f"{name}.part"
        temporary.write_bytes(message.as_bytes())
        os.replace(temporary, self.folder / f"{name}.eml")

    def messages(self) -> list[Path]:
        """Newest first."""
        if not self.folder.is_dir():
            return []
        return sorted(self.folder.glob("*.eml"), key=lambda p: p.stat().st_mtime_ns, reverse=True)


class SmtpServer:
    """One conversation for each message. What concerns the server is an outage for all mail;

    what concerns this mail or its recipient is a failure of this mail alone.
    """

    def __init__(self, url: str) -> None:
        self.url = urlsplit(url)

    def carry(self, message: EmailMessage) -> None:
        try:
            server = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise tasks.Unreachable(f"the mail server: {_without_text(error)}") from error
        try:
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            reason = f"the server refused the recipient ({code})"
            if code in _NO_SUCH_MAILBOX and not text.startswith(_BY_POLICY):
                raise NoSuchMailbox(reason) from error
            self._judge(code, reason, error)
        except smtplib.SMTPDataError as error:
            self._judge(error.smtp_code, f"the server refused the mail ({error.smtp_code})", error)
        except smtplib.SMTPSenderRefused as error:
            # 552 is a mail too large; otherwise the server takes no mail of ours at present.
            if error.smtp_code == 552:
                raise tasks.Permanent("the mail is too large for the server") from error
            raise tasks.Unreachable(f"the mail server refuses us ({error.smtp_code})") from error
        except smtplib.SMTPNotSupportedError as error:
            raise tasks.Permanent("the server does not take such an address") from error
        finally:
            # The mail is accepted or not by now; a rude good-bye must not send it twice.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()

    def _judge(self, code: int, reason: str, error: Exception) -> NoReturn:
        if 500 <= code < 600:
            raise tasks.Permanent(reason) from error
        raise TryLater(reason) from error

    def _connect(self) -> smtplib.SMTP:
        host = self.url.hostname or "localhost"
        if self.url.scheme == "smtps":
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, self.url.port or 465, timeout=TIMEOUT, context=context
            )
        else:
            server = smtplib.SMTP(host, self.url.port or 25, timeout=TIMEOUT)
        try:
            if self.url.scheme == "smtp":
                server.starttls(context=ssl.create_default_context())
            if self.url.username:
                server.login(unquote(self.url.username), unquote(self.url.password or ""))
        except BaseException:
            server.close()
            raise
        return server


def _without_text(error: Exception) -> str:
    """What went wrong, without the server's words: those may repeat an address or a password."""
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__}{f' {code}' if code else ''}"


def carrier_for(url: str) -> Carrier:
    if url.startswith("folder:"):
        return Folder(Path(url.removeprefix("folder:")))
    return SmtpServer(url)


def absolute_url(endpoint: str, **values: Any) -> str:
    """The address of a page as a mail must spell it; works with and without a request."""
    base = urlsplit(current_app.config["BASE_URL"])
    routes = current_app.url_map.bind(base.netloc, url_scheme=base.scheme)
    return routes.build(endpoint, values, force_external=True)


def send(
    name: str,
    to: str,
    *,
    headers: Mapping[str, str] | None = None,
    sender: str = "MAIL_FROM",
    **context: Any,
) -> None:
    """Queue the mail `templates/email/<name>/` to one address, with the current transaction.

    `subject.txt` and `body.html` must exist; `body.txt` is worked out from the HTML if it does not.
    `headers` are added to the message; `sender` is the setting that names who it is from.
    """
    context = {**context, "link": absolute_url}
    subject = _one_line(render_template(f"email/{name}/subject.txt", **context))
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
            "headers": dict(headers or {}),
            "sender": sender,
        },
    )


def _one_line(text: str) -> str:
    """Text as a header may hold it.

    Python decodes "=?utf-8?q?…?=" in a value it is given, line breaks included: a name spelled so
    would bring headers of its own.
    """
    line = "".join(c for c in " ".join(text.split()) if c.isprintable())
    return line.replace("=?", "= ?")[:LONGEST_SUBJECT]


@tasks.handles("mail")
def _deliver(payload: dict[str, Any]) -> None:
    try:
        message = _message(payload)
    except (HeaderParseError, ValueError, IndexError) as error:
        raise tasks.Permanent("the mail cannot be written down") from error
    try:
        carrier_for(current_app.config["MAIL_URL"]).carry(message)
    except NoSuchMailbox:
        mail_refused.send(name=payload["name"], address=payload["to"])
        db.session.commit()  # what was heard stays, though the mail is given up
        raise
    log.info("mail sent", extra={"mail": payload["name"]})


def _message(payload: dict[str, Any]) -> EmailMessage:
    name, address = parseaddr(current_app.config[payload.get("sender", "MAIL_FROM")])
    message = EmailMessage(policy=_WRITTEN)
    message["From"] = Address(display_name=name, addr_spec=address)
    message["To"] = Address(addr_spec=payload["to"])
    message["Subject"] = payload["subject"]
    message["Date"] = format_datetime(clock.now())
    domain = address.rpartition("@")[2] or "localhost"
    # The row's own id, so that a mail tried twice is one mail to the receiving server.
    message["Message-ID"] = f"<{payload['id']}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Mail-Name"] = payload["name"]
    for header, value in payload.get("headers", {}).items():
        message[header] = value
    message.set_content(payload["text"])
    message.add_alternative(payload["html"], subtype="html")
    return message


def init_app(app: Flask) -> None:
    app.jinja_env.globals["absolute_url"] = absolute_url
