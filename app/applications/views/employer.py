"""An employer's applications: the board, one application, its résumé, the export."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import limits
from app.access import Who, access, actor
from app.applications import services
from app.applications.documents import credential_labels
from app.applications.forms import MOVABLE, MoveForm
from app.applications.models import STAGES, Application, Stage
from app.applications.views.blueprint import bp
from app.downloads import send_csv, send_document
from app.errors import Conflict, Invalid
from app.extensions import db, limiter
from app.seekers.services import coder_sent, match, note_access


@bp.get("/employers/jobs/<int:job_id>/applications")
@access(Who.MEMBER)
def pipeline(job_id: int) -> ResponseReturnValue:
    text = request.args.get("q", "")[:100]
    wanted = request.args.get("stage", "")
    common = {"text": text, "labels": STAGES, "credentials": credential_labels}
    if wanted:
        stage = Stage(wanted) if wanted in tuple(Stage) else None
        page = max(1, min(request.args.get("page", 1, type=int), 10_000))
        found = services.listed(actor(), job_id, stage=stage, text=text, page=page)
        return render_template(
            "applications/list.html", found=found, stage=stage, page=page, **common
        )
    board = services.board_of(actor(), job_id, text=text)
    return render_template("applications/pipeline.html", board=board, movable=MOVABLE, **common)


@bp.get("/employers/applications/<int:application_id>")
@access(Who.MEMBER)
def review(application_id: int) -> ResponseReturnValue:
    found = services.application_for(actor(), application_id)
    return _page(found, MoveForm(formdata=None, stage=found.stage, was=found.stage))


@bp.post("/employers/applications/<int:application_id>/move")
@access(Who.MEMBER)
@limiter.limit(limits.MOVE_PER_ACCOUNT, key_func=limits.acting_account)
def move(application_id: int) -> ResponseReturnValue:
    form = MoveForm()
    if form.validate():
        try:
            moved = services.move(
                actor(),
                application_id,
                was=form.stage_seen(),
                to=Stage(form.stage.data),
                message=form.message.data or "",
            )
        except (Conflict, Invalid) as error:
            db.session.rollback()
            form.blame(error)
        else:
            return _moved(moved)
    found = services.application_for(actor(), application_id)
    if form.form_errors:  # the page tells what has changed meanwhile, so it has been seen
        form.was.data = found.stage
    return _page(found, form)


def _moved(application: Application) -> ResponseReturnValue:
    name, label = application.snapshot.get("name", ""), STAGES[Stage(application.stage)]
    there = url_for("applications.review", application_id=application.id)
    if request.form.get("back") == "board":
        there = url_for(
            "applications.pipeline", job_id=application.job_id, _anchor=f"a{application.id}"
        )
    db.session.commit()
    flash(f"{name}: {label}", "good")
    return redirect(there)


def _page(found: Application, form: MoveForm) -> ResponseReturnValue:
    page = render_template(
        "applications/review.html",
        application=found,
        form=form,
        labels=STAGES,
        match=match(found.job, coder_sent(found.snapshot)),
    )
    return page, form.status


@bp.get("/employers/applications/<int:application_id>/resume")
@access(Who.MEMBER)
def resume(application_id: int) -> ResponseReturnValue:
    stored = services.resume_for(actor(), application_id)
    response = send_document(stored)
    note_access(actor(), stored)
    db.session.commit()
    return response


@bp.get("/employers/jobs/<int:job_id>/applications.csv")
@access(Who.MEMBER)
def export(job_id: int) -> ResponseReturnValue:
    content = services.export(actor(), job_id)
    db.session.commit()
    return send_csv(content, f"applications-{job_id}.csv")
