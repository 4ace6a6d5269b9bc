"""Callers: what each kind may open, and where a log-in may lead back to."""

import pytest
from flask import Flask

from app import access
from app.access import Who, safe_next

OFF_SITE = [
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "\\evil.example",
    "/\\/evil.example",
    "//\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    "/\x00/evil.example",
    "/\x0b/evil.example",
    "\t//evil.example",
    "\n//evil.example",
    " //evil.example",
    "/ /evil.example",
    "//evil.example/%2e%2e",
    "//user@evil.example",
    "//user:password@evil.example",
    "//evil.example:80",
    "//127.0.0.1",
    "//[::1]",
    "//%65vil.example",
    "//evil%E3%80%82example",
    "//\u0435vil.example",
    "http://evil.example",
    "https://evil.example",
    "HTTPS://evil.example",
    "HtTp://evil.example",
    "http:evil.example",
    "http:/evil.example",
    "http:///evil.example",
    "https:evil.example",
    "https:\\\\evil.example",
    "https:/\\evil.example",
    "ftp://evil.example",
    "ws://evil.example",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "java\nscript:alert(1)",
    "javascript://evil.example/%0aalert(1)",
    "\x01javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "mailto:a@evil.example",
    "blob:https://evil.example/1",
    "evil.example",
    "evil.example/path",
    "www.evil.example",
    "@evil.example",
    ".evil.example",
    "?next=//evil.example",
    "#//evil.example",
    "jobs",
    "./jobs",
    "../jobs",
    "",
    None,
    "/\u2028/evil.example",
    "/\u202egnp.exe",
    "/\u200b/evil.example",
    "/jobs\r\nSet-Cookie: session=evil",
    "/jobs\\..\\..\\evil",
    "/" + "a" * 5_000,
]
ON_SITE = [
    "/",
    "/jobs",
    "/jobs?q=cpc&page=2",
    "/codes/icd10cm/E11.9",
    "/jobs/12-inpatient-coder#apply",
    "/jobs?q=a%2F%2Fb",
    "/jobs?back=//x",
    "/codes/search?q=dia%C3%A9",
    "/.//jobs",
]


def test_there_are_sixty_hostile_targets():
    assert len(set(OFF_SITE)) >= 60


@pytest.mark.parametrize("target", OFF_SITE)
def test_a_target_that_leads_off_the_site_is_dropped(target):
    assert safe_next(target) is None


@pytest.mark.parametrize("target", ON_SITE)
def test_a_page_of_ours_is_returned_to(target):
    assert safe_next(target) == target


def test_a_route_that_declares_nobody_stops_the_start(app):
    small = Flask("small", static_folder=None)
    small.add_url_rule("/open", "open", lambda: "")
    with pytest.raises(RuntimeError, match="declare no caller: open"):
        access.refuse_undeclared(small)


def test_a_declared_route_does_not(app):
    small = Flask("small", static_folder=None)
    small.add_url_rule("/open", "open", access.access(Who.ANYONE)(lambda: ""))
    access.refuse_undeclared(small)
    assert access.declared(small, "open") is Who.ANYONE
