"""Development's mailbox shows what was sent, and does not exist where real mail is sent."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.mail import Folder


@pytest.fixture
def folder(app: Flask, tmp_path: Path) -> Iterator[Folder]:
    before = app.config["MAIL_URL"]
    app.config["MAIL_URL"] = f"folder:{tmp_path / 'mail'}"
    yield Folder(tmp_path / "mail")
    app.config["MAIL_URL"] = before


def letter(
    name: str = "one", *, html: str = "", text: str = "Hello", **headers: str
) -> EmailMessage:
    message = EmailMessage()
    message["Message-ID"] = f"<{name}@localhost>"
    message["From"] = "CareerCenter <no-reply@localhost>"
    message["To"] = headers.get("to", "dana@example.com")
    message["Subject"] = headers.get("subject", "Verify your address")
    message["Date"] = "Mon, 23 Nov 2026 10:00:00 +0000"
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def test_an_empty_mailbox_says_how_to_fill_it(folder: Folder, client: FlaskClient) -> None:
    page = client.get("/mailbox")

    assert page.status_code == 200
    assert "No mail yet" in page.text


def test_each_mail_is_listed_with_a_link_to_read_it(folder: Folder, client: FlaskClient) -> None:
    folder.carry(letter("first", subject="Receipt CC-000001"))
    folder.carry(letter("second", subject="Zażółć <b>gęślą</b>"))

    page = client.get("/mailbox").text

    assert 'href="/mailbox/first">Receipt CC-000001</a>' in page
    assert "Zażółć &lt;b&gt;gęślą&lt;/b&gt;" in page


def test_the_links_of_a_mail_can_be_followed(folder: Folder, client: FlaskClient) -> None:
    folder.carry(
        letter(
            text="Open http://127.0.0.1:8000/verify/abc.",
            html='<p><a href="http://127.0.0.1:8000/verify/abc"><b>Verify</b> address</a></p>',
        )
    )

    page = client.get("/mailbox/one").text

    assert '<a href="http://127.0.0.1:8000/verify/abc">Verify address</a>' in page
    assert page.count('href="http://127.0.0.1:8000/verify/abc"') == 1
    assert "Open http://127.0.0.1:8000/verify/abc." in page
    assert "dana@example.com" in page


def test_a_link_only_the_text_holds_is_found_too(folder: Folder, client: FlaskClient) -> None:
    folder.carry(letter(text="See http://127.0.0.1:8000/jobs/1 for it."))

    assert 'href="http://127.0.0.1:8000/jobs/1"' in client.get("/mailbox/one").text


def test_what_a_mail_holds_is_never_run(folder: Folder, client: FlaskClient) -> None:
    folder.carry(
        letter(
            text="<script>alert(1)</script>",
            html='<a href="javascript:alert(1)">x</a><script>alert(1)</script>',
            subject="<script>alert(1)</script>",
        )
    )

    page = client.get("/mailbox/one").text

    assert "<script>alert" not in page
    assert 'href="javascript:' not in page


@pytest.mark.parametrize("name", ["none", "..%2f..%2fetc%2fpasswd", "one.eml", "%00", "x" * 5000])
def test_only_mails_that_are_there_are_shown(
    folder: Folder, client: FlaskClient, name: str
) -> None:
    folder.carry(letter())

    assert client.get(f"/mailbox/{name}").status_code in (400, 404)


@pytest.mark.parametrize("path", ["/mailbox", "/mailbox/one"])
def test_production_has_no_mailbox(
    app: Flask, folder: Folder, client: FlaskClient, path: str
) -> None:
    folder.carry(letter())
    app.config["ENVIRONMENT"] = "production"
    try:
        assert client.get(path).status_code == 404
    finally:
        app.config["ENVIRONMENT"] = "test"


def test_there_is_no_mailbox_where_mail_goes_to_a_server(app: Flask, client: FlaskClient) -> None:
    before = app.config["MAIL_URL"]
    app.config["MAIL_URL"] = "smtp+plain://127.0.0.1:2525"
    try:
        assert client.get("/mailbox").status_code == 404
    finally:
        app.config["MAIL_URL"] = before


def test_a_mail_cut_short_is_still_listed(folder: Folder, client: FlaskClient) -> None:
    folder.folder.mkdir(parents=True)
    (folder.folder / "broken.eml").write_bytes(b"Subject: Half\r\nDate: someday\r\nContent-Ty")

    assert client.get("/mailbox").status_code == 200
    assert client.get("/mailbox/broken").status_code == 200
