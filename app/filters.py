"""How dates, money and counts are written on every page and in every mail."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask import Flask
from markupsafe import Markup

from app import clock, taxonomy


def long_date(value: date | datetime | str) -> str:
    """23 November 2026, or its ISO text, as the trade writes it: November 23, 2026."""
    if isinstance(value, str):
        value = date.fromisoformat(value)
    return f"{value:%B} {value.day}, {value.year}"


def exact_time(value: datetime) -> str:
    return f"{long_date(value)} at {value:%H:%M} UTC"


def relative(value: datetime) -> str:
    """How long ago, or how soon, in the largest unit that says something."""
    distance = clock.now() - value
    ahead = distance < timedelta()
    seconds = int(abs(distance).total_seconds())
    for unit, size in (("year", 31_536_000), ("month", 2_592_000), ("day", 86_400), ("hour", 3_600),
                       ("minute", 60)):  # fmt: skip
        count = seconds // size
        if count:
            phrase = f"{count} {unit}{'' if count == 1 else 's'}"
            return f"in {phrase}" if ahead else f"{phrase} ago"
    return "in a moment" if ahead else "just now"


def when(value: datetime) -> Markup:
    """The relative time, with the exact one on hover and for machines."""
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        value.isoformat(), exact_time(value), relative(value)
    )


def money(cents: int, currency: str = "usd") -> str:
    whole, part = divmod(abs(cents), 100)
    sign = "-" if cents < 0 else ""
    symbol = "$" if currency == "usd" else f"{currency.upper()} "
    return f"{sign}{symbol}{whole:,}" + (f".{part:02d}" if part else "")


def pay_range(low_cents: int, high_cents: int, unit: str) -> str:
    """$28 to $34 an hour."""
    suffix = taxonomy.PAY_UNITS.get(unit, "")
    if low_cents == high_cents:
        return f"{money(low_cents)} {suffix}".strip()
    return f"{money(low_cents)} to {money(high_cents)} {suffix}".strip()


def number(value: int) -> str:
    return f"{value:,}"


def plural(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        long_date=long_date,
        exact_time=exact_time,
        relative=relative,
        when=when,
        money=money,
        number=number,
        plural=plural,
    )
    app.jinja_env.globals.update(pay_range=pay_range, taxonomy=taxonomy, now=clock.now)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
