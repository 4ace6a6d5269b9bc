"""What anyone reads: the home page, prices, privacy, terms."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from app.access import Who, access
from app.billing.services import PRICES
from app.jobs.services import newest_visible
from app.pages import services
from app.pages.views.blueprint import bp

NEWEST = 8


@bp.get("/")
@access(Who.ANYONE)
def home() -> ResponseReturnValue:
    return render_template(
        "pages/home.html",
        jobs=newest_visible(NEWEST),
        job_count=services.visible_jobs(),
        releases=services.current_releases(),
    )


@bp.get("/pricing")
@access(Who.ANYONE)
def pricing() -> ResponseReturnValue:
    return render_template("pages/pricing.html", prices=PRICES)


@bp.get("/privacy")
@access(Who.ANYONE)
def privacy() -> ResponseReturnValue:
    return render_template("pages/privacy.html")


@bp.get("/terms")
@access(Who.ANYONE)
def terms() -> ResponseReturnValue:
    return render_template("pages/terms.html")
