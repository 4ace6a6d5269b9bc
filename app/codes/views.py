"""Routes of codes."""

from __future__ import annotations

from flask import Blueprint

from app.codes import commands, models  # noqa: F401

bp = Blueprint("codes", __name__, cli_group=None)
bp.cli.add_command(commands.group)
