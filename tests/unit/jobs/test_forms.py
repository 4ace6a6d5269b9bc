"""The shape of what is typed: money, days, numbers and choices, also when it is nonsense."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from app.jobs.content import Content
from app.jobs.forms import FORMS
from app.jobs.services.rules import STEPS


def filled(app: Flask, step: str, typed: dict[str, Any] | list[tuple[str, str]]) -> Any:
    with app.test_request_context(method="POST", data=MultiDict(typed)):
        form = FORMS[step].showing(Content())
        form.validate()
        return form


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("28", 28_00),
        ("28.5", 28_50),
        ("28.50", 28_50),
        ("$28", 28_00),
        ("$ 58,000", 58_000_00),
        ("1,234,567.89", 1_234_567_89),
        (" 30 ", 30_00),
        ("0.25", 25),
        ("", 0),
    ],
)
def test_money_is_read_as_people_write_it(app: Flask, typed: str, cents: int) -> None:
    form = filled(app, "pay", {"pay_low_cents": typed})
    assert form.answers()["pay_low_cents"] == cents
    assert not form.pay_low_cents.errors


@pytest.mark.parametrize(
    "typed",
    ["-5", "28.505", "1,23", "12,3456", "1e3", "0x1f", "NaN", "inf", "٢٨", "28 USD", "$", ".5",
     "9" * 8, "9" * 10_000, "28; DROP TABLE job", "<b>28</b>"],
)  # fmt: skip
def test_other_money_is_refused_and_shown_again(app: Flask, typed: str) -> None:
    form = filled(app, "pay", {"pay_low_cents": typed})
    assert form.pay_low_cents.errors == ["Enter an amount in dollars, such as 28 or 28.50."]
    assert form.pay_low_cents._value() == typed[:40]


@pytest.mark.parametrize(
    ("cents", "shown"), [(28_00, "28"), (28_05, "28.05"), (58_000_00, "58,000"), (0, "")]
)
def test_stored_money_is_shown_as_it_is_typed(app: Flask, cents: int, shown: str) -> None:
    with app.test_request_context():
        form = FORMS["pay"].showing(Content(pay_low_cents=cents))
        assert form.pay_low_cents._value() == shown


@pytest.mark.parametrize(
    ("typed", "day"),
    [("2026-12-31", date(2026, 12, 31)), ("12/31/2026", date(2026, 12, 31)), ("", None)],
)
def test_a_day_is_read_either_way(app: Flask, typed: str, day: date | None) -> None:
    form = filled(app, "applying", {"closes_on": typed, "apply_method": "here"})
    assert form.answers()["closes_on"] == day
    assert not form.errors


@pytest.mark.parametrize("typed", ["31/12/2026", "2026-02-30", "tomorrow", "0", "9" * 5_000])
def test_a_day_that_does_not_exist_is_refused(app: Flask, typed: str) -> None:
    form = filled(app, "applying", {"closes_on": typed})
    assert form.closes_on.errors == ["Enter a date, such as 12/31/2026."]


@pytest.mark.parametrize("typed", ["95%", "9.5", "x", "9" * 5_000])
def test_a_number_that_is_none_is_refused(app: Flask, typed: str) -> None:
    form = filled(app, "standards", {"accuracy_percent": typed})
    assert form.accuracy_percent.errors == ["Enter a whole number, such as 95."]


def test_choices_from_elsewhere_are_refused(app: Flask) -> None:
    form = filled(app, "work", [("settings", "inpatient"), ("settings", "'; --")])
    assert form.settings.errors == ["Choose from the answers shown."]


def test_tools_are_gathered_with_their_need(app: Flask) -> None:
    form = filled(app, "standards", {"tool_epic": "required", "tool_360-encompass": "trained"})
    assert form.answers() == {
        "tools": {"epic": "required", "360-encompass": "trained"},
        "productivity": "",
        "accuracy_percent": None,
    }


@pytest.mark.parametrize("step", FORMS)
def test_each_page_asks_for_what_its_step_holds(app: Flask, step: str) -> None:
    form = filled(app, step, {})
    assert form.answers().keys() == set(STEPS[step].fields)
    assert not form.errors
