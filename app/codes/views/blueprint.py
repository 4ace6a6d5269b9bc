"""The blueprint every route of codes hangs on, with its commands."""

from __future__ import annotations

from flask import Blueprint

from app.codes import commands

bp = Blueprint("codes", __name__, cli_group=None)
bp.cli.add_command(commands.group)
