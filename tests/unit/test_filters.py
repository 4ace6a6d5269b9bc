"""How dates, money and counts read."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from app import filters, taxonomy

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_a_date_is_written_out():
    assert filters.long_date(date(2026, 3, 4)) == "March 4, 2026"
    assert filters.exact_time(NOON) == "November 23, 2026 at 12:00 UTC"


@pytest.mark.parametrize(
    ("distance", "read"),
    [
        (timedelta(), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(seconds=60), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=47), "1 day ago"),
        (timedelta(days=29), "29 days ago"),
        (timedelta(days=30), "1 month ago"),
        (timedelta(days=400), "1 year ago"),
        (timedelta(seconds=-30), "in a moment"),
        (timedelta(minutes=-5), "in 5 minutes"),
        (timedelta(days=-2), "in 2 days"),
    ],
)
def test_a_time_is_told_in_its_largest_unit(distance, read):
    with time_machine.travel(NOON, tick=False):
        assert filters.relative(NOON - distance) == read


def test_the_exact_time_is_there_for_whoever_points_and_for_machines():
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        shown = filters.when(NOON)
    assert shown == (
        '<time datetime="2026-11-23T12:00:00+00:00" title="November 23, 2026 at 12:00 UTC">'
        "1 day ago</time>"
    )


@pytest.mark.parametrize(
    ("cents", "currency", "read"),
    [
        (0, "usd", "$0"),
        (5, "usd", "$0.05"),
        (24_900, "usd", "$249"),
        (24_950, "usd", "$249.50"),
        (123_456_789, "usd", "$1,234,567.89"),
        (-500, "usd", "-$5"),
        (-5, "usd", "-$0.05"),
        (900, "eur", "EUR 9"),
    ],
)
def test_money_shows_cents_only_where_there_are_some(cents, currency, read):
    assert filters.money(cents, currency) == read


def test_a_range_of_pay_names_its_unit_once():
    hourly = taxonomy.PAY_UNITS["hour"]
    assert filters.pay_range(2_800, 3_450, "hour") == f"$28 to $34.50 {hourly}"
    assert filters.pay_range(2_800, 2_800, "hour") == f"$28 {hourly}"
    assert filters.pay_range(2_800, 2_800, "unknown") == "$28"


def test_counts_agree_with_their_noun():
    assert filters.plural(1, "job") == "1 job"
    assert filters.plural(0, "job") == "0 jobs"
    assert filters.plural(1_200, "company", "companies") == "1,200 companies"
    assert filters.number(98_505) == "98,505"


def test_templates_have_them_all(app):
    with app.test_request_context("/"):
        text = app.jinja_env.from_string("{{ 24900|money }} {{ 3|plural('job') }}").render()
    assert text == "$249 3 jobs"
