"""What a listing must hold to be submitted, and which answers cannot be right."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from app.errors import Invalid
from app.jobs.content import Content
from app.jobs.services.rules import PAY_BOUNDS, STEPS, check_step, missing, normalized

TODAY = date(2026, 11, 23)
COMPLETE = Content(
    title="Inpatient coder",
    role="coder",
    engagement="full-time",
    place_kind="remote",
    pay_unit="hour",
    pay_low_cents=28_00,
    pay_high_cents=36_00,
    benefits="Health",
    experience="1-2",
    settings=("inpatient",),
    description="<p>" + "Code inpatient charts. " * 8 + "</p>",
    closes_on=TODAY + timedelta(days=20),
)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel("2026-11-23T12:00:00Z", tick=False):
        yield


def test_a_complete_listing_misses_nothing() -> None:
    assert missing(COMPLETE) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"role": ""}, "role"),
        ({"engagement": ""}, "engagement"),
        ({"place_kind": ""}, "place_kind"),
        ({"place_kind": "onsite", "state_code": "TX"}, "city"),
        ({"place_kind": "hybrid", "city": "Austin"}, "state_code"),
        ({"pay_unit": ""}, "pay_unit"),
        ({"pay_low_cents": 0, "pay_high_cents": 0}, "pay_low_cents"),
        ({"benefits": ""}, "benefits"),
        ({"experience": ""}, "experience"),
        ({"settings": ()}, "settings"),
        ({"description": "<p>Short.</p>"}, "description"),
        ({"description": "<p>" + "&nbsp;" * 200 + "</p>"}, "description"),
        ({"closes_on": None}, "closes_on"),
        ({"closes_on": TODAY - timedelta(days=1)}, "closes_on"),
        ({"closes_on": TODAY, "publish_on": TODAY + timedelta(days=1)}, "closes_on"),
        ({"apply_method": "url"}, "apply_url"),
    ],
)
def test_each_thing_a_coder_looks_for_is_missed(change: dict[str, Any], field: str) -> None:
    faults = missing(COMPLETE.changed(**change))
    assert [fault.field for fault in faults] == [field]
    assert field in STEPS[faults[0].step].fields


def test_an_empty_draft_misses_something_of_every_step_but_the_optional_one() -> None:
    assert {fault.step for fault in missing(Content())} == set(STEPS) - {"standards"}


@pytest.mark.parametrize(
    ("step", "change", "field"),
    [
        ("basics", {"title": "x" * 101}, "title"),
        ("basics", {"title": "$40 / 12"}, "title"),
        ("basics", {"role": "wizard"}, "role"),
        ("basics", {"engagement": "serfdom"}, "engagement"),
        ("basics", {"requisition": "r" * 61}, "requisition"),
        ("place", {"place_kind": "moon"}, "place_kind"),
        ("place", {"states": ("ZZ",)}, "states"),
        ("place", {"state_code": "ZZ"}, "state_code"),
        ("place", {"city": "c" * 81}, "city"),
        ("pay", {"pay_unit": "month"}, "pay_unit"),
        ("pay", {"pay_low_cents": 0}, "pay_low_cents"),
        ("pay", {"pay_high_cents": 0}, "pay_high_cents"),
        ("pay", {"pay_low_cents": 36_01}, "pay_high_cents"),
        ("pay", {"pay_low_cents": 7_24}, "pay_low_cents"),
        ("pay", {"pay_high_cents": 500_01}, "pay_high_cents"),
        ("pay", {"pay_unit": "year"}, "pay_low_cents"),
        ("pay", {"benefits": "b" * 1_001}, "benefits"),
        ("requirements", {"experience": "many"}, "experience"),
        ("requirements", {"credentials_required": ("phd",)}, "credentials_required"),
        ("requirements", {"credentials_preferred": ("phd",)}, "credentials_preferred"),
        (
            "requirements",
            {"credentials_required": ("cpc",), "credentials_preferred": ("cpc",)},
            "credentials_preferred",
        ),
        ("work", {"settings": ("mars",)}, "settings"),
        ("work", {"specialties": ("mars",)}, "specialties"),
        ("work", {"code_sets": ("mars",)}, "code_sets"),
        ("work", {"codes_named": "I21," * 100}, "codes_named"),
        ("standards", {"tools": {"abacus": "required"}}, "tools"),
        ("standards", {"tools": {"epic": "worshipped"}}, "tools"),
        ("standards", {"productivity": "p" * 121}, "productivity"),
        ("standards", {"accuracy_percent": 49}, "accuracy_percent"),
        ("standards", {"accuracy_percent": 101}, "accuracy_percent"),
        ("description", {"description": "d" * 20_001}, "description"),
        ("applying", {"closes_on": TODAY - timedelta(days=1)}, "closes_on"),
        ("applying", {"closes_on": TODAY + timedelta(days=366)}, "closes_on"),
        ("applying", {"publish_on": TODAY - timedelta(days=1)}, "publish_on"),
        ("applying", {"publish_on": TODAY + timedelta(days=91)}, "publish_on"),
        ("applying", {"publish_on": TODAY + timedelta(days=21)}, "closes_on"),
        ("applying", {"apply_method": "fax"}, "apply_method"),
    ],
)
def test_an_answer_that_cannot_be_right_is_refused_at_its_field(
    step: str, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        check_step(STEPS[step], COMPLETE, COMPLETE.changed(**change))
    assert refused.value.field == field


@pytest.mark.parametrize("step", STEPS)
def test_answers_not_given_yet_are_no_fault_of_a_draft(step: str) -> None:
    check_step(STEPS[step], Content(), Content())


@pytest.mark.parametrize(("unit", "bounds"), PAY_BOUNDS.items())
def test_the_bounds_of_pay_are_themselves_plausible(unit: str, bounds: tuple[int, int]) -> None:
    least, most = bounds
    check_step(
        STEPS["pay"],
        Content(),
        Content(pay_unit=unit, pay_low_cents=least, pay_high_cents=most),
    )


def test_a_past_date_that_was_stored_before_blocks_no_other_edit() -> None:
    old = COMPLETE.changed(closes_on=TODAY - timedelta(days=3))
    check_step(STEPS["applying"], old, old.changed(apply_method="here"))


def test_answers_made_pointless_by_another_are_dropped() -> None:
    remote = normalized(
        COMPLETE.changed(city="Austin", state_code="TX", states=("TX", "CA"), apply_url="x")
    )
    assert (remote.city, remote.state_code, remote.apply_url) == ("", "", "")
    assert remote.states == ("CA", "TX")
    onsite = normalized(remote.changed(place_kind="onsite", city="Reno", state_code="NV"))
    assert (onsite.states, onsite.city) == ((), "Reno")
