"""Web addresses people typed: made whole and safe to link to, or refused."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from app.errors import Invalid

LONGEST = 300

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+")
_UNSAFE = re.compile(r"[\s\x00-\x1f\x7f<>\"'\\^`{|}]")


def web_address(typed: str, *, field: str) -> str:
    """The address with its scheme. Raises Invalid, blaming `field`."""
    text = typed.strip()
    if "://" not in text:
        text = f"https://{text}"
    if len(text) > LONGEST:
        raise Invalid(f"The web address must have {LONGEST} characters or fewer.", field=field)
    refusal = Invalid("Enter a web address, such as https://www.example.org", field=field)
    if _UNSAFE.search(text):
        raise refusal
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").encode("idna").decode()
        _port = parts.port  # reading it is what checks it
    except ValueError as error:
        raise refusal from error
    if parts.scheme.lower() not in ("http", "https") or parts.username is not None:
        raise refusal
    # The last label of a public name has a letter: this refuses every numeric address as well.
    if not _HOST.fullmatch(host.lower()) or not re.search(r"[a-z]", host.rpartition(".")[2]):
        raise refusal
    return text
