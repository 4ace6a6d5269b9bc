"""What people do on the site, step by step, by the words they see."""

from __future__ import annotations

import re
import time
from datetime import timedelta

from playwright.sync_api import Locator, Page, expect

from app import clock

PASSWORD = "nine green herons wading"


def register(page: Page, name: str, email: str) -> None:
    page.goto("/register")
    page.get_by_label("Your name").fill(name)
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Register", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("mail")
    read_mail(page, email, "confirm")
    page.locator("main a[href*='/verify/']").first.click()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm and log in").click()
    expect(page.get_by_text("Your e-mail address is confirmed.")).to_be_visible()


def log_in(page: Page, email: str, password: str) -> None:
    page.goto("/log-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.locator("main").get_by_role("button", name="Log in").click()
    page.wait_for_url(lambda url: "/log-in" not in url)


def read_mail(page: Page, to: str, subject: str, *, seconds: float = 15) -> None:
    """Wait for a mail and open it on the mailbox page."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        page.goto("/mailbox")
        row = page.locator("tr", has_text=to).filter(has_text=re.compile(subject, re.IGNORECASE))
        if row.count():
            row.first.get_by_role("link").first.click()
            return
        time.sleep(0.3)
    raise AssertionError(f"no mail to {to} about {subject!r}")


def choose(place: Page | Locator, label: str) -> None:
    """Press a radio button or checkbox by the words beside it, as people do."""
    place.locator("label").filter(has_text=re.compile(label)).first.click()


def create_organisation(page: Page, name: str) -> None:
    page.goto("/employers/new")
    page.get_by_label("Name of the organization").fill(name)
    choose(page, "^Hospital")
    page.get_by_label("Website").fill("https://lakeside.example.com")
    page.get_by_label("City").fill("Madison")
    page.get_by_label("State").select_option(label="Wisconsin")
    page.get_by_label("About the organization").fill("A regional hospital with 310 beds.")
    page.get_by_role("button", name="Create organization").click()


def compose_listing(page: Page, title: str) -> None:
    """Answer every page of questions, from the dashboard to the answers to check."""
    page.get_by_role("button", name="Compose a listing").click()

    def go_on() -> None:
        page.get_by_role("button", name="Save and continue").click()
        expect(page.get_by_text("There is a problem")).to_have_count(0)

    page.get_by_label("Job title").fill(title)
    page.get_by_label("Role").select_option(label="Coder")
    choose(page, "^Full time")
    page.get_by_label("Your requisition number").fill("R-2041")
    go_on()
    choose(page, "^Remote$")
    choose(page, "^Texas$")
    choose(page, "^Wisconsin$")
    go_on()
    choose(page, "hour")
    page.get_by_label("Lowest pay").fill("31.50")
    page.get_by_label("Highest pay").fill("42")
    page.get_by_label("Benefits and other compensation").fill("Medical, dental, 403(b), paid CEUs")
    go_on()
    choose(page, "^3 to 4 years")
    choose(page.get_by_role("group", name=re.compile("^Required")), "CIRCC")
    go_on()
    choose(page, "^Inpatient facility")
    choose(page, "^Cardiology")
    choose(page.get_by_role("group", name=re.compile("^Code sets")), "^ICD-10-CM$")
    page.get_by_label(re.compile("ICD-10-CM codes in the work")).fill("I21, E08-E13")
    go_on()
    page.get_by_label("Productivity").fill("3 inpatient charts an hour")
    page.get_by_label("Accuracy you expect").fill("95")
    go_on()
    page.get_by_label("Description").fill(
        "Code cardiac catheterization and device encounters from the operative notes, and answer "
        "denials for them.\n\n- Query physicians\n- Mentor new coders"
    )
    go_on()
    closing = (clock.now() + timedelta(days=20)).date()
    for part, value in (("Month", closing.month), ("Day", closing.day), ("Year", closing.year)):
        boxes = page.get_by_label(part, exact=True)
        if boxes.count():
            boxes.first.fill(str(value))
    if not page.get_by_label("Month", exact=True).count():
        page.get_by_label("Last day to apply").fill(closing.isoformat())
    choose(
        page.get_by_role("group", name=re.compile("^Where do coders apply")), "here|CareerCenter"
    )
    go_on()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")


def pay(page: Page) -> None:
    page.get_by_role("link", name="Continue to payment").click()
    choose(page, "30 days")
    page.get_by_role("button", name="Continue to payment").click()
    expect(page.get_by_text("Simulated payment").first).to_be_visible()
    page.get_by_role("button", name=re.compile("by card")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Payment received")
