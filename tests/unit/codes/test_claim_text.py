"""Reading a claim as people type and paste it."""

from __future__ import annotations

import pytest

from app.codes.claim_text import LONGEST, MOST_LINES, Row, read_claim
from app.codes.ncci_rules import ClaimLine


def lines_of(text: str) -> list[tuple[str, tuple[str, ...], int]]:
    claim = read_claim(text)
    assert claim.problems == ()
    return [(line.code, line.modifiers, line.units) for line in claim.lines]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("99213", ("99213", (), 1)),
        ("99213 25", ("99213", ("25",), 1)),
        ("  g0101,lt,59  ", ("G0101", ("LT", "59"), 1)),
        ("20610\tRT\tx2", ("20610", ("RT",), 2)),
        ("20610-RT-59", ("20610", ("RT", "59"), 1)),
        ("20610 RT-59 3x", ("20610", ("RT", "59"), 3)),
        ("20610 x 12", ("20610", (), 12)),
        ("20610;50;units=4", ("20610", ("50",), 4)),
        ("j1100 3", ("J1100", (), 3)),
        ("J1100 JZ 400", ("J1100", ("JZ",), 400)),
        ("J1100 12 units", ("J1100", (), 12)),
        ("0075T 26 TC 59 XS", ("0075T", ("26", "TC", "59", "XS"), 1)),
    ],
)
def test_a_line_is_read_however_it_is_separated(typed, read):
    assert lines_of(typed) == [read]


def test_empty_lines_are_no_lines_and_the_rest_is_numbered_through():
    claim = read_claim("99213 25\n\n  \r\n20610\n", [Row("", "", ""), Row("G0101", "lt 59", "2")])
    assert claim.lines == (
        ClaimLine(1, "99213", ("25",)),
        ClaimLine(2, "20610"),
        ClaimLine(3, "G0101", ("LT", "59"), 2),
    )


def test_in_the_fields_of_a_row_x3_is_the_modifier_it_is():
    assert read_claim("", [Row("G0101", "X3", "x4")]).lines == (ClaimLine(1, "G0101", ("X3",), 4),)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("99213 25 26 27 57 59", "5 modifiers"),
        ("99213 25 25", "carries modifier 25 twice"),
        ("20610 x0", "whole number from 1"),
        ("20610 x-2", "whole number from 1"),
        ("20610 -2", "whole number from 1"),
        ("20610 x99999999999999999999", "whole number from 1"),
        ("20610 10000000", "whole number from 1"),
        ("20610 x2 x3", "units twice"),
        ("20610 x2.5", "neither a modifier"),
        ("E11.9", "no CPT or HCPCS code"),
        ("9921", "no CPT or HCPCS code"),
        ("<script>alert(1)</script>", "no CPT or HCPCS code"),
        ("=cmd|' /C calc'!A0", "no CPT or HCPCS code"),
        ("99213 ' OR 1=1 --", "neither a modifier"),
        ("9921\u0663", "characters that no claim has"),
        ("99213 \u017f5", "characters that no claim has"),
        (",,,", "no CPT or HCPCS code"),
        ("a" * 5_000, "AAA…”"),
    ],
)
def test_what_is_wrong_is_said_of_its_line(typed, says):
    claim = read_claim(f"99213\n{typed}")
    ((field, sentence),) = claim.problems
    assert field == "lines"
    assert sentence.startswith("Line 2 of the pasted claim: ")
    assert says in sentence
    assert len(sentence) < 150


@pytest.mark.parametrize("units", ["0", "-1", "two", "1e3", "9" * 40, "1 2"])
def test_wrong_units_in_a_row_are_said_of_the_row(units):
    ((field, sentence),) = read_claim("", [Row("99213", "", ""), Row("20610", "", units)]).problems
    assert field == "code-2"
    assert sentence.startswith("Row 2: ")


def test_a_row_with_units_and_no_code_is_half_a_line():
    assert read_claim("", [Row("", "25", "")]).problems[0][0] == "code-1"


def test_a_claim_has_25_lines_and_not_26():
    assert read_claim("99213\n" * MOST_LINES).problems == ()
    ((_, sentence),) = read_claim("99213\n" * MOST_LINES, [Row("99214", "", "")]).problems
    assert sentence == "A claim has up to 25 lines here; these are 26."


def test_no_line_and_a_whole_book_are_refused():
    assert read_claim(" \n ").problems[0][1].startswith("Enter at least one line")
    ((_, sentence),) = read_claim("9" * (LONGEST + 1)).problems
    assert "too long" in sentence
