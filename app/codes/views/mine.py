"""“Your codes”: favorites by folder, notes, what was opened, and all of it to take away."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, json, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Who, access, actor
from app.codes.forms import FolderForm
from app.codes.services import own
from app.codes.views.blueprint import bp
from app.codes.views.own import keeping
from app.errors import Conflict, Invalid, NotFound
from app.extensions import db
from app.forms import tidy

LISTS = {"favorites": "Favorites", "notes": "Notes", "history": "History"}
LONGEST = 200  # characters of a search that are read
LOOSE = "none"  # in the address: favorites that lie in no folder


@bp.get("/codes/mine")
@access(Who.ACCOUNT)
def mine() -> ResponseReturnValue:
    return _page(FolderForm(formdata=None))


@bp.post("/codes/mine/folders")
@access(Who.ACCOUNT)
@keeping
def create_folder() -> ResponseReturnValue:
    form = FolderForm()
    if form.validate_on_submit():
        try:
            folder_id = own.create_folder(actor(), form.name.data)
        except (Invalid, Conflict) as error:
            db.session.rollback()
            form.blame(error)
        else:
            db.session.commit()
            flash("The folder is made.", "good")
            return redirect(url_for("codes.mine", folder=folder_id))
    return _page(form), form.status


@bp.post("/codes/mine/folders/<int:folder_id>")
@access(Who.OWNER)
@keeping
def change_folder(folder_id: int) -> ResponseReturnValue:
    """Rename a folder, or delete it."""
    account = actor()
    own.find_folder(account, folder_id)
    try:
        if request.form.get("action") == "delete":
            left = own.delete_folder(account, folder_id)
            told = "The folder is deleted."
            told += " Its codes are still favorites, in no folder." if left else ""
            target = url_for("codes.mine")
        else:
            own.rename_folder(account, folder_id, str(tidy(request.form.get("name", ""))))
            told, target = "The folder is renamed.", url_for("codes.mine", folder=folder_id)
    except (Invalid, Conflict) as error:
        db.session.rollback()
        flash(error.message, "error")
        return redirect(url_for("codes.mine", folder=folder_id))
    db.session.commit()
    flash(told, "good")
    return redirect(target)


@bp.post("/codes/mine/favorites/<int:favorite_id>")
@access(Who.OWNER)
@keeping
def change_favorite(favorite_id: int) -> ResponseReturnValue:
    """Move a favorite to another folder, or remove it."""
    account = actor()
    own.find_favorite(account, favorite_id)
    if request.form.get("action") == "remove":
        own.remove_favorite(account, favorite_id)
        told = "The code is no favorite any more."
    else:
        folder_id = own.folder_for(account, request.form.get("folder", ""))
        own.move_favorite(account, favorite_id, folder_id)
        told = "The code is moved."
    db.session.commit()
    flash(told, "good")
    return redirect(_shown_before())


@bp.post("/codes/mine/history")
@access(Who.ACCOUNT)
@keeping
def clear_history() -> ResponseReturnValue:
    own.clear_history(actor())
    db.session.commit()
    flash("Your history is empty now.", "good")
    return redirect(url_for("codes.mine", show="history"))


@bp.get("/codes/mine.csv")
@access(Who.ACCOUNT)
def mine_as_csv() -> ResponseReturnValue:
    return _download(own.export_own(actor()).as_csv(), "text/csv", "your-codes.csv")


@bp.get("/codes/mine.json")
@access(Who.ACCOUNT)
def mine_as_json() -> ResponseReturnValue:
    text = json.dumps(own.export_own(actor()).as_plain(), indent=1, ensure_ascii=False)
    return _download(text, "application/json", "your-codes.json")


def _download(text: str, mimetype: str, name: str) -> Response:
    response = Response(text, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _page(form: FolderForm) -> str:
    account, args = actor(), request.args
    show = args.get("show", "")
    show = show if show in LISTS else "favorites"
    page = args.get("page", 1, type=int)
    typed = args.get("q", "")[:LONGEST].replace("\x00", "").strip()
    folder = _folder()
    if show == "notes":
        listed = own.notes_page(account, typed, page)
    elif show == "history":
        listed = own.history_page(account, page)
    else:
        listed = own.favorites_page(account, folder_id=folder, loose=_is_loose(), page=page)
    folders = own.folders_of(account)
    chosen: dict[str, Any] = {"show": show if show != "favorites" else None, "q": typed or None}
    chosen["folder"] = folder or (LOOSE if _is_loose() else None)
    return render_template(
        "codes/mine.html",
        form=form,
        lists=LISTS,
        show=show,
        listed=listed,
        folders=folders,
        folder=next((f for f, _ in folders if f.id == folder), None),
        is_loose=_is_loose(),
        typed=typed,
        chosen=chosen,
        page_address=lambda number: url_for("codes.mine", **chosen, page=number),
    )


def _is_loose() -> bool:
    return request.args.get("folder") == LOOSE


def _folder() -> int | None:
    """The folder in the address. Raises NotFound for another's."""
    typed = request.args.get("folder", "")
    if not typed or _is_loose():
        return None
    if not (typed.isascii() and typed.isdigit()) or len(typed) > 18:
        raise NotFound("There is no such folder.")
    return own.find_folder(actor(), int(typed)).id


def _shown_before() -> str:
    """The list a form stood on, whose folder and page its address repeats."""
    wanted = {name: request.args[name] for name in ("folder", "page") if name in request.args}
    return url_for("codes.mine", **wanted)  # type: ignore[arg-type]
