"""The pages people open, and as whom: what the checks of every page and the pictures go through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Browser, Page

from app.jobs.services.samples import CODER, EMPLOYER, MODERATOR, PASSWORD
from tests.browser import people
from tests.browser.site import Site

GUEST = ""


@dataclass(frozen=True)
class Place:
    name: str
    path: str
    who: str = GUEST
    # The link on `path` that leads to the page, for addresses that hold a number.
    follow: str = ""


PLACES = (
    Place("home", "/"),
    Place("jobs", "/jobs"),
    Place("jobs filtered", "/jobs?q=cpc&setting=outpatient&state=TX"),
    Place("nothing found", "/jobs?q=zzzzqqqq&credential=cpc"),
    Place("job", "/jobs", follow="main article a, main li h2 a, main h2 a, main h3 a"),
    Place("code", "/codes/icd10cm/E11.9"),
    Place("code with seventh characters", "/codes/icd10cm/S72.001A"),
    Place("codes", "/codes"),
    Place("code system", "/codes/icd10cm"),
    Place("code search", "/codes/search?q=diabetes"),
    Place("unknown code", "/codes/icd10cm/E11.99999"),
    Place("pricing", "/pricing"),
    Place("privacy", "/privacy"),
    Place("terms", "/terms"),
    Place("register", "/register"),
    Place("log in", "/log-in"),
    Place("forgotten password", "/forgotten-password"),
    Place("mailbox", "/mailbox"),
    Place("not found", "/there-is-no-such-page"),
    Place("profile", "/profile", CODER),
    Place("profile edit", "/profile/edit", CODER),
    Place("credentials", "/profile/credentials", CODER),
    Place("positions", "/profile/experience", CODER),
    Place("résumé", "/profile/resume", CODER),
    Place("applications", "/applications", CODER),
    Place("account", "/account", CODER),
    Place("change password", "/account/password", CODER),
    Place("close account", "/account/close", CODER),
    Place("organizations", "/employers", EMPLOYER),
    Place("new organization", "/employers/new", EMPLOYER),
    Place("dashboard", "/employers", EMPLOYER, follow="main h2 a"),
    Place("orders", "/orders", EMPLOYER),
    Place("desk", "/desk", MODERATOR),
    Place("review queue", "/desk/listings", MODERATOR),
    Place("review", "/desk/listings", MODERATOR, follow="main tbody a"),
)


class Visits:
    """Browsers that stay logged in, one for each kind of person."""

    def __init__(self, chromium: Browser, site: Site) -> None:
        self.chromium, self.site = chromium, site
        self.pages: dict[str, Page] = {}

    def page_of(self, who: str) -> Page:
        if who not in self.pages:
            page = self.chromium.new_context(base_url=self.site.url).new_page()
            page.set_default_timeout(20_000)
            if who != GUEST:
                people.log_in(page, who, PASSWORD)
            self.pages[who] = page
        return self.pages[who]

    def open(self, place: Place, before: Callable[[Page], None] | None = None) -> Page:
        page = self.page_of(place.who)
        if place.who == GUEST:
            page.context.clear_cookies()  # a guest's first view of a code, each time
        if before:
            before(page)
        page.goto(place.path)
        if place.follow:
            page.locator(place.follow).first.click()
        page.wait_for_load_state("networkidle")
        return page

    def close(self) -> None:
        for page in self.pages.values():
            page.context.close()
