"""Telling search engines of a page that came, changed or went: IndexNow, and Google's Indexing API.

Both are off while their setting is empty. A failure that passes is raised for the outbox to try
again; one that will not pass is raised as Permanent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from google.auth.exceptions import GoogleAuthError
from google.auth.transport import Request, Response
from google.oauth2.service_account import Credentials

from app import outbound
from app.mail import absolute_url
from app.tasks import Permanent, Unreachable

MOST_URLS = 10_000  # of one message to IndexNow
SCOPES = ("https://www.googleapis.com/auth/indexing",)
_JSON = "application/json; charset=utf-8"
_BUSY = 429
_FAILED = 500


def tells_indexnow() -> bool:
    return bool(current_app.config["INDEXNOW_KEY"])


def tells_google() -> bool:
    return bool(current_app.config["GOOGLE_INDEXING_CREDENTIALS"])


def tell_indexnow(urls: Sequence[str]) -> None:
    """Name pages to every engine that takes part; see https://www.indexnow.org/documentation."""
    key = current_app.config["INDEXNOW_KEY"]
    body = {
        "host": urlsplit(current_app.config["BASE_URL"]).netloc,
        "key": key,
        "keyLocation": absolute_url("pages.indexnow_key", key=key),
        "urlList": list(urls[:MOST_URLS]),
    }
    _sent("IndexNow", current_app.config["INDEXNOW_URL"], body)


def tell_google(url: str, *, gone: bool) -> None:
    """One notification; see https://developers.google.com/search/apis/indexing-api/v3/using-api."""
    body = {"url": url, "type": "URL_DELETED" if gone else "URL_UPDATED"}
    headers = {"Authorization": f"Bearer {_token()}"}
    _sent("Google", current_app.config["GOOGLE_INDEXING_URL"], body, headers)


def _sent(whom: str, address: str, body: Mapping[str, Any], headers: Any = None) -> None:
    content = json.dumps(body).encode()
    answer = _post(address, content, content_type=_JSON, headers=headers)
    if answer.status == _BUSY or answer.status >= _FAILED:
        raise Unreachable(f"{whom} answered {answer.status}")
    if not 200 <= answer.status < 300:
        told = answer.body[:200].decode("utf-8", "replace")
        raise Permanent(f"{whom} refuses: {answer.status} {told}")


def _post(address: str, content: bytes, **options: Any) -> outbound.Answer:
    try:
        return outbound.post(address, content, **options)
    except outbound.Refused as error:
        raise Permanent(f"{address}: {error.message}") from error


def _token() -> str:
    """An access token of the service account, kept until it is about to run out."""
    path = current_app.config["GOOGLE_INDEXING_CREDENTIALS"]
    kept: dict[str, Credentials] = current_app.extensions.setdefault("google_credentials", {})
    try:
        if path not in kept:
            kept[path] = Credentials.from_service_account_file(path, scopes=SCOPES)  # type: ignore[no-untyped-call]
        if not kept[path].valid:
            kept[path].refresh(_Transport())  # type: ignore[no-untyped-call]
    except (OSError, ValueError, GoogleAuthError) as error:
        raise Permanent(f"no token for Google's Indexing API: {error}") from error
    return str(kept[path].token)


class _Answer(Response):
    def __init__(self, answer: outbound.Answer) -> None:
        self._answer = answer

    @property
    def status(self) -> int:
        return self._answer.status

    @property
    def headers(self) -> Mapping[str, str]:
        return self._answer.headers

    @property
    def data(self) -> bytes:
        return self._answer.body


class _Transport(Request):
    """Google's library asks for its tokens by our own road, which reaches no private network."""

    def __call__(
        self,
        url: str,
        method: str = "POST",  # noqa: ARG002 - tokens are asked for by no other
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002 - our road has limits of its own
        **_: Any,
    ) -> _Answer:
        sent = dict(headers or {})
        kind = sent.pop("Content-Type", "application/x-www-form-urlencoded")
        answer = _post(url, body or b"", content_type=kind, headers=sent)
        if answer.status == _BUSY or answer.status >= _FAILED:
            # The library would wait and ask again; the outbox does that better.
            raise Unreachable(f"Google's token service answered {answer.status}")
        return _Answer(answer)
