"""The pages people open, and as whom: what the checks of every page and the pictures go through."""

from __future__ import annotations

import time
import urllib.request
from dataclasses import dataclass
from typing import Literal, get_args

from playwright.sync_api import Browser, Page
from sqlalchemy import select

from app import clock
from app.accounts.services import ask_email_change, ask_reset, find_account, register
from app.accounts.services.passwords import hash_password
from app.applications.services import ResumeChoice, apply
from app.billing.services import open_checkout
from app.extensions import db
from app.jobs.models import Job, JobState
from app.jobs.services import buy
from app.jobs.services.intake.sources import take_file
from app.jobs.services.rules import STEPS
from app.jobs.services.samples import CODER, EMPLOYER, MODERATOR, PASSWORD
from app.jobs.services.searching.criteria import read_criteria
from app.seekers.commands import tell_of_new_listings
from app.seekers.services import ask_to_save, keep_resume, save_search
from tests.browser import people
from tests.browser.site import Site
from tests.factories.accounts import make_operator
from tests.factories.documents import pdf_bytes
from tests.factories.seekers import make_profile
from tests.factories.sources import board, posting

# New colors and widths show two frames later; before that one sees half of each.
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = get_args(Scheme)
GUEST = ""
OPERATOR = "operator@example.com"
DASHBOARD = "main h2 a"
LISTING = "main tbody a:has-text('Inpatient coder III')"
BOARD = "main tr:has-text('Inpatient coder III') a[href$='/applications']"
CODERS = "main tr:has-text('Inpatient coder III') a[href$='/coders']"
ANSWERS = (DASHBOARD, LISTING, "main a:text-is('Edit')")
FIRST = "main tbody a"
FEEDS = (DASHBOARD, "main a:text-is('Feeds')")
CONFIRM = ("main tr:has-text('newcomer@example.com') a", "main a[href*='/verify/']")
RESET = ("main tr:has-text('Set a new password') a", "main a[href*='/reset-password/']")
NEW_ADDRESS = (
    "main a:text-is('Confirm your new e-mail address')",
    "main a[href*='/confirm-email/']",
)
SEARCH_TO_SAVE = "/saved-searches/new?q=lakeside&credential=ccs&place=remote&near=Tulsa%2C+OK"
OPT_IN = ("main tr:has-text('Confirm your job alerts') a", "main a[href*='/alerts/confirm/']")
ALERT = ("main tr:has-text('new job') a", "main a:has-text('Change or pause your alerts')")
CLAIM = "/codes/ncci-checker?lines=20610+x3%0A99213&on=2026-05-01&setting=practitioner"
FEES = "/codes/fee-calculator?lines=99213+25%0A20610+50+x1&locality=05302-01&on=2026-05-01"
RELEASE = "main a[href*='/desk/releases/']"
PAYMENT = (FIRST, "main a:text-is('Continue to payment')")
MAILS = (
    "newcomer@example.com",
    "Set a new password",
    "casey.new@example.com",
    "Confirm your job alerts",
    "new job",
)


@dataclass(frozen=True)
class Place:
    name: str
    path: str
    who: str = GUEST
    # The links that lead from `path` to the page, for addresses that hold a number.
    follow: tuple[str, ...] = ()
    # The button that sends the page's form as it is: what it looks like when something is wrong.
    press: str = ""


