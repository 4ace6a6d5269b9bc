"""Coders for a listing, and the invitation to apply, for the members of its organisation."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import limits
from app.access import Who, access, actor
from app.errors import Conflict, NotFound, TooMany
from app.extensions import db, limiter
from app.seekers import services
from app.seekers.services import Wanted
from app.seekers.views.blueprint import bp

LARGEST = 2**31 - 1  # no database holds a larger number as an id


@bp.get("/employers/jobs/<int:job_id>/coders")
@access(Who.MEMBER)
def coders(job_id: int) -> ResponseReturnValue:
    page = max(1, min(request.args.get("page", 1, type=int), 100))
    wanted = Wanted(
        all_required=request.args.get("required") == "all",
        state=request.args.get("state", ""),
        experience=request.args.get("experience", ""),
    )
    found = services.coders_for(actor(), _small(job_id), wanted, page)
    return render_template("seekers/coders.html", found=found)


@bp.post("/employers/jobs/<int:job_id>/coders/<int:profile_id>/invite")
@access(Who.MEMBER)
@limiter.limit(limits.INVITE_PER_ACCOUNT, key_func=limits.acting_account)
def invite(job_id: int, profile_id: int) -> ResponseReturnValue:
    try:
        services.invite(actor(), _small(job_id), _small(profile_id))
    except (Conflict, TooMany) as error:
        db.session.rollback()
        flash(error.message, "warn")
    else:
        db.session.commit()
        flash("The invitation is on its way. The coder answers by applying.", "good")
    there = url_for("seekers.coders", job_id=job_id, _anchor=f"coder-{profile_id}")
    return redirect(there, 303)


def _small(number: int) -> int:
    if number > LARGEST:
        raise NotFound("There is no such listing among yours.")
    return number
