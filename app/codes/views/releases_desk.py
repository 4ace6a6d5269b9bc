"""The operators' desk of releases: sending files, what they change, putting them live."""

from __future__ import annotations

from typing import cast

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from app import limits
from app.access import Who, access, actor
from app.codes.forms import ReleaseForm
from app.codes.services.importing import deciding, desk, notices, sending
from app.codes.services.importing.keeping import Arriving, remove_files
from app.codes.views.blueprint import bp
from app.csv_tables import csv_table
from app.downloads import send_csv
from app.errors import Conflict, DomainError, NotFound
from app.extensions import db, limiter


@bp.route("/desk/releases", methods=["GET", "POST"])
@access(Who.OPERATOR)
@limiter.limit(limits.IMPORT_PER_ACCOUNT, key_func=limits.acting_account, methods=["POST"])
def releases_desk() -> ResponseReturnValue:
    form = ReleaseForm()
    if form.validate_on_submit():
        try:
            upload = _send(form)
        except DomainError as error:
            db.session.rollback()
            form.blame(error)
        else:
            return redirect(url_for("codes.upload_desk", upload_id=upload), 303)
    return render_template(
        "codes/desk/releases.html",
        form=form,
        rows=desk.kind_rows(),
        uploads=desk.recent_uploads(),
        missing=desk.notices_missing(),
        accepted=desk.acceptances(),
        notice=notices.NOTICE,
    ), form.status


def _send(form: ReleaseForm) -> int:
    """The id of the upload; its files are gone again where it could not be committed."""
    sent = [file for file in cast("list[FileStorage]", form.files.data) if file.filename]
    arrived = [(file.filename or "", cast("Arriving", file.stream)) for file in sent]
    upload = sending.send_files(
        actor(),
        arrived,
        kind=form.kind.data or "",
        effective=form.effective.data,
        edition=form.edition.data or "",
        accepts=form.accepts.data,
    )
    key = upload.key
    try:
        db.session.commit()
    except Exception:
        remove_files(key)
        raise
    return upload.id


@bp.get("/desk/releases/uploads/<int:upload_id>")
@access(Who.OPERATOR)
def upload_desk(upload_id: int) -> ResponseReturnValue:
    return render_template(
        "codes/desk/upload.html",
        row=desk.upload_row(sending.upload_of(upload_id)),
        notice=notices.NOTICE,
    )


@bp.post("/desk/releases/uploads/<int:upload_id>/<action>")
@access(Who.OPERATOR)
def act_on_upload(upload_id: int, action: str) -> ResponseReturnValue:
    upload = sending.upload_of(upload_id)
    try:
        if action == "accept":
            sending.accept_notices(actor(), upload)
            said = "The notice is accepted, and that is on record. The file is read now."
        elif action == "withdraw":
            sending.withdraw_upload(actor(), upload)
            said = "Withdrawn. The file is deleted."
        else:
            raise NotFound("There is no such action.")
    except Conflict as error:
        db.session.rollback()
        flash(error.message, "warn")
    else:
        key = upload.key
        db.session.commit()
        if action == "withdraw":
            remove_files(key)
        flash(said, "good")
    return redirect(url_for("codes.upload_desk", upload_id=upload_id), 303)


@bp.get("/desk/releases/<int:release_id>")
@access(Who.OPERATOR)
def release_desk(release_id: int) -> ResponseReturnValue:
    release = deciding.release_of(release_id)
    page = min(max(1, request.args.get("page", 1, type=int)), 1000)
    faults, last_page = desk.faults_page(release, page)
    return render_template(
        "codes/desk/release.html",
        found=desk.release_page(release),
        release=release,
        faults=faults,
        page=page,
        last_page=last_page,
        page_url=lambda n: url_for("codes.release_desk", release_id=release_id, page=n),
    )


@bp.get("/desk/releases/<int:release_id>/left-out.csv")
@access(Who.OPERATOR)
def rows_left_out(release_id: int) -> ResponseReturnValue:
    release = deciding.release_of(release_id)
    rows = [(f.file, str(f.line), f.why, f.row) for f in desk.every_fault(release)]
    heading = ("File", "Line", "Why it was left out", "Beginning of the row")
    name = f"{release.kind}-{release.effective_from}-left-out.csv"
    return send_csv(csv_table(heading, rows), name)


@bp.post("/desk/releases/<int:release_id>/<action>")
@access(Who.OPERATOR)
def act_on_release(release_id: int, action: str) -> ResponseReturnValue:
    release = deciding.release_of(release_id)
    try:
        said = deciding.decide(actor(), release, action)
        db.session.commit()
    except Conflict as error:
        db.session.rollback()
        flash(error.message, "warn")
        return _to_release(release_id)
    flash(said, "good")
    if action == "discard":
        return redirect(url_for("codes.releases_desk"), 303)
    return _to_release(release_id)


def _to_release(release_id: int) -> Response:
    return redirect(url_for("codes.release_desk", release_id=release_id), 303)