PLACES = (
    Place("home", "/"),
    Place("jobs", "/jobs"),
    Place("save a search", SEARCH_TO_SAVE),
    Place("save a search, refused", SEARCH_TO_SAVE, press="Save this search"),
    Place("search to confirm", "/saved-searches/check-your-mail"),
    Place("confirm alerts", "/mailbox", follow=OPT_IN),
    Place("alerts from the mail", "/mailbox", follow=ALERT),
    Place("alerts, dead link", "/alerts/there-was-one"),
    Place("jobs filtered", "/jobs?q=cpc&setting=outpatient&state=TX"),
    Place("nothing found", "/jobs?q=zzzzqqqq&credential=cpc"),
    Place("map of jobs", "/jobs/map"),
    Place("map of jobs, filtered", "/jobs/map?setting=outpatient&near=Tulsa%2C+OK"),
    Place("map of jobs, nothing found", "/jobs/map?q=zzzzqqqq"),
    Place("what jobs pay", "/pay"),
    Place("what jobs pay by state", "/pay?credential=ccs&by=state&per=year"),
    Place("what jobs pay, withheld", "/pay?credential=cuc&state=WY"),
    Place("how listings are ordered", "/jobs/how-ranking-works"),
    Place("job", "/jobs", follow=("main article a",)),
    Place("jobs of one kind", "/jobs/credential/cpc"),
    Place("jobs of one kind, none", "/jobs/state/wyoming/credential/cuc"),
    Place("code", "/codes/icd10cm/E11.9"),
    Place("code with seventh characters", "/codes/icd10cm/S72.001A"),
    Place("code, locked", "/codes/icd10cm/E11.9", follow=("main .neighbors a",)),
    Place("code section", "/codes/icd10cm/E08-E13"),
    Place("codes", "/codes"),
    Place("code system", "/codes/icd10cm"),
    Place("code search", "/codes/search?q=diabetes"),
    Place("unknown code", "/codes/icd10cm/E11.99999"),
    Place("code on another day", "/codes/icd10cm/E11.9?on=2020-01-01"),
    Place("procedure", "/codes/cpt/99213"),
    Place("number without a price", "/codes/cpt/89353"),
    Place("drug", "/codes/hcpcs/J1100"),
    Place("inpatient procedure", "/codes/icd10pcs/0016070"),
    Place("codes of a range", "/codes/hcpcs/J1100-J1110"),
    Place("alphabetic index", "/codes/index/index?letter=D"),
    Place("sources", "/codes/sources"),
    Place("codes compared", "/codes/compare?c=cpt:99213&c=cpt:99214"),
    Place("edits of a code", "/codes/cpt/99213/edits"),
    Place("claim checked", CLAIM),
    Place("fee by locality", "/codes/cpt/99213/fees?locality=05302-01"),
    Place("fees of a claim", FEES),
    Place("crosswalk", "/codes/crosswalk?route=10-to-9&codes=E11.9%0AZZZ"),
    Place("groups of stays", "/codes/ms-drg"),
    Place("group of stays", "/codes/ms-drg/638"),
    Place("coverage", "/codes/coverage"),
    Place("coverage document", "/codes/coverage/A57520"),
    Place("codes for programs", "/codes/api"),
    Place("pricing", "/pricing"),
    Place("privacy", "/privacy"),
    Place("terms", "/terms"),
    Place("company", "/jobs", follow=("main article a", "main .eyebrow a")),
    Place("register", "/register"),
    Place("register, refused", "/register", press="Register"),
    Place("log in", "/log-in"),
    Place("log in, refused", "/log-in", press="Log in"),
    Place("forgotten password", "/forgotten-password"),
    Place("check e-mail", "/check-your-mail"),
    Place("dead link", "/reset-password/there-was-one"),
    Place("mailbox", "/mailbox"),
    Place("mail", "/mailbox", follow=(FIRST,)),
    Place("confirm e-mail", "/mailbox", follow=CONFIRM),
    Place("confirm e-mail, refused", "/mailbox", follow=CONFIRM, press="Confirm and log in"),
    Place("set password", "/mailbox", follow=RESET),
    Place("set password, refused", "/mailbox", follow=RESET, press="Set password"),
    Place("confirm new e-mail", "/mailbox", follow=NEW_ADDRESS),
    Place("not found", "/there-is-no-such-page"),
    Place("profile", "/profile", CODER),
    Place("profile edit", "/profile/edit", CODER),
    Place("credentials", "/profile/credentials", CODER),
    Place("positions", "/profile/experience", CODER),
    Place("résumé", "/profile/resume", CODER),
    Place("work", "/profile/work", CODER),
    Place("jobs for you", "/profile/jobs", CODER),
    Place("job, held against a profile", "/jobs?q=outpatient", CODER, ("main article a",)),
    Place("save a search, logged in", SEARCH_TO_SAVE, CODER),
    Place("saved searches", "/saved-searches", CODER),
    Place("saved search", "/saved-searches", CODER, ("main a:has-text('Change')",)),
    Place("being found", "/profile/visibility?q=sample", CODER),
    Place("applications", "/applications", CODER),
    Place("application", "/applications", CODER, ("main h2 a",)),
    Place("apply", "/jobs?q=outpatient", CODER, ("main article a", "main a:text-is('Apply')")),
    Place(
        "apply, refused",
        "/jobs?q=outpatient",
        CODER,
        ("main article a", "main a:text-is('Apply')", "label:text-is('Another file')"),
        "Send application",
    ),
    Place("account", "/account", CODER),
    Place("code, logged in", "/codes/cpt/99214", CODER),
    Place("own things of a code", "/codes/cpt/99214/own", CODER),
    Place("note on a code", "/codes/cpt/99214/note", CODER),
    Place("own codes", "/codes/mine", CODER),
    Place("keys of programs", "/account/api-keys", CODER),
    Place("change password", "/account/password", CODER),
    Place("change e-mail", "/account/email", CODER),
    Place("change e-mail, refused", "/account/email", CODER, press="Send the link"),
    Place("close account", "/account/close", CODER),
    Place("organizations", "/employers", EMPLOYER),
    Place("new organization", "/employers/new", EMPLOYER),
    Place("new organization, refused", "/employers/new", EMPLOYER, press="Create organization"),
    Place("organization", "/employers", EMPLOYER, ("main a:text-is('Edit')",)),
    Place("dashboard", "/employers", EMPLOYER, (DASHBOARD,)),
    Place("feeds-in", "/employers", EMPLOYER, FEEDS),
    Place("feed", "/employers", EMPLOYER, (*FEEDS, FIRST)),
    Place("new feed, refused", "/employers", EMPLOYER, FEEDS, "Add the feed"),
    Place("preview", "/employers", EMPLOYER, (DASHBOARD, LISTING)),
    Place("check answers", "/employers", EMPLOYER, ANSWERS),
    *(
        Place(f"compose {s}", "/employers", EMPLOYER, (*ANSWERS, f"main a[href*='/edit/{s}']"))
        for s in STEPS
    ),
    Place("renewal", "/employers", EMPLOYER, (DASHBOARD, "main tbody a:has-text('Renew')")),
    Place("pipeline", "/employers", EMPLOYER, (DASHBOARD, BOARD)),
    Place(
        "application on the board",
        "/employers",
        EMPLOYER,
        (DASHBOARD, BOARD, "main .board-card a"),
    ),
    Place("coders for a job", "/employers", EMPLOYER, (DASHBOARD, CODERS)),
    Place("orders", "/orders", EMPLOYER),
    Place("order", "/orders", EMPLOYER, (FIRST,)),
    Place("simulated payment", "/orders", EMPLOYER, PAYMENT),
    Place("payment simulator", "/orders", EMPLOYER, (*PAYMENT, "main a:text-is('overview')")),
    Place("desk", "/desk", MODERATOR),
    Place("review queue", "/desk/listings", MODERATOR),
    Place("review", "/desk/listings", MODERATOR, (FIRST,)),
    Place("search on the desk", "/desk/search", OPERATOR),
    Place("feeds on the desk", "/desk/feeds", OPERATOR),
    Place("releases on the desk", "/desk/releases", OPERATOR),
    Place("release on the desk", "/desk/releases", OPERATOR, (RELEASE,)),
    Place("sections on the desk", "/desk/sections", OPERATOR),
)


