"""Listings as everyone sees them: search, the listing's page, the fragment of a code page."""

from __future__ import annotations

from app.jobs.views.blueprint import bp  # noqa: F401
