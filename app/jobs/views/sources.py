"""Feeds that bring listings in: an organization's own, and all of them on the operators' desk."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import limits
from app.access import Who, access, actor
from app.employers.services import organisation_for
from app.errors import Conflict, Invalid
from app.extensions import db, limiter
from app.jobs.forms import SourceForm
from app.jobs.intake import KINDS
from app.jobs.services.intake import phrases, source_pages, sources
from app.jobs.views.blueprint import bp

ASKED = {
    "role": "Role",
    "engagement": "Employment",
    "place_kind": "Where the work is done",
    "state_code": "State",
    "pay_unit": "Pay",
    "experience": "Experience",
    "settings": "Setting",
}


@bp.route("/employers/<slug>/feeds", methods=["GET", "POST"])
@access(Who.MEMBER)
@limiter.limit(limits.IMPORT_PER_ACCOUNT, key_func=limits.acting_account, methods=["POST"])
def feeds_in(slug: str) -> ResponseReturnValue:
    organisation = organisation_for(actor(), slug)
    form = SourceForm()
    if form.validate_on_submit():
        try:
            if form.file.data:
                source = sources.send_file(
                    actor(),
                    organisation,
                    name=form.file.data.filename or "",
                    content=form.file.data.read(),
                    kind=form.kind.data or "auto",
                )
            else:
                source = sources.add_source(
                    actor(),
                    organisation,
                    url=form.url.data or "",
                    kind=form.kind.data or "auto",
                    schedule=form.schedule.data or "daily",
                )
            db.session.commit()
        except (Invalid, Conflict) as error:
            db.session.rollback()
            form.blame(error)
        else:
            flash("The feed is being read. Reload this page in a moment.", "good")
            return redirect(url_for("jobs.feed_in", slug=slug, source_id=source.id), 303)
    return render_template(
        "jobs/feeds_in.html",
        organisation=organisation,
        form=form,
        rows=source_pages.sources_of(actor(), organisation),
        schedules=sources.SCHEDULES,
        kinds=KINDS,
    ), form.status


@bp.route("/employers/<slug>/feeds/<int:source_id>", methods=["GET", "POST"])
@access(Who.MEMBER)
def feed_in(slug: str, source_id: int) -> ResponseReturnValue:
    """What a feed brought, and what its organization has to say about it."""
    source = sources.source_for(actor(), slug, source_id)
    if request.method == "POST":
        changed = sources.decide_phrases(actor(), source, _answers())
        db.session.commit()
        said = f"Remembered. {changed} read anew." if changed else "Nothing was changed."
        flash(said, "good")
        return redirect(url_for("jobs.feed_in", slug=slug, source_id=source_id), 303)
    page = max(1, request.args.get("page", 1, type=int))
    drafts, last_page = source_pages.drafts_of(source, min(page, 100_000))
    return render_template(
        "jobs/feed_in.html",
        source=source,
        organisation=source.organisation,
        questions=phrases.questions_of(source),
        decided=phrases.questions_of(source, decided=True),
        asked=ASKED,
        runs=source_pages.runs_of(source),
        drafts=drafts,
        page=min(page, last_page),
        last_page=last_page,
        page_url=lambda n: url_for("jobs.feed_in", slug=slug, source_id=source_id, page=n),
        schedules=sources.SCHEDULES,
        kinds=KINDS,
    )


def _answers() -> dict[int, str]:
    """The selects of the form: phrase-12 holds a slug, "-" or nothing."""
    found = {}
    for name, value in request.form.items():
        number = name.removeprefix("phrase-")
        if number != name and number.isascii() and number.isdigit() and int(number) < 2**31:
            found[int(number)] = value
    return found


@bp.post("/employers/<slug>/feeds/<int:source_id>/<action>")
@access(Who.MEMBER)
@limiter.limit(limits.IMPORT_PER_ACCOUNT, key_func=limits.acting_account)
def act_on_feed_in(slug: str, source_id: int, action: str) -> ResponseReturnValue:
    source = sources.source_for(actor(), slug, source_id)
    try:
        said = sources.act_on_source(actor(), source, action)
    except Conflict as error:
        db.session.rollback()
        flash(error.message, "warn")
    else:
        db.session.commit()
        flash(said, "good")
        if action == "remove":
            return redirect(url_for("jobs.feeds_in", slug=slug), 303)
    return redirect(url_for("jobs.feed_in", slug=slug, source_id=source_id), 303)


@bp.get("/desk/feeds")
@access(Who.OPERATOR)
def feeds_on_desk() -> ResponseReturnValue:
    return render_template(
        "jobs/feeds_on_desk.html",
        rows=source_pages.all_sources(actor()),
        schedules=sources.SCHEDULES,
    )


@bp.post("/desk/feeds/<int:source_id>/<action>")
@access(Who.OPERATOR)
def act_on_feed_on_desk(source_id: int, action: str) -> ResponseReturnValue:
    source = sources.source_on_desk(actor(), source_id)
    try:
        said = sources.act_on_source(actor(), source, action)
    except Conflict as error:
        db.session.rollback()
        flash(error.message, "warn")
    else:
        db.session.commit()
        flash(said, "good")
    return redirect(url_for("jobs.feeds_on_desk"), 303)
