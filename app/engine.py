"""The search engine of this process, opened from the setting on first use."""

from __future__ import annotations

import threading

from flask import Flask, current_app

from search import open_engine
from search.contract import SearchEngine

_opening = threading.Lock()


def engine() -> SearchEngine:
    """The engine the settings name, behind its circuit breaker."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
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
