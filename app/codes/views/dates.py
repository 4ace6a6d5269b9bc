"""The date of service a reader has chosen: kept in the address, so that it can be shared."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from flask import g, request

from app import clock
from app.errors import Invalid

EARLIEST, LATEST = date(1979, 1, 1), date(2100, 1, 1)  # ICD-9-CM began in 1979


def chosen_day() -> date | None:
    """The day in the address; None for today. Raises Invalid for what is no day."""
    typed = request.args.get("on", "").strip()
    if not typed:
        g.code_day = None
        return None
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        day = date.min
    if not EARLIEST <= day <= LATEST:
        raise Invalid("The date of service is written like 2026-04-01.")
    g.code_day = None if day == clock.today() else day
    return day


def code_url(system: str, address: str, suffix: str = "", /, **query: object) -> str:
    """Where a code's page is, or another page about it, on the day that is being read."""
    return dated_url(f"/codes/{system}/{address}{suffix}", **query)


def system_url(system: str) -> str:
    return dated_url(f"/codes/{system}")


def index_url(book: str, position: int | None = None, /, **query: object) -> str:
    """An index, or the place of one of its lines, on the day that is being read."""
    if position is None:
        return dated_url(f"/codes/index/{book}", **query)
    return f"{dated_url(f'/codes/index/{book}', at=position)}#line-{position}"


def dated_url(path: str, /, **query: object) -> str:
    """Any page of the reference on the day that is being read, without what is not asked for."""
    day: date | None = g.get("code_day")
    asked = {name: value for name, value in query.items() if value}
    if day:
        asked["on"] = day.isoformat()
    return f"{path}?{urlencode(asked, doseq=True)}" if asked else path
