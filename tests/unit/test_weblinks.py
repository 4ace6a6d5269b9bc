"""Web addresses people type: completed where they can only mean one thing, refused otherwise."""

from __future__ import annotations

import pytest

from app.errors import Invalid
from app.weblinks import LONGEST, web_address


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("example.org", "https://example.org"),
        (" https://example.org/jobs?id=1#top ", "https://example.org/jobs?id=1#top"),
        ("http://example.org:8080/a%20b", "http://example.org:8080/a%20b"),
        ("HTTPS://Example.ORG", "HTTPS://Example.ORG"),
        ("xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("bücher.example", "https://bücher.example"),
    ],
)
def test_an_address_is_made_whole(typed: str, address: str) -> None:
    assert web_address(typed, field="website") == address


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "example",
        "localhost:8000",
        "javascript:alert(1)",
        "javascript://example.org/%0aalert(1)",
        "data:text/html,x",
        "ftp://example.org",
        "//example.org",
        "https://",
        "https://.org",
        "https://a..org",
        "https://-a.org",
        "https://user@example.org",
        "https://user:pass@example.org",
        "https://@example.org",
        "http://127.0.0.1",
        "http://2130706433",
        "http://0x7f.0.0.1",
        "http://[::1]",
        "http://[bad",
        "https://example.org:99999",
        "https://example.org:x",
        "https://exa mple.org",
        "https://example.org/\nx",
        "https://example.org/\"onclick='x'",
        "https://example.org/<script>",
        "https://example.org\\@evil.example",
        "https://example.org/" + "a" * LONGEST,
        "https://" + "a" * 64 + ".org",
    ],
)
def test_anything_else_is_refused_at_its_field(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        web_address(typed, field="website")
    assert refused.value.field == "website"
