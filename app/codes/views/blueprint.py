"""The blueprint every route of codes hangs on, with its commands."""

from __future__ import annotations

from flask import Blueprint
from flask.sansio.blueprints import BlueprintSetupState

from app.codes import chores, commands
from app.codes.views.dates import code_url, dated_url, index_url, system_url
from app.codes.views.fee_chart import fee_chart

__all__ = ["bp", "chores"]  # the chores register themselves

bp = Blueprint("codes", __name__, cli_group=None)
bp.cli.add_command(commands.group)


@bp.record_once
def _teach_templates(state: BlueprintSetupState) -> None:
    """Templates of any feature link to codes on the day that is being read."""
    state.app.jinja_env.globals.update(
        code_url=code_url,
        dated_url=dated_url,
        fee_chart=fee_chart,
        index_url=index_url,
        system_url=system_url,
    )
