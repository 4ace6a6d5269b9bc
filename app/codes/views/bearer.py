"""Who asks for JSON: the account of a key, whoever is logged in, or a guest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import after_this_request, g, request
from flask_limiter.errors import RateLimitExceeded
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response

from app import limits
from app.codes.services.keys import KeyHolder, holder_of, note_key_use
from app.errors import NotPermitted, TooMany
from app.extensions import db, limiter

_REALM: dict[str, str | None] = {"realm": "codes", "error": "invalid_token"}


@contextmanager
def asking() -> Iterator[None]:
    """For as long as it lasts, whoever's key comes with the request is the current user.

    No session is opened, and nothing but the views that use this look at a key. Without a key it
    is whoever is logged in, or a guest. Raises Unauthorized, NotPermitted or TooMany.
    """
    given = request.headers.get("Authorization", "")
    if not given:
        with limiter.limit(limits.SEARCH_PER_ADDRESS):
            yield
        return
    holder = _holder(given)
    try:
        with limiter.limit(
            limits.API_PER_KEY, key_func=lambda: f"key:{holder.key_id}", scope="api-key"
        ):
            pass
    except RateLimitExceeded as error:
        after_this_request(_retry_later)
        raise TooMany(
            "This key has asked 60 times within a minute. Wait a minute, then go on."
        ) from error
    if note_key_use(holder):
        db.session.commit()
    g._login_user = holder  # where flask-login keeps the user of a request
    yield


def _holder(given: str) -> KeyHolder:
    kind, _, text = given.partition(" ")
    holder = holder_of(text.strip()) if kind.lower() == "bearer" else None
    if holder is None:
        raise Unauthorized(
            "This key is not known here, or was revoked. Send it as “Authorization: Bearer cc_…”; "
            "keys are made at /account/api-keys.",
            www_authenticate=WWWAuthenticate("bearer", _REALM),
        )
    if not holder.is_verified:
        raise NotPermitted(
            "The e-mail address of the account this key belongs to is not confirmed. Confirm it, "
            "then the key works."
        )
    return holder


def _retry_later(response: Response) -> Response:
    response.headers["Retry-After"] = "60"
    return response
