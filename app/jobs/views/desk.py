"""The moderators' desk: what waits for a decision."""

from __future__ import annotations

from app.jobs.views.blueprint import bp  # noqa: F401
