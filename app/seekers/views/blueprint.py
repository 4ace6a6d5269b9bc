"""The blueprint every route of seekers hangs on."""

from __future__ import annotations

from flask import Blueprint

from app.seekers import commands, models  # noqa: F401 - the tables exist wherever the routes do

bp = Blueprint("seekers", __name__, cli_group=None)
bp.cli.add_command(commands.group)
