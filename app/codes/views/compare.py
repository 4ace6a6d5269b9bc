"""Two to four codes side by side; each is counted as its own page would be."""

from __future__ import annotations

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from app import clock, limits
from app.access import Who, access
from app.codes.models import SYSTEMS
from app.codes.services.comparison import MOST, compared, named_codes, subjects_of
from app.codes.services.gates import Reader
from app.codes.services.reference.subject import Subject
from app.codes.views.blueprint import bp
from app.codes.views.counting import Counted, count_view
from app.codes.views.dates import chosen_day
from app.errors import Invalid, NotFound
from app.extensions import limiter

LONGEST = 60  # characters of one code that are read


@bp.get("/codes/compare")
@access(Who.ANYONE)
@limiter.limit(limits.SEARCH_PER_ADDRESS)
def compare() -> ResponseReturnValue:
    day = chosen_day()
    typed = [code[:LONGEST] for code in request.args.getlist("c") if code.strip()][: MOST + 1]
    if not typed:
        return _page([], typed, "")
    try:
        subjects = subjects_of(named_codes(typed), day or clock.today())
    except (Invalid, NotFound) as error:
        return _page([], typed, str(error)), 422
    counted = _counted(subjects)
    readers = [of.reader if of else Reader() for of in counted]
    response = make_response(_page(subjects, typed, "", readers))
    for of in counted:
        if of is not None:
            of.remember(response)
    return response


def _counted(subjects: list[Subject]) -> list[Counted | None]:
    """A view of each code. A new guest opens the first alone: the others wait for the cookie."""
    found: list[Counted | None] = []
    for subject in subjects:
        is_new = any(of is not None and of.is_new for of in found)
        found.append(None if is_new else count_view(subject.system, subject.key))
    return found


def _page(
    subjects: list[Subject], typed: list[str], problem: str, readers: list[Reader] | None = None
) -> str:
    return render_template(
        "codes/compare.html",
        subjects=subjects,
        rows=compared(subjects, readers) if readers else [],
        typed=[*typed, *[""] * MOST][:MOST],
        problem=problem,
        systems=SYSTEMS,
        most=MOST,
    )
