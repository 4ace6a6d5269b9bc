"""The blueprint every route of jobs hangs on, with its commands."""

from __future__ import annotations

from flask import Blueprint

from app.jobs import commands

bp = Blueprint("jobs", __name__, cli_group=None)
bp.cli.add_command(commands.group)
bp.cli.add_command(commands.load)
