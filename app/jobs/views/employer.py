"""An organization's own listings: composing, paying, running them."""

from __future__ import annotations

from app.jobs.views.blueprint import bp  # noqa: F401
