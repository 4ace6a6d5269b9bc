"""The operators' page of the search indexes: how they are, what was set aside, rebuilding them."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app import audit, index_rebuilds, indexing, tasks
from app.access import Who, access, actor
from app.errors import NotFound
from app.extensions import db
from app.index_state import search_state
from app.pages.views.blueprint import bp


@bp.get("/desk/search")
@access(Who.OPERATOR)
def search_desk() -> ResponseReturnValue:
    return render_template("pages/search_desk.html", state=search_state())


@bp.post("/desk/search/<name>/rebuild")
@access(Who.OPERATOR)
def rebuild_index(name: str) -> ResponseReturnValue:
    kept = _kept(name)
    operator = actor()
    asked = index_rebuilds.ask(name, reason="Asked for on the desk.", asked_by=operator.id)
    if not asked:
        flash(f"A rebuild of “{kept.title}” is under way already.", "info")
        return _back()
    audit.record("index.rebuild", actor_id=operator.id, subject_kind="index", detail={"name": name})
    db.session.commit()
    flash(f"“{kept.title}” is built anew. The old index answers meanwhile.", "good")
    return _back()


@bp.post("/desk/search/again")
@access(Who.OPERATOR)
def try_all_again() -> ResponseReturnValue:
    return _try_again(None)


@bp.post("/desk/search/again/<int:row_id>")
@access(Who.OPERATOR)
def try_again(row_id: int) -> ResponseReturnValue:
    return _try_again(row_id)


def _try_again(row_id: int | None) -> Response:
    count = tasks.try_again(indexing.kinds(), row_id)
    if count:
        audit.record(
            "index.try_again",
            actor_id=actor().id,
            subject_kind="outbox",
            subject_id=row_id,
            detail={"rows": count},
        )
    db.session.commit()
    flash("It is tried again now." if count else "Nothing is set aside any more.", "good")
    return _back()


def _kept(name: str) -> indexing.Kept:
    for kept in indexing.kept_indexes():
        if kept.name == name:
            return kept
    raise NotFound("There is no such index.")


def _back() -> Response:
    return redirect(url_for("pages.search_desk"), 303)
