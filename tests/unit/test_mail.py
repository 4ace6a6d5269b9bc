"""Mail, through real SMTP conversations: delivered, tried later or given up, never twice."""

import email
import shutil
import socket
import ssl
import subprocess
from datetime import timedelta
from email import policy

import pytest
import time_machine
from aiosmtpd.controller import Controller
from jinja2 import ChoiceLoader, DictLoader, TemplateNotFound
from sqlalchemy import select

from app import clock, mail, tasks
from app.extensions import db
from app.tasks import OutboxRow

TEMPLATES = {
    "email/trial/subject.txt": "{{ subject_line }}\n",
    "email/trial/body.html": "<p>Hello {{ person }}</p><p>{{ link('accounts.log_in') }}</p>",
    "email/with_text/subject.txt": "Two parts",
    "email/with_text/body.html": "<p>Hello</p>",
    "email/with_text/body.txt": "Hello in words",
    "email/broken/subject.txt": "Broken",
    "email/broken/body.html": "<p>Hello</p>",
    "email/broken/body.txt": "{% include 'email/missing.txt' %}",
}


class Server:
    """A mail server that answers as it is told to."""

    def __init__(self) -> None:
        self.received: list[tuple[str, list[str], bytes]] = []
        self.on_mail = self.on_recipient = self.on_data = ""

    async def handle_MAIL(self, _server, _session, envelope, address, _options):
        if self.on_mail:
            return self.on_mail
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if self.on_recipient:
            return self.on_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):
        if self.on_data:
            return self.on_data
        self.received.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 OK"

    @property
    def messages(self):
        return [email.message_from_bytes(m, policy=policy.default) for _, _, m in self.received]


def running(server: Server, **options) -> Controller:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return Controller(server, hostname="127.0.0.1", port=port, **options)


@pytest.fixture
def server(app, monkeypatch):
    handler = Server()
    controller = running(handler)
    controller.start()
    monkeypatch.setitem(app.config, "MAIL_URL", f"smtp+plain://127.0.0.1:{controller.port}")
    yield handler
    controller.stop()


@pytest.fixture(autouse=True)
def _templates(app, monkeypatch):
    loader = ChoiceLoader([DictLoader(TEMPLATES), app.jinja_env.loader])
    monkeypatch.setattr(app.jinja_env, "loader", loader)


def send(to: str = "coder@example.com", subject: str = "Your listing", person: str = "Ann") -> None:
    mail.send("trial", to, subject_line=subject, person=person)
    db.session.commit()


def row() -> OutboxRow:
    db.session.expire_all()
    return db.session.scalars(select(OutboxRow)).one()


def test_a_mail_reaches_its_recipient_in_two_forms(server):
    send()
    assert tasks.drain() == 1
    sender, recipients, _ = server.received[0]
    message = server.messages[0]
    assert (sender, recipients) == ("no-reply@localhost", ["coder@example.com"])
    assert message["Subject"] == "Your listing"
    assert message["From"] == "CareerCenter <no-reply@localhost>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Mail-Name"] == "trial"
    lines = message.get_body(("plain",)).get_content().splitlines()
    assert lines == ["Hello Ann", "http://127.0.0.1:8000/log-in"]
    assert "<p>Hello Ann</p>" in message.get_body(("html",)).get_content()


def test_a_text_part_of_its_own_is_used_where_there_is_one(server):
    mail.send("with_text", "coder@example.com")
    db.session.commit()
    tasks.drain()
    assert "Hello in words" in server.messages[0].get_body(("plain",)).get_content()


def test_a_text_part_that_fails_is_a_failure_and_not_an_absent_one(app):
    with pytest.raises(TemplateNotFound, match="missing"):
        mail.send("broken", "coder@example.com")


def test_a_mail_of_a_transaction_rolled_back_is_never_sent(server):
    mail.send("trial", "coder@example.com", subject_line="x", person="x")
    db.session.rollback()
    tasks.drain()
    assert server.received == []


def test_a_delivered_mail_is_forgotten(server):
    send()
    tasks.drain()
    assert row().payload == {}


@pytest.mark.parametrize("refusal", ["451 try later", "450 greylisted", "421 too busy"])
def test_a_temporary_refusal_is_tried_again_under_the_same_message_id(server, refusal):
    with time_machine.travel(clock.now(), tick=False) as travel:
        server.on_recipient = refusal
        send()
        known = row().payload["id"]
        assert tasks.drain() == 0
        server.on_recipient = ""
        travel.shift(timedelta(minutes=1))
        assert tasks.drain() == 1
    assert server.messages[0]["Message-ID"] == f"<{known}@localhost>"


