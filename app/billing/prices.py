"""The price list: what can be bought and what it costs, in cents. No price comes from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from app.errors import Invalid

CURRENCY = "usd"
MOST_OF_ONE = 100  # of one thing in one order


@dataclass(frozen=True, slots=True)
class Price:
    sku: str
    description: str
    cents: int
    days: int  # how long what is bought lasts


@dataclass(frozen=True, slots=True)
class Line:
    """So many of one thing on the price list."""

    sku: str
    quantity: int = 1

    @property
    def price(self) -> Price:
        return PRICES[self.sku]

    @property
    def cents(self) -> int:
        return self.price.cents * self.quantity


PRICES: dict[str, Price] = {
    price.sku: price
    for price in (
        Price("listing-30", "Job listing, 30 days", 249_00, 30),
        Price("listing-60", "Job listing, 60 days", 399_00, 60),
        Price("featured-30", "Featured placement, 30 days", 99_00, 30),
        Price("renewal-30", "Listing renewal, 30 days", 199_00, 30),
    )
}


def check_lines(lines: tuple[Line, ...]) -> None:
    """Refuse what is not on the price list, and quantities that make no sense."""
    if not lines:
        raise Invalid("Choose what to buy.")
    for line in lines:
        if line.sku not in PRICES:
            raise Invalid("That is not on our price list. Reload the page and choose again.")
        if not 1 <= line.quantity <= MOST_OF_ONE:
            raise Invalid(f"Choose a quantity from 1 to {MOST_OF_ONE}.")
    if len({line.sku for line in lines}) != len(lines):
        raise Invalid("The same thing is in the order twice. Raise its quantity instead.")
