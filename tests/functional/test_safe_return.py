"""After log-in the visitor is back where they were, and never on another site."""

from __future__ import annotations

import pytest

from tests.factories.accounts import PASSWORD, make_account

OFF_SITE = [
    "https://evil.example", "http://evil.example", "HTTPS://evil.example", "//evil.example",
    "///evil.example", "////evil.example", "/\\evil.example", "\\/evil.example", "\\\\evil.example",
    "/\t/evil.example", "/\n/evil.example", "/\r/evil.example", "\t//evil.example",
    " //evil.example", "/%0d%0aLocation: https://evil.example\r\n", "http:evil.example",
    "https:/evil.example", "https:///evil.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:x",
    "file:///etc/passwd", "ftp://evil.example", "evil.example", "evil.example/codes",
    "@evil.example",
    "http://127.0.0.1:8000@evil.example/", "?next=//evil.example", "#//evil.example", "",
    "/\\/evil.example", "\\evil.example", "//evil.example/%2f..", "//evil.example#/codes",
    "//evil.example?/codes", "//evil\u3002example", "\u2044\u2044evil.example",
    "http://[::1]/", "//[::1]/", "//0x7f000001", "///\\;@evil.example", "/ /\t\\evil.example",
    "mailto:x@evil.example", "blob:https://evil.example/x", "about:blank", "ws://evil.example",
    "http://evil.example\\@good", "https://evil.example/" + "a" * 3000, "./\\evil.example",
    "..//evil.example", "/\x0b/evil.example", "/\x0c/evil.example", "\x01//evil.example",
    "\u00a0//evil.example", "http://a:b@evil.example",
    "//user@evil.example",
]  # fmt: skip


@pytest.mark.parametrize("target", OFF_SITE)
def test_no_spelling_of_another_site_is_followed(client, target):
    make_account(email="ann@example.com")
    sent = client.post(
        "/log-in",
        query_string={"next": target},
        data={"email": "ann@example.com", "password": PASSWORD},
    )
    assert (sent.status_code, sent.location) == (302, "/")


@pytest.mark.parametrize("target", ["/codes", "/codes/icd10cm/E11.9?date=2026-10-01&x=a%20b",
                                    "/jobs?q=https://example.com//x", "/"])  # fmt: skip
def test_a_page_of_this_site_is(client, target):
    make_account(email="ann@example.com")
    sent = client.post(
        "/log-in",
        query_string={"next": target},
        data={"email": "ann@example.com", "password": PASSWORD},
    )
    assert sent.location == target


def test_whoever_is_logged_in_already_goes_straight_there(client_of):
    browser = client_of(make_account())
    for path in ("/log-in", "/register"):
        assert browser.get(path, query_string={"next": "/codes"}).location == "/codes"
        assert browser.get(path, query_string={"next": "//evil.example"}).location == "/"