def test_a_greylisted_recipient_does_not_hold_up_the_others(server):
    server.on_recipient = "450 greylisted"
    send("first@example.com")
    send("second@example.com")
    tasks.drain()
    rows = db.session.scalars(select(OutboxRow).order_by(OutboxRow.id)).all()
    assert [r.attempts for r in rows] == [1, 1]


@pytest.mark.parametrize(
    ("step", "refusal"),
    [
        ("on_recipient", "550 no such user"),
        ("on_recipient", "553 bad name"),
        ("on_data", "554 spam"),
        ("on_data", "552 too large"),
        ("on_mail", "552 too large"),
    ],
)
def test_a_refusal_for_good_is_set_aside(server, step, refusal):
    setattr(server, step, refusal)
    send()
    tasks.drain()
    assert row().abandoned_at is not None
    assert "coder@example.com" not in row().error


def test_a_data_error_that_passes_is_tried_again(server):
    server.on_data = "451 disk"
    send()
    tasks.drain()
    assert row().abandoned_at is None
    assert row().attempts == 1


@pytest.mark.parametrize("refusal", ["550 not you", "451 not now"])
def test_a_server_that_refuses_the_sender_is_an_outage_for_all_mail(server, refusal):
    server.on_mail = refusal
    send()
    send()
    tasks.drain()
    rows = db.session.scalars(select(OutboxRow).order_by(OutboxRow.id)).all()
    assert [(r.attempts, r.abandoned_at) for r in rows] == [(0, None), (0, None)]


def test_no_server_is_an_outage_and_blames_no_mail(app, monkeypatch):
    monkeypatch.setitem(app.config, "MAIL_URL", "smtp+plain://127.0.0.1:1")
    send()
    tasks.drain()
    assert row().attempts == 0
    assert row().abandoned_at is None
    assert row().error.startswith("Unreachable")


def test_a_server_down_for_four_hours_gets_each_mail_once(server, app, monkeypatch):
    up = app.config["MAIL_URL"]
    with time_machine.travel(clock.now(), tick=False) as travel:
        monkeypatch.setitem(app.config, "MAIL_URL", "smtp+plain://127.0.0.1:1")
        for number in range(5):
            send(f"coder{number}@example.com")
        for _ in range(48):
            tasks.drain()
            travel.shift(timedelta(minutes=5))
        monkeypatch.setitem(app.config, "MAIL_URL", up)
        assert tasks.drain() == 5
    assert [r for _, r, _ in server.received] == [[f"coder{n}@example.com"] for n in range(5)]


INJECTIONS = [
    "Coder\r\nBcc: victim@example.com",
    "Coder\nBcc: victim@example.com",
    "Coder\r\n\r\n<script>alert(1)</script>",
    "Coder\u2028Bcc: victim@example.com",
    "Coder\x0bBcc: victim@example.com",
    "Coder\x00",
    "=?utf-8?q?Coder=0D=0ABcc:_victim@example.com?=",
]


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_subject_cannot_bring_a_header_of_its_own(server, text):
    send(subject=text)
    tasks.drain()
    for message in server.messages:
        assert message["Bcc"] is None
        assert message["Subject"] is not None
    assert all(recipients == ["coder@example.com"] for _, recipients, _ in server.received)


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_name_cannot_leave_the_letter_it_is_in(server, text):
    send(person=text)
    assert tasks.drain() == 1
    assert server.messages[0]["Bcc"] is None
    assert "<script>" not in server.messages[0].get_body(("html",)).get_content()


@pytest.mark.parametrize(
    "address",
    ["a@example.com\r\nBcc: b@example.com", "a@example.com, b@example.com", "<a@example.com>",
     "a@example.com\nRCPT TO:<b@example.com>", "", "nobody", "a b@example.com", "a@", "@b"],
)  # fmt: skip
def test_an_address_that_is_not_exactly_one_is_never_sent_to(server, address):
    send(to=address)
    tasks.drain()
    assert server.received == []
    assert row().abandoned_at is not None


def test_an_address_the_server_cannot_spell_is_set_aside(server):
    send(to="kodierer@müller.example")
    tasks.drain()
    assert len(server.received) + (row().abandoned_at is not None) == 1


