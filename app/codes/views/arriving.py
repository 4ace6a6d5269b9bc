"""How files of releases are received: larger than other uploads, and straight to their folder."""

from __future__ import annotations

from typing import Any

from flask import current_app, g, request
from flask_login import current_user
from werkzeug.formparser import FormDataParser

from app.codes.services.importing.keeping import Arriving
from app.codes.views.blueprint import bp
from app.errors import TooLarge

ENDPOINT = "codes.releases_desk"
FORM = 1024 * 1024  # bytes of a request beside its files


class _StraightToDisk(FormDataParser):
    """Writes each file where it is kept afterwards, not into memory or a folder of others."""

    def __init__(self, *_arguments: Any, **options: Any) -> None:
        super().__init__(**{**options, "stream_factory": _receive})


def _receive(**_told: Any) -> Any:
    arriving = Arriving()
    g.setdefault("arriving", []).append(arriving)
    return arriving


@bp.url_value_preprocessor
def _make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before anything reads the request, which the check against forgery is first to do."""
    if endpoint != ENDPOINT or request.method != "POST":
        return
    if not (current_user.is_authenticated and current_user.is_operator):
        return  # who may not send releases gets no more room than everybody
    limit = current_app.config["MAX_RELEASE_MB"]
    most = limit * 1024 * 1024 + FORM
    if (request.content_length or 0) > most:
        raise TooLarge(f"Files sent together may have {limit} MB (MAX_RELEASE_MB).")
    request.max_content_length = most
    request.form_data_parser_class = _StraightToDisk


@bp.teardown_request
def _close(_error: BaseException | None) -> None:
    """What was not kept goes, also where the sender went away in the middle."""
    for arriving in g.pop("arriving", ()):
        arriving.close()
