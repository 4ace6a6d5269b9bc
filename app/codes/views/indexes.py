"""The alphabetic indexes: by letter, by main term, by the beginning of a word."""

from __future__ import annotations

from datetime import date

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from app import clock, limits
from app.access import Who, access
from app.codes.services import index_books
from app.codes.services.editions import Edition, editions
from app.codes.services.index_books import LINES, Book, Line, Page
from app.codes.views.blueprint import bp
from app.codes.views.dates import chosen_day, index_url
from app.extensions import limiter

MOST_PAGES = 300


@bp.get("/codes/index/<book>")
@access(Who.ANYONE)
@limiter.limit(limits.SEARCH_PER_ADDRESS)
def index(book: str) -> ResponseReturnValue:
    chosen = chosen_day()
    day = chosen or clock.today()
    opened, edition = index_books.open_book(book, day)
    see = request.args.get("see", "")
    if see:
        return redirect(_meant(edition, opened, see))
    typed = request.args.get("q", "")[: index_books.LONGEST].replace("\x00", "").strip()
    letter = request.args.get("letter", "")[:1].upper()
    at = min(request.args.get("at", 0, type=int), 1 << 30)
    page = min(max(request.args.get("page", 1, type=int), 1), MOST_PAGES)
    term: Line | None = None
    asked: dict[str, object]
    if typed:
        found, asked = (
            index_books.beginning_with(edition, opened, typed, _offset(page)),
            {"q": typed},
        )
    elif at > 0:
        term, before = index_books.term_at(edition, opened, at)
        if "page" not in request.args:
            page = (at - term.position) // LINES + 1
        found = index_books.of_term(edition, opened, term.position, before, _offset(page))
        asked = {"at": str(term.position)}
    elif letter:
        found = index_books.of_letter(edition, opened, letter, _offset(page))
        asked = {"letter": letter}
    else:
        found, asked = Page((), 0), {}
    return render_template(
        "codes/index.html",
        book=opened,
        edition=edition,
        columns=_columns(edition, opened),
        letters=index_books.letters(edition, opened),
        letter=letter,
        typed=typed,
        term=term,
        at=at,
        found=found,
        known=index_books.known_codes(editions().on(opened.system, day), found.lines),
        page=page,
        last_page=max(-(-found.total // LINES), 1),
        page_address=lambda number: index_url(opened.name, None, **asked, page=number),
        others=_others(day),
        day=chosen,
        action=request.path,
    )


def _offset(page: int) -> int:
    return (page - 1) * LINES


def _meant(edition: Edition, book: Book, see: str) -> str:
    """Where a "see" leads: to the line it means, else to the terms that begin with its word."""
    position = index_books.follow(edition, book, see)
    if position is not None:
        return index_url(book.name, position)
    return index_url(book.name, q=see.split(",")[0].strip()[: index_books.LONGEST])


def _columns(edition: Edition, book: Book) -> list[tuple[str, str]]:
    """Of a table: the number and the heading of each column with codes."""
    if not book.columns:
        return []
    numbers = (str(number) for number in range(2, 8))
    return [(n, edition.legend.get(f"{book.name}.{n}", f"Column {n}")) for n in numbers]


def _others(day: date) -> list[Book]:
    return [index_books.BOOKS[name] for name in index_books.books_on(day)]
