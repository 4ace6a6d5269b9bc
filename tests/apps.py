"""Applications that tests make beside the common one, and how they are put away."""

from __future__ import annotations

from flask import Flask

from app.extensions import db, limiter


def put_away(app: Flask) -> None:
    """Close what an application holds open, and leave its limits off for the others."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    app.extensions["queue"].storage.close()
    for name in ("search_engine", "payments"):
        if name in app.extensions:
            app.extensions.pop(name).close()
    limiter.enabled = False  # there is one for all applications, and each gives it a new storage
