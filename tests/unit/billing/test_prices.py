"""The price list."""

import pytest

from app.billing.prices import PRICES, Line, check_lines
from app.errors import Invalid
from app.filters import money


def test_what_is_sold_and_for_how_much():
    assert {sku: (money(p.cents), p.days) for sku, p in PRICES.items()} == {
        "listing-30": ("$249", 30),
        "listing-60": ("$399", 60),
        "featured-30": ("$99", 30),
        "renewal-30": ("$199", 30),
    }


def test_a_line_costs_its_price_times_its_quantity():
    assert Line("listing-30", 3).cents == 74_700


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (Line("listing-1000"),),
        (Line(""),),
        (Line("listing-30", 0),),
        (Line("listing-30", -1),),
        (Line("listing-30", 101),),
        (Line("listing-30"), Line("listing-30", 2)),
    ],
)
def test_what_cannot_be_sold_is_refused(lines):
    with pytest.raises(Invalid):
        check_lines(lines)
