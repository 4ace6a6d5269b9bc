"""Every page, at three widths, light and dark: accessible, not wider than the screen, and light."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

import pytest
from playwright.sync_api import Browser, Page, Response

from tests.browser.places import DRAWN, PLACES, Place, Visits, furnish
from tests.browser.site import Site

WIDTHS = (320, 768, 1280)
FORMS = (320, 1280)  # every page has a narrow form and a wide one; only its breadth lies between
AXE = (files("axe_playwright_python") / "axe.min.js").read_text()
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# A scheme changes colors and nothing else, so in the dark only the rules about them are asked.
ONLY_COLORS = ["color-contrast", "link-in-text-block"]
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FIRST_VIEW = 150_000  # bytes a first visit may load
SCRIPTS = 40_000


@pytest.fixture(scope="module")
def visits(chromium: Browser, site: Site) -> Iterator[Visits]:
    furnish(site)
    found = Visits(chromium, site)
    yield found
    found.close()


@pytest.mark.parametrize("place", PLACES, ids=lambda p: p.name)
def test_a_page_is_accessible_and_fits_the_screen(visits: Visits, place: Place) -> None:
    page = visits.open(place, "light")
    page.evaluate(AXE)
    faults = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(DRAWN)
        overflow = page.evaluate(OVERFLOW)
        if overflow > 0:
            faults.append(f"{width}: {overflow} px wider than the screen")
        if width in FORMS:
            faults += violations(page, {"type": "tag", "values": STANDARD})
    page = visits.in_scheme(place, "dark")
    page.evaluate(AXE)
    faults += violations(page, {"type": "rule", "values": ONLY_COLORS})
    assert faults == []


def violations(page: Page, rules: dict[str, object]) -> list[str]:
    options = {"runOnly": rules, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(options)", options)["violations"]
    return [f"{page.viewport_size}: {v['id']} at {v['nodes'][0]['target']}" for v in found]


@pytest.mark.parametrize(
    "place", [p for p in PLACES if p.name in ("home", "jobs", "job", "code")], ids=lambda p: p.name
)
def test_a_first_view_is_light(chromium: Browser, site: Site, place: Place) -> None:
    context = chromium.new_context(base_url=site.url)
    page = context.new_page()
    sizes: dict[str, int] = {}

    def weigh(answer: Response) -> None:
        sizes[answer.url] = answer.request.sizes()["responseBodySize"]

    page.on("requestfinished", lambda request: weigh(request.response()))
    page.goto(place.path)
    page.wait_for_load_state("networkidle")
    context.close()
    assert sizes
    assert sum(sizes.values()) <= FIRST_VIEW, sizes
    assert sum(size for url, size in sizes.items() if ".js" in url) <= SCRIPTS, sizes


def test_without_javascript_both_searches_are_forms(chromium: Browser, site: Site) -> None:
    context = chromium.new_context(base_url=site.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("searchbox", name="Find a job").fill("coder")
    page.get_by_role("button", name="Search jobs").click()
    page.get_by_role("button", name="Apply filters").click()
    assert page.url.startswith(f"{site.url}/jobs?q=coder")
    page.goto("/pricing")  # the frame's own search box, as on most pages
    page.locator("input[name=q]:visible").fill("cholera")
    page.locator("button:visible", has_text="Codes").click()
    page.locator("main a[href*='/codes/icd10cm/A00']").first.click()
    assert page.locator("h1").inner_text()
    context.close()


def test_a_refused_form_takes_the_reader_to_its_summary(chromium: Browser, site: Site) -> None:
    context = chromium.new_context(base_url=site.url)
    page = context.new_page()
    page.goto("/register")
    page.get_by_label("E-mail address").fill("not an address")
    page.get_by_role("button", name="Register", exact=True).click()
    assert page.title().startswith("Error: ")
    focused = page.evaluate("document.activeElement.textContent")
    assert "There is a problem" in focused
    assert page.get_by_label("E-mail address").input_value() == "not an address"
    summary = page.locator(".error-summary a").first
    target = summary.get_attribute("href")
    summary.click()
    assert page.evaluate("'#' + document.activeElement.id") == target
    context.close()
