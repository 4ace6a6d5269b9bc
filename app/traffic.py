"""Each request: refused where malformed, numbered, timed, counted, and told in one line of log."""

from __future__ import annotations

import logging
import re
import time
import uuid
from functools import cache

from flask import Flask, Response, current_app, g, request
from prometheus_client import Counter, Histogram
from werkzeug.routing import IntegerConverter

from app.errors import DomainError

log = logging.getLogger(__name__)

REQUESTS = Counter("careercenter_requests", "Requests answered.", ("endpoint", "method", "status"))
SECONDS = Histogram(
    "careercenter_request_seconds",
    "Time to answer a request.",
    ("endpoint",),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
UNCOUNTED = frozenset({"static"})

# Looking a series up by its labels costs more than counting in it. There are as many as endpoints
# have methods and answers: a few hundred.
_counter = cache(REQUESTS.labels)
_histogram = cache(SECONDS.labels)

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class RowNumber(IntegerConverter):
    """`<int:…>` in a route: at most what a column can hold, so that a longer one is not found."""

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **{"max": 2**31 - 1, **options})  # type: ignore[arg-type]


def _begin() -> None:
    g.started = time.perf_counter()
    given = request.headers.get("X-Request-ID", "") if g.get("behind_proxy") else ""
    g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    if request.mimetype != "multipart/form-data":
        # Only files are large. Flask holds the other kinds to the size of files alone.
        request.max_content_length = current_app.config["MAX_FORM_MEMORY_SIZE"]
    # No database and no file system takes a NUL; no person types one.
    if "\x00" in request.path or b"%00" in request.query_string:
        raise DomainError("The address holds a character that no page here uses.")


def _end(response: Response) -> Response:
    if "started" not in g:
        return response  # refused before anything began
    response.headers["X-Request-ID"] = g.request_id
    endpoint = request.endpoint or "none"
    if endpoint in UNCOUNTED:
        return response
    seconds = time.perf_counter() - g.started
    method = request.method if request.method in METHODS else "other"
    _counter(endpoint, method, response.status_code).inc()
    _histogram(endpoint).observe(seconds)
    # The endpoint, never the path: a path may hold a token or a search.
    log.info(
        "%s %s %s",
        method,
        endpoint,
        response.status_code,
        extra={"status": response.status_code, "ms": round(seconds * 1000, 1)},
    )
    return response


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = RowNumber
    proxied = bool(app.config["TRUSTED_PROXIES"])

    @app.before_request
    def begin() -> None:
        g.behind_proxy = proxied
        _begin()

    app.after_request(_end)
