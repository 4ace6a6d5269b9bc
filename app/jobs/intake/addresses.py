"""The address at which a feed is read, from the address that people see of it."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

# Where the boards of Greenhouse and Lever are shown, and where their official interfaces are.
_GREENHOUSE = re.compile(r"(?:job-)?boards(?:\.eu)?\.greenhouse\.io")
_LEVER = {"jobs.lever.co": "api.lever.co", "jobs.eu.lever.co": "api.eu.lever.co"}
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


def feed_address(address: str) -> str:
    """The interface behind the page of a Greenhouse or Lever board; any other address as it is."""
    parts = urlsplit(address.strip())
    host = (parts.hostname or "").lower()
    first = parts.path.strip("/").partition("/")[0]
    if _GREENHOUSE.fullmatch(host):
        board = (parse_qs(parts.query).get("for") or [""])[0] if first == "embed" else first
        if _TOKEN.fullmatch(board):
            return (
                f"https://boards-api.greenhouse.io/v1/boards/{board}/jobs"
                "?content=true&pay_transparency=true"
            )
    if host in _LEVER and _TOKEN.fullmatch(first):
        return f"https://{_LEVER[host]}/v0/postings/{first}?mode=json"
    return address.strip()
