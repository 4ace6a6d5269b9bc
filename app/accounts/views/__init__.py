"""Routes of accounts: the way in, one's own settings, and who is logged in on each request."""

from __future__ import annotations

from app.accounts.commands import staff
from app.accounts.views import entry, recovery, settings, verification
from app.accounts.views.blueprint import bp

bp.cli.add_command(staff)

__all__ = ["bp", "entry", "recovery", "settings", "verification"]