def furnish(site: Site) -> None:
    """What the samples leave out: profiles, an application, an order, a feed, mails with a link."""
    with site.inside():
        coder, employer = find_account(CODER), find_account(EMPLOYER)
        assert coder is not None
        assert employer is not None
        make_profile(account=coder, headline="CCS, four years at a trauma center")
        make_profile(
            headline="RHIT, back from parental leave", found_by_employers_since=clock.now()
        )
        keep_resume(coder, name="casey-sample.pdf", content=pdf_bytes())
        jobs = db.session.scalars(select(Job).order_by(Job.id)).all()
        first = next(job for job in jobs if job.title.startswith("Inpatient coder III"))
        apply(coder, first.id, note="I can start in January.", choice=ResumeChoice.CURRENT)
        draft = next(job for job in jobs if job.state == JobState.LIVE and job is not first)
        order = buy(employer, draft.id, sku="renewal-30", featured=False)
        open_checkout(order, cancel_url=f"{site.url}/orders")
        odd = posting(2, title="Chart whisperer", location={"name": "The Moon"})
        file = {"name": "board.json", "kind": "auto", "content": board(posting(), odd)}
        take_file(employer, first.organisation, **file)
        make_operator(email=OPERATOR, password_hash=hash_password(PASSWORD))
        register(name="Noa Comer", email="newcomer@example.com", password=PASSWORD)
        ask_reset(CODER)
        remote = read_criteria({"place": ["remote"]})
        save_search(coder, remote, name="", frequency="instant")
        ask_to_save("guest@example.com", remote, frequency="daily")
        ask_email_change(coder, current=PASSWORD, email="casey.new@example.com")
        db.session.commit()
        _wait_for_mails(site)


def _wait_for_mails(site: Site, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        tell_of_new_listings()  # the worker does so once a minute
        with urllib.request.urlopen(f"{site.url}/mailbox") as answer:
            page = answer.read().decode()
        if all(words in page for words in MAILS):
            return
        time.sleep(0.5)
    raise AssertionError("the mails of the pages behind a mailed link did not come")


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

    def open(self, place: Place, scheme: Scheme) -> Page:
        page = self.page_of(place.who)
        if place.who == GUEST:
            page.context.clear_cookies()  # a guest's first view of a code, each time
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.goto(place.path)
        for link in place.follow:
            target = page.locator(link).first
            if target.get_attribute("href") is None:  # a part of this page is opened
                target.click()
            else:
                with page.expect_navigation():
                    target.click()
        if place.press:
            with page.expect_navigation():
                page.locator("main").get_by_role("button", name=place.press, exact=True).click()
        return page

    def in_scheme(self, place: Place, scheme: Scheme) -> Page:
        """The place that was opened last, in another scheme: Chromium keeps a color or two where
        the scheme changes under an open page, so the page is loaded again."""
        page = self.page_of(place.who)
        if place.press:  # what a form was answered with has no address of its own
            return self.open(place, scheme)
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.reload()
        return page

    def close(self) -> None:
        for page in self.pages.values():
            page.context.close()
