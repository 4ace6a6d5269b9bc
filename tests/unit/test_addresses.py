"""E-mail addresses: one spelling each, and what is none is refused."""

from __future__ import annotations

import pytest

from app.addresses import spell_address
from app.errors import Invalid


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Ann@Example.COM", "ann@example.com"),
        ("a.b+tag@sub.example.org", "a.b+tag@sub.example.org"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
    ],
)
def test_an_address_has_one_spelling(typed, stored):
    assert spell_address(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "", "ann", "ann@", "@example.com", "ann@example", "ann @example.com", "a@b@example.com",
        "ann@example.com\nBcc: x@example.com", "ann@[127.0.0.1]", "closed-1@invalid",
        "Ann <ann@example.com>", "ä@example.com", "a" * 65 + "@example.com",
        "ann@" + "e" * 300 + ".com", "ann@localhost",
    ],
)  # fmt: skip
def test_what_is_not_an_address_is_refused_at_its_field(typed):
    with pytest.raises(Invalid) as refused:
        spell_address(typed)
    assert refused.value.field == "email"
