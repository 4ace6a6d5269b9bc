"""What our scripts add to pages that already work without them, by keyboard and by pointer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.jobs.services.samples import EMPLOYER, PASSWORD
from tests.browser.people import log_in
from tests.browser.site import Site

Visitor = Callable[..., Page]


def test_a_code_is_found_while_it_is_typed(visitor: Visitor, site: Site) -> None:
    page = visitor(site.url)
    page.goto("/")
    box = page.get_by_role("combobox", name="Look up a code")
    box.press_sequentially("type 2 diab", delay=15)
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")

    box.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    first = options.first.get_attribute("id")
    expect(box).to_have_attribute("aria-activedescendant", first or "")
    code = options.first.locator(".code").inner_text()
    box.press("Enter")

    page.wait_for_url(f"**/codes/icd10cm/{code}")


def test_escape_closes_the_suggestions_and_keeps_the_text(visitor: Visitor, site: Site) -> None:
    page = visitor(site.url)
    page.goto("/")
    box = page.get_by_role("combobox", name="Look up a code")
    box.press_sequentially("fracture", delay=15)
    expect(page.get_by_role("option").first).to_be_visible()

    box.press("Escape")

    expect(page.get_by_role("option")).to_have_count(0)
    expect(box).to_have_value("fracture")
    expect(box).to_have_attribute("aria-expanded", "false")


def test_enter_without_a_choice_searches_what_was_typed(visitor: Visitor, site: Site) -> None:
    page = visitor(site.url)
    page.goto("/")
    box = page.get_by_role("combobox", name="Look up a code")
    box.fill("cholera")
    box.press("Enter")

    page.wait_for_url("**/codes/search?q=cholera")


def test_a_filter_answers_at_once_and_keeps_its_place(visitor: Visitor, site: Site) -> None:
    page = visitor(site.url, viewport={"width": 1280, "height": 900})
    page.goto("/jobs")
    every = page.locator("#result-count").inner_text()
    remote = page.get_by_role("checkbox", name="Remote")

    remote.check()

    page.wait_for_url("**/jobs?place=remote")
    expect(page.locator("#result-count")).not_to_have_text(every)
    expect(remote).to_be_focused()
    expect(page.locator("form[data-filters] + [role=status]")).to_have_text(
        page.locator("#result-count").inner_text()
    )
    page.go_back()
    expect(page.locator("#result-count")).to_have_text(every)
    expect(remote).not_to_be_checked()


def test_the_jobs_of_a_code_take_the_place_of_their_link(visitor: Visitor, site: Site) -> None:
    page = visitor(site.url)
    page.goto("/codes/icd10cm/E11.9")

    expect(page.locator("[data-fragment]")).to_have_count(0)
    expect(page.get_by_role("heading", name="Jobs that name")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_a_menu_closes_by_escape_and_by_a_click_beside_it(
    visitor: Visitor, site: Site, width: int
) -> None:
    page = visitor(site.url, viewport={"width": width, "height": 900})
    log_in(page, EMPLOYER, PASSWORD)
    page.goto("/pricing")
    summary = page.locator("summary:visible").first
    inside = page.get_by_role("link", name="Applications")

    summary.press("Enter")
    expect(inside).to_be_visible()
    page.keyboard.press("Escape")
    expect(inside).to_be_hidden()
    expect(summary).to_be_focused()
    summary.click()
    expect(inside).to_be_visible()
    page.mouse.click(width / 2, 880)
    expect(inside).to_be_hidden()


def test_the_way_past_the_header_is_the_first_stop(visitor: Visitor, site: Site) -> None:
    page = visitor(site.url)
    page.goto("/pricing")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()

    page.keyboard.press("Enter")

    expect(page.locator("#main")).to_be_focused()
