"""An alert in a real SMTP conversation: its headers, and what a dead mailbox brings about."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from app import clock, tasks
from app.extensions import db
from app.seekers.commands import tell_of_new_listings
from app.seekers.models import AlertRecipient
from tests.factories.accounts import make_account
from tests.factories.jobs import make_job
from tests.factories.seekers import make_saved_search
from tests.unit.test_mail import Server, running


@pytest.fixture
def server(app, monkeypatch):
    handler = Server()
    controller = running(handler)
    controller.start()
    monkeypatch.setitem(app.config, "MAIL_URL", f"smtp+plain://127.0.0.1:{controller.port}")
    yield handler
    controller.stop()


@pytest.fixture
def waiting(app):
    make_saved_search(account=make_account(email="ann@example.com"))
    make_job(published_at=clock.now() - timedelta(minutes=1))
    tell_of_new_listings()


@pytest.mark.usefixtures("waiting")
def test_a_mail_program_can_stop_alerts_by_what_the_headers_say(server, client):
    tasks.drain()
    [message] = server.messages
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    [address] = re.findall(r"<(https?://[^>]+)>", message["List-Unsubscribe"])
    answer = client.post(urlsplit(address).path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert db.session.scalars(select(AlertRecipient)).one().stopped_at is not None
    for part in ("plain", "html"):
        assert "/alerts/" in message.get_body((part,)).get_content()


def test_the_operators_address_is_named_where_there_is_one(app, server, monkeypatch):
    monkeypatch.setitem(app.config, "ALERT_UNSUBSCRIBE_MAILTO", "stop@careers.example.com")
    make_saved_search()
    make_job(published_at=clock.now() - timedelta(minutes=1))
    tell_of_new_listings()
    tasks.drain()
    assert (
        "<mailto:stop@careers.example.com?subject=stop%20" in server.messages[0]["List-Unsubscribe"]
    )


@pytest.mark.usefixtures("waiting")
def test_a_dead_mailbox_gets_no_further_alert(server):
    server.on_recipient = "550 5.1.1 no such user"
    tasks.drain()
    recipient = db.session.scalars(select(AlertRecipient)).one()
    assert recipient.suppressed_for == "bounce"
    server.on_recipient = ""
    recipient.mailed_at = None
    make_job(published_at=clock.now() - timedelta(minutes=1))
    tell_of_new_listings()
    tasks.drain()
    assert server.received == []
