"""Pay is taken as stated, in its own unit, or not at all."""

from __future__ import annotations

import pytest

from app.jobs.intake.pay import Pay, amounts, find_pay, read_pay, unit_of


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("$24.50 - $33.10 per hour", Pay(2450, 3310, "hour")),
        ("$27&mdash;$34/hr", Pay(2700, 3400, "hour")),
        ("$27\u2013$34 an hour", Pay(2700, 3400, "hour")),
        ("24 to 33 USD hourly", Pay(2400, 3300, "hour")),
        ("65,000-80,000 USD per year", Pay(65_000_00, 80_000_00, "year")),
        ("$65k - $80k annually", Pay(65_000_00, 80_000_00, "year")),
        ("65-80k per year", Pay(65_000_00, 80_000_00, "year")),
        ("USD 65,000.00 / yr", Pay(65_000_00, 65_000_00, "year")),
        ("$3.25 per chart", Pay(325, 325, "chart")),
        ("$4 - $5.50 per encounter", Pay(400, 550, "encounter")),
        ("$12.10 per wRVU", Pay(1210, 1210, "rvu")),
        ("Hourly: $24 - $30", Pay(2400, 3000, "hour")),
        ("$30/hr - $40/hr", Pay(3000, 4000, "hour")),
        ("$24.50 - $33.10", Pay(2450, 3310, "")),
    ],
)
def test_pay_in_its_own_field(stated, expected):
    assert read_pay(stated) == expected


@pytest.mark.parametrize(
    "stated",
    ["", "Competitive", "DOE", "up to $45/hr", "from $30 per hour", "starting at $30/hr",
     "$30+ per hour", "$30 and up", "$4,000 per month", "$900 weekly", "30 EUR per hour",
     "\u20ac30 - \u20ac40 per hour", "CAD 30/hr", "$40 - $30 per hour", "$0 per hour",
     "$20 - $25/hr days, $23 - $28/hr nights", "$24.555 per hour", "$1e9/hr",
     "$99999999999 per year"],
)  # fmt: skip
def test_what_is_no_plain_amount_is_left_out(stated):
    assert read_pay(stated) is None


@pytest.mark.parametrize(
    ("prose", "expected"),
    [
        ("We code. Pay: $27\u2014$34/hr plus benefits.", Pay(2700, 3400, "hour")),
        ("Salary range $65,000 - $80,000 per year, 401(k).", Pay(65_000_00, 80_000_00, "year")),
        ("Paid $3.25 per chart.\n\nSign-on bonus of $5,000.", Pay(325, 325, "chart")),
        ("Sign-on bonus of $5,000 after a year.", None),
        ("Work 40 hours per week, 4 - 6 charts per hour.", None),
        ("Up to $45 per hour.", None),
        ("$20 per hour for nights, $25 per hour for days.", None),
        ("A $2 billion system that codes 24 hours a day", None),
    ],
)
def test_pay_in_a_description(prose, expected):
    assert find_pay(prose) == expected


@pytest.mark.parametrize(
    ("label", "unit"),
    [("HOUR", "hour"), ("YEAR", "year"), ("per-hour-wage", "hour"), ("per-year-salary", "year"),
     ("Annual salary range", "year"), ("per chart", "chart"), ("MONTH", ""), ("WEEK", ""),
     ("per-month-salary", ""), ("", ""), ("hour or year", "")],
)  # fmt: skip
def test_units(label, unit):
    assert unit_of(label) == unit


def test_two_stated_numbers():
    assert amounts("25", "32.5") == (2500, 3250)
    assert amounts("25", "") == (2500, 2500)
    assert amounts("32", "25") is None
    assert amounts("0", "0") is None
