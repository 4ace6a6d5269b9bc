"""Pages about the listings as a whole: how they are ordered."""

from __future__ import annotations

from email.utils import parseaddr

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from app import taxonomy
from app.access import Who, access
from app.jobs.quality import MARKS, MOST
from app.jobs.services.searching.ranking import MOST_FEATURED, searched_places, ties_in_words
from app.jobs.views.blueprint import bp


@bp.get("/jobs/how-ranking-works")
@access(Who.ANYONE)
def how_ranking_works() -> ResponseReturnValue:
    return render_template(
        "jobs/how_ranking_works.html",
        places=searched_places(),
        ties=ties_in_words(),
        marks=MARKS,
        most=MOST,
        most_featured=MOST_FEATURED,
        hours=taxonomy.HOURS_A_YEAR,
        address=_operator(),
    )


def _operator() -> str:
    """Where the operator reads mail. What sends ours may take none; a postmaster must."""
    name, _, domain = parseaddr(current_app.config["MAIL_FROM"])[1].partition("@")
    takes_none = name.replace("-", "").lower() == "noreply"
    return f"postmaster@{domain}" if takes_none else f"{name}@{domain}"
