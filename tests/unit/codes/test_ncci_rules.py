"""Decisions of the NCCI checker, without a database."""

from __future__ import annotations

from datetime import date

import pytest

from app.codes.ncci_rules import (
    AddOn,
    Cell,
    ClaimLine,
    Mue,
    Ptp,
    Rule,
    Severity,
    check_add_ons,
    check_duplicates,
    check_pairs,
    check_units,
    ordered,
)
from app.codes.words.ncci import ASSOCIATED, GROUP_OF

DAY = date(2026, 2, 1)
RULE = Rule("NCCI edits", "2026 Q1")


def line(number: int, code: str, *modifiers: str, units: int = 1) -> ClaimLine:
    return ClaimLine(number, code, modifiers, units)


def edit(one="20610", two="20600", modifier=1, begun=None, ended=None) -> Ptp:
    return Ptp(one, two, begun, ended, modifier, "a reason")


def one_finding(lines, edits):
    found, grid = check_pairs(lines, edits, DAY, RULE)
    (finding,) = found
    return finding, grid


def test_the_associated_modifiers_are_those_of_the_manual():
    assert len(GROUP_OF) == 44 == sum(len(group.modifiers) for group in ASSOCIATED)
    assert {"E4", "FA", "F9", "TA", "T9", "LT", "RI", "LM", "25", "27", "79", "91", "XU"} <= set(
        GROUP_OF
    )
    assert not {"26", "50", "51", "52", "76", "77", "GA"} & set(GROUP_OF)


def test_indicator_0_is_denied_whatever_a_line_carries():
    finding, grid = one_finding(
        [line(1, "20600", "59"), line(2, "20610", "RT")], [edit(modifier=0)]
    )
    assert finding.severity is Severity.DENIED
    assert finding.lines == (2, 1)  # column 1 first
    assert finding.codes == ("20610", "20600")
    assert finding.override == ""
    assert finding.rule.indicator == "0: No modifier overrides it"
    assert finding.rule.rationale == "a reason"
    assert (grid[2, 1], grid[1, 2]) == (Cell.DENIED, Cell.NONE)


def test_indicator_1_without_a_modifier_says_which_would_help_and_where():
    finding, grid = one_finding([line(1, "20610"), line(2, "20600", "26")], [edit()])
    assert finding.severity is Severity.OVERRIDABLE
    assert "59" in finding.override
    assert "line 2, the column 2 code 20600" in finding.override
    assert "The claim carries" not in finding.override
    assert grid[1, 2] is Cell.OVERRIDABLE


@pytest.mark.parametrize("modifier", ["59", "XS", "LT", "F3", "58", "79", "91"])
def test_a_modifier_on_the_column_2_line_overrides(modifier):
    finding, grid = one_finding([line(1, "20610"), line(2, "20600", modifier)], [edit()])
    assert finding.severity is Severity.CHECK
    assert f"overridden by {modifier} on line 2" in finding.title
    assert grid[1, 2] is Cell.CARRIED


@pytest.mark.parametrize(("modifier", "carried"), [("59", True), ("XE", True), ("LT", False)])
def test_on_the_column_1_line_only_59_and_its_like_override(modifier, carried):
    finding, _ = one_finding([line(1, "20610", modifier), line(2, "20600")], [edit()])
    assert (finding.severity is Severity.CHECK) is carried
    if not carried:
        assert "The claim carries LT on line 1: not where it overrides" in finding.override


def test_25_belongs_on_the_visit_in_whichever_column_it_stands():
    for pair in (edit("20610", "99213"), edit("99213", "20610")):
        lines = [line(1, "99213", "25"), line(2, "20610")]
        assert one_finding(lines, [pair])[0].severity is Severity.CHECK
        lines = [line(1, "99213"), line(2, "20610", "25")]
        finding, _ = one_finding(lines, [pair])
        assert finding.severity is Severity.OVERRIDABLE
        assert "25 or 57 on line 1, the visit 99213" in finding.override


