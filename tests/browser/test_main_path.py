"""A coder finds and applies to a paid job: the whole way, as a new employer and a new coder."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser import people
from tests.browser.site import Site
from tests.factories.documents import pdf_bytes

TITLE = "Cardiac catheterization coder"
EMPLOYER = "hiring@lakeside.example.com"
CODER = "robin@example.com"
SAMPLE_PASSWORD = "sample listings only"


def wait_until_found(page: Page, address: str, words: str, seconds: float) -> float:
    """Reload a search until it shows the words; the seconds it took."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        page.goto(address)
        if page.locator("main").get_by_role("link", name=words).count():
            return time.monotonic() - began
        time.sleep(0.1)
    raise AssertionError(f"{words!r} was not found within {seconds} s")


def test_a_coder_finds_and_applies_to_a_paid_job(
    each_site: Site, visitor: Callable[..., Page]
) -> None:
    employer = visitor(each_site.url)
    people.register(employer, "Dana Reyes", EMPLOYER)
    people.create_organisation(employer, "Lakeside Heart Hospital")
    employer.goto("/employers")
    employer.get_by_role("link", name="Lakeside Heart Hospital").click()
    people.compose_listing(employer, TITLE)
    employer.get_by_role("link", name="Preview", exact=True).click()
    expect(employer.get_by_text("$31.50").first).to_be_visible()
    expect(employer.get_by_role("link", name="E08")).to_be_visible()
    employer.go_back()
    people.pay(employer)
    people.read_mail(employer, EMPLOYER, "receipt")
    expect(employer.get_by_text("$249").first).to_be_visible()

    moderator = visitor(each_site.url)
    people.log_in(moderator, "moderator@example.com", SAMPLE_PASSWORD)
    moderator.goto("/desk/listings")
    moderator.get_by_role("link", name=TITLE).click()
    moderator.get_by_role("button", name="Approve", exact=True).click()

    coder = visitor(each_site.url)
    took = wait_until_found(coder, "/jobs?q=cardiac+cathterization", TITLE, 10)
    # Two seconds is the promise; a busy test machine gets a little more.
    assert took < 5, f"searchable after {took:.1f} s"
    people.register(coder, "Robin Okafor", CODER)
    coder.goto("/profile/edit")
    coder.get_by_label("Headline").fill("CIRCC, six years in cath labs")
    coder.get_by_role("button", name="Save", exact=True).click()
    coder.goto("/jobs?q=CIRCC&state=TX")
    coder.get_by_role("link", name=TITLE).first.click()
    coder.get_by_role("link", name=re.compile("^Apply")).first.click()
    coder.locator("input[type=file]").set_input_files(
        {"name": "robin.pdf", "mimeType": "application/pdf", "buffer": pdf_bytes()}
    )
    coder.locator("main textarea").first.fill("I have coded cath lab encounters since 2020.")
    coder.get_by_role("button", name="Send application").click()
    expect(coder.get_by_text("The employer has it.")).to_be_visible()
    application = coder.url
    coder.goto("/jobs?q=CIRCC&state=TX")
    coder.get_by_role("link", name=TITLE).first.click()
    coder.goto(re.sub(r"(/jobs/\d+).*", r"\1/apply", coder.url))
    assert coder.url == application, "a second application leads to the first"

    people.read_mail(employer, EMPLOYER, "appl")
    employer.goto("/employers")
    employer.get_by_role("link", name="Lakeside Heart Hospital").click()
    employer.get_by_role("link", name=re.compile("^Applications")).first.click()
    employer.get_by_role("link", name="Robin Okafor").click()
    with employer.expect_download() as download:
        employer.get_by_role("link", name="robin.pdf").click()
    assert download.value.suggested_filename == "robin.pdf"
    employer.locator("select[name=stage]").select_option(label="Interview")
    employer.get_by_role("button", name="Save and send").click()
    people.read_mail(coder, CODER, "interview|application")
    coder.goto(application)
    expect(coder.get_by_text("Interview").first).to_be_visible()

    guest = visitor(each_site.url)
    guest.goto("/codes/icd10cm/e119")
    assert guest.url.endswith("/codes/icd10cm/E11.9")
    expect(guest.get_by_role("link", name=TITLE).first).to_be_visible()
    expect(guest.get_by_text("0 code page views remaining").first).to_be_visible()
    guest.goto("/codes/icd10cm/I21.4")
    expect(guest.get_by_text("Register to view content").first).to_be_visible()
    assert guest.goto("/codes/icd10cm/E11.99999").status == 404
