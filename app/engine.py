"""The search engine of this process, opened from the setting on first use."""

from __future__ import annotations

import threading

import click
from flask import Flask, current_app

from search import open_engine
from search.contract import SearchEngine

_opening = threading.Lock()


def engine() -> SearchEngine:
    """The engine the settings name, behind its circuit breaker."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    if click.get_current_context(silent=True):
        require_writing_key()  # only visitors just search; what a command opens, it writes to
    with _opening:
        if "search_engine" not in app.extensions:
            app.extensions["search_engine"] = open_engine(
                app.config["SEARCH_URL"],
                search_key=app.config["SEARCH_KEY"],
                admin_key=app.config["SEARCH_ADMIN_KEY"],
                prefix=app.config["SEARCH_PREFIX"],
            )
    found: SearchEngine = app.extensions["search_engine"]
    return found


def require_writing_key() -> None:
    """Raises ClickException for a process that is to write to Meilisearch but may only search."""
    config = current_app.config
    server = config["SEARCH_URL"].startswith("http")
    # A server of one's own machine may have no keys at all.
    if server and config["SEARCH_KEY"] and not config["SEARCH_ADMIN_KEY"]:
        raise click.ClickException(
            "SEARCH_ADMIN_KEY is not set, and without it nothing can be written to Meilisearch. "
            "Under compose the worker has it: docker compose exec worker …"
        )