@pytest.mark.parametrize(
    ("begun", "ended", "holds"),
    [
        (None, None, True),
        (date(2026, 2, 1), None, True),
        (date(2026, 2, 2), None, False),
        (date(2020, 1, 1), date(2026, 2, 1), True),  # the last day is one of its days
        (date(2020, 1, 1), date(2026, 1, 31), False),
        (date(2026, 1, 1), date(2026, 1, 1), False),
    ],
)
def test_an_edit_that_does_not_hold_on_the_day_is_another_thing_than_none(begun, ended, holds):
    lines = [line(1, "20610"), line(2, "20600")]
    finding, grid = one_finding(lines, [edit(begun=begun, ended=ended)])
    assert (grid[1, 2] is Cell.ENDED) is not holds
    if not holds:
        assert finding.severity is Severity.NOTE
        assert "not in force on this date" in finding.title


def test_of_two_periods_of_an_edit_the_one_in_force_decides():
    ended = edit(modifier=0, begun=date(2000, 1, 1), ended=date(2010, 1, 1))
    lines = [line(1, "20610"), line(2, "20600")]
    for known in ([ended, edit()], [edit(), ended]):
        assert one_finding(lines, known)[0].severity is Severity.OVERRIDABLE


def test_indicator_9_never_was_in_force():
    day = date(2026, 1, 1)
    finding, _ = one_finding(
        [line(1, "20610"), line(2, "20600")], [edit(modifier=9, begun=day, ended=day)]
    )
    assert finding.severity is Severity.NOTE
    assert "the day it took effect" in finding.rule.in_force


def test_units_are_held_by_line_or_by_day_as_the_indicator_says():
    lines = [line(1, "J1100", units=3), line(2, "J1100", "59", units=3)]
    assert check_units(lines, {"J1100": Mue("J1100", 3, 1, "r")}, RULE) == []
    (by_line,) = check_units(lines[:1], {"J1100": Mue("J1100", 2, 1, "r")}, RULE)
    assert (by_line.severity, by_line.lines) == (Severity.OVERRIDABLE, (1,))
    for indicator, helps in ((2, "No modifier"), (3, "on appeal")):
        (by_day,) = check_units(lines, {"J1100": Mue("J1100", 5, indicator, "r")}, RULE)
        assert (by_day.severity, by_day.lines) == (Severity.DENIED, (1, 2))
        assert "lines 1 and 2 together: 6 units, where the limit is 5 units" in by_day.title
        assert helps in by_day.override
    assert check_units(lines, {"J1100": Mue("J1100", 6, 2, "r")}, RULE) == []


def test_a_limit_of_none_is_exceeded_by_one():
    (finding,) = check_units([line(1, "J1100")], {"J1100": Mue("J1100", 0, 2, "r")}, RULE)
    assert "the limit is none at all" in finding.title


@pytest.mark.parametrize(
    ("types", "severity"), [({1}, Severity.DENIED), ({2}, Severity.CHECK), ({3}, Severity.CHECK)]
)
def test_an_add_on_code_alone_is_denied_where_its_list_is_closed(types, severity):
    add_on = AddOn("22614", frozenset(types), frozenset({"22600"}))
    (finding,) = check_add_ons([line(1, "22614")], {"22614": add_on}, RULE)
    assert finding.severity is severity
    assert "22600" in finding.explanation


def test_an_add_on_code_with_its_primary_is_said_to_have_it():
    add_on = AddOn("22614", frozenset({1}), frozenset({"22600"}))
    (finding,) = check_add_ons([line(1, "22614"), line(2, "22600")], {"22614": add_on}, RULE)
    assert (finding.severity, finding.lines) == (Severity.NOTE, (1, 2))


def test_lines_that_repeat_each_other_are_named_and_others_are_not():
    lines = [line(1, "20610", "RT", "59"), line(2, "20610", "59", "RT"), line(3, "20610", "LT")]
    (finding,) = check_duplicates(lines)
    assert finding.lines == (1, 2)
    _, grid = check_pairs(lines, [], DAY, RULE)
    assert set(grid.values()) == {Cell.SAME}


def test_the_gravest_stand_first():
    lines = [line(1, "20610"), line(2, "20600"), line(3, "20605"), line(4, "20605")]
    edits = [edit(), edit("20610", "20605", 0), edit("20600", "20605", 9, DAY, DAY)]
    found = ordered(check_pairs(lines, edits, DAY, RULE)[0] + check_duplicates(lines))
    assert [f.severity for f in found] == [
        Severity.DENIED, Severity.DENIED, Severity.OVERRIDABLE, Severity.CHECK, Severity.NOTE,
        Severity.NOTE,
    ]  # fmt: skip
