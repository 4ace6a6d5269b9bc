"""The pictures in docs/screens: the main pages at two widths, light and dark. `make screens`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.places import DRAWN, PLACES, SCHEMES, Visits, furnish
from tests.browser.site import CHROMIUM_FLAGS, ROOT, find_chromium, running_site

FOLDER = ROOT / "docs" / "screens"
MAIN = (
    "home",
    "jobs",
    "map of jobs",
    "what jobs pay",
    "job",
    "code",
    "procedure",
    "claim checked",
    "fee by locality",
    "sources",
    "code search",
    "pricing",
    "profile",
    "jobs for you",
    "saved searches",
    "dashboard",
    "pipeline",
    "review",
)
WIDTHS = (1280, 390)
TALLEST = 1800  # pixels; what is further down repeats what is above it


def main() -> None:
    path = find_chromium()
    if path is None:
        sys.exit("Chromium is missing: apt-get install chromium")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_site(Path(folder)) as site,
        sync_playwright() as playwright,
    ):
        furnish(site)
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        visits = Visits(browser, site)
        for place in (p for p in PLACES if p.name in MAIN):
            for scheme in SCHEMES:
                page = visits.open(place, scheme)
                for width in WIDTHS:
                    page.set_viewport_size({"width": width, "height": 900})
                    page.evaluate(DRAWN)
                    height = page.evaluate("document.documentElement.scrollHeight")
                    page.set_viewport_size({"width": width, "height": min(height, TALLEST)})
                    page.evaluate(DRAWN)
                    name = f"{place.name.replace(' ', '-')}-{width}-{scheme}.png"
                    page.screenshot(path=FOLDER / name)
                    print(name)
        visits.close()
        browser.close()


if __name__ == "__main__":
    main()
