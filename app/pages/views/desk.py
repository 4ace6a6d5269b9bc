"""The moderators' entrance: what waits, and whether the machinery keeps up."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from app.access import Who, access
from app.pages import services
from app.pages.views.blueprint import bp


@bp.get("/desk")
@access(Who.MODERATOR)
def desk() -> ResponseReturnValue:
    return render_template("pages/desk.html", figures=services.desk_figures())