def test_an_endless_subject_is_cut_and_a_long_letter_is_not(server):
    send(subject="x" * 100_000, person="y" * 500_000)
    assert tasks.drain() == 1
    assert len(server.messages[0]["Subject"]) == mail.LONGEST_SUBJECT
    assert "y" * 500_000 in server.messages[0].get_body(("html",)).get_content()


def test_a_folder_holds_a_mail_delivered_twice_once(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "MAIL_URL", f"folder:{tmp_path / 'mail'}")
    send()
    payload = dict(row().payload)
    tasks.drain()
    mail._deliver(payload)
    folder = mail.carrier_for(app.config["MAIL_URL"])
    assert len(folder.messages()) == 1


def test_a_folder_shows_the_newest_mail_first(app, tmp_path, monkeypatch):
    folder = mail.Folder(tmp_path / "none yet")
    assert folder.messages() == []
    monkeypatch.setitem(app.config, "MAIL_URL", f"folder:{tmp_path / 'none yet'}")
    for subject in ("first", "second"):
        send(subject=subject)
        tasks.drain()
    assert b"second" in folder.messages()[0].read_bytes()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def test_a_server_whose_certificate_nobody_vouches_for_gets_no_password(app, certificate):
    logins: list[object] = []

    def note(_server, _session, _envelope, _mechanism, data):
        logins.append(data)

    controller = running(
        Server(), tls_context=certificate, authenticator=note, auth_require_tls=True
    )
    controller.start()
    carrier = mail.SmtpServer(f"smtp://user:secret@127.0.0.1:{controller.port}")
    try:
        with pytest.raises(tasks.Unreachable) as caught:
            carrier.carry(email.message.EmailMessage())
    finally:
        controller.stop()
    assert logins == []
    assert "secret" not in str(caught.value)


def test_a_server_without_encryption_is_not_spoken_to_where_it_is_asked_for(server, app):
    plain = app.config["MAIL_URL"].replace("smtp+plain", "smtp")
    with pytest.raises(tasks.Unreachable):
        mail.SmtpServer(plain).carry(email.message.EmailMessage())


def test_links_in_mails_are_absolute_with_and_without_a_request(app):
    assert mail.absolute_url("accounts.log_in") == "http://127.0.0.1:8000/log-in"
    with app.test_request_context("/", base_url="http://evil.example"):
        assert mail.absolute_url("accounts.log_in") == "http://127.0.0.1:8000/log-in"


class TestHeadersOfItsOwn:
    LINK = f"https://careers.example.com/alerts/{'A1b2-' * 30}/stop"

    def test_they_travel_unbroken_however_long_with_another_sender(self, server, app, monkeypatch):
        monkeypatch.setitem(app.config, "ALERTS_FROM", "Jobs <jobs@alerts.example.com>")
        ways = f"<{self.LINK}>, <mailto:stop@example.com?subject=stop%20{'x' * 90}>"
        mail.send(
            "with_text",
            "coder@example.com",
            headers={
                "List-Unsubscribe": ways,
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
            sender="ALERTS_FROM",
        )
        db.session.commit()
        tasks.drain()
        sender, _, content = server.received[0]
        assert sender == "jobs@alerts.example.com"
        raw = content.replace(b"\r\n ", b" ").decode()
        assert f"List-Unsubscribe: {ways}\r\n" in raw.replace(":  ", ": ")
        assert "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
        assert server.messages[0]["From"] == "Jobs <jobs@alerts.example.com>"


class TestDeadMailboxes:
    @pytest.fixture
    def heard(self):
        told = []

        def hear(_sender, **said):
            told.append(said)

        with mail.mail_refused.connected_to(hear):
            yield told

    @pytest.mark.parametrize("refusal", ["550 no such user", "551 moved", "550 5.1.1 unknown"])
    def test_they_are_told_of_once_and_the_mail_is_set_aside(self, server, heard, refusal):
        server.on_recipient = refusal
        send()
        tasks.drain()
        tasks.drain()
        assert heard == [{"name": "trial", "address": "coder@example.com"}]
        assert row().abandoned_at is not None

    @pytest.mark.parametrize("refusal", ["550 5.7.1 blocked", "554 spam", "552 full", "450 later"])
    def test_a_refusal_that_says_nothing_of_the_mailbox_is_not(self, server, heard, refusal):
        server.on_recipient = refusal
        send()
        tasks.drain()
        assert heard == []
