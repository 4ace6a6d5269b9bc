"""A feed of any of the kinds we read: what it is, in which letters, and what it holds."""

from __future__ import annotations

import codecs
import json
import zlib
from collections.abc import Callable
from typing import Any

from app.jobs.intake.greenhouse import read_greenhouse
from app.jobs.intake.indeed import read_indeed
from app.jobs.intake.jsonld import read_jsonld, read_page
from app.jobs.intake.lever import read_lever
from app.jobs.intake.posting import Reading, Unreadable
from app.jobs.intake.table import looks_like_table, read_table

KINDS = {
    "auto": "Find out by itself",
    "indeed": "Indeed XML",
    "greenhouse": "Greenhouse job board",
    "lever": "Lever postings",
    "jsonld": "A web page with JobPosting data",
    "csv": "CSV table",
}
MOST_BYTES = 20 * 1024 * 1024
_OTHER_FILES = {
    b"PK\x03\x04": "a ZIP archive or an Excel file; save it as CSV",
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an Office document; save it as CSV",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}


def read_feed(content: bytes, kind: str = "auto", address: str = "") -> Reading:
    """What a feed holds. Raises Unreadable, which says what is wrong, where it is none at all.

    `address` is where a page came from.
    """
    content = _unpacked(content)
    if len(content) > MOST_BYTES:
        raise Unreadable(f"The feed is larger than {MOST_BYTES // 2**20} MB.")
    if not content.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise Unreadable("The feed is empty.")
    found = recognise(content)
    if kind not in ("auto", found):
        raise Unreadable(f"This is not {_called(kind)}: it looks like {_called(found)}.")
    return _READERS[found](content, address).without_twins()


def recognise(content: bytes) -> str:
    """The kind of a feed by what it begins with. Raises Unreadable where it is none we know."""
    for begins, what in _OTHER_FILES.items():
        if content.startswith(begins):
            raise Unreadable(f"This is {what}.")
    start = decoded(content[:4_096]).lstrip("\ufeff \t\r\n").lower()
    if start.startswith("<"):
        is_page = "<html" in start or start.startswith("<!doctype html") or "<head" in start
        return "jsonld" if is_page else "indeed"
    if start.startswith(("[", "{")):
        return _kind_of_json(_json(content))
    if looks_like_table(decoded(content)):
        return "csv"
    raise Unreadable("This is no feed we know: neither XML, JSON, a web page nor a table.")


def decoded(content: bytes) -> str:
    """Text in UTF-8 or UTF-16 by its mark, or UTF-8, or what Windows wrote."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            return content.decode("utf-8-sig", "replace")
        return content.decode("cp1252", "replace")


def _unpacked(content: bytes) -> bytes:
    if not content.startswith(b"\x1f\x8b"):
        return content
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(content, MOST_BYTES + 1)
    except zlib.error as error:
        raise Unreadable("The packed file is damaged.") from error
    if len(plain) <= MOST_BYTES and not unpacker.eof:
        raise Unreadable("The packed file is not whole.")
    return plain


def _json(content: bytes) -> Any:
    try:
        return json.loads(decoded(content), parse_constant=lambda _: None)
    except RecursionError as error:
        raise Unreadable("The JSON is nested too deeply.") from error
    except ValueError as error:
        raise Unreadable(f"The JSON is broken or not whole: {str(error)[:120]}.") from error


def _kind_of_json(data: Any) -> str:
    if isinstance(data, dict) and "jobs" in data:
        return "greenhouse"
    if isinstance(data, dict) and ("@graph" in data or "@type" in data):
        return "jsonld"
    if isinstance(data, list):
        typed = any(isinstance(item, dict) and "@type" in item for item in data[:5])
        return "jsonld" if typed else "lever"
    raise Unreadable("This JSON is neither a Greenhouse board nor a list of Lever postings.")


def _page(content: bytes, address: str) -> Reading:
    text = decoded(content)
    if text.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        return read_jsonld(_json(content), address)
    return read_page(text, address)


def _called(kind: str) -> str:
    return KINDS.get(kind, kind)


_READERS: dict[str, Callable[[bytes, str], Reading]] = {
    "indeed": lambda content, _: read_indeed(content),
    "greenhouse": lambda content, _: read_greenhouse(_json(content)),
    "lever": lambda content, _: read_lever(_json(content)),
    "jsonld": _page,
    "csv": lambda content, _: read_table(decoded(content)),
}
