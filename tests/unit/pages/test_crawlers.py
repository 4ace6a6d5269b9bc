"""What search engines are told: what to leave alone, and where everything public is."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.codes.models import CodeEntry, CodeRelease
from app.codes.services.editions import forget_editions
from app.extensions import db
from app.jobs.models import JobState
from app.jobs.services.landing import count_topics
from app.pages import services
from tests.factories.employers import make_organisation
from tests.factories.jobs import make_job

BASE = "http://127.0.0.1:8000"
NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def addresses(client: FlaskClient, path: str) -> list[str]:
    response = client.get(path)
    assert response.status_code == 200
    assert response.mimetype == "application/xml"
    assert "public" in response.headers["Cache-Control"]
    return [found.text or "" for found in ET.fromstring(response.text).iter(f"{NAMESPACE}loc")]


def load_codes(
    *codes: str, state: str = "published", system: str = "icd10cm", kind: str = "code", **more: Any
) -> CodeRelease:
    forget_editions()
    fields = {
        "kind": system,
        "edition": "April 1, 2026",
        "effective_from": date(2026, 4, 1),
        "source": "test.xml",
        "sha256": "0" * 64,
        "state": state,
        "imported_at": clock.now(),
        "heartbeat_at": clock.now(),
    }
    release = CodeRelease(**{**fields, **more})
    db.session.add(release)
    db.session.flush()
    rows = [("1", "Chapter 1", "chapter"), ("A00-A09", "A00-A09", "section")]
    rows += [(code.replace(".", ""), code, kind) for code in codes]
    for position, (key, shown, kind) in enumerate(rows):
        db.session.add(
            CodeEntry(
                release_id=release.id,
                key=key,
                shown=shown,
                kind=kind,
                title="Title",
                billable=True,
                ancestors="",
                position=position,
            )
        )
    db.session.commit()
    return release


def test_robots_leave_private_pages_alone_and_find_the_sitemap(client: FlaskClient) -> None:
    response = client.get("/robots.txt")

    lines = response.text.splitlines()
    assert response.mimetype == "text/plain"
    assert {"Disallow: /account", "Disallow: /desk", "Disallow: /mailbox"} <= set(lines)
    assert f"Sitemap: {BASE}/sitemap.xml" in lines
    assert "Disallow: /" not in lines
    assert not any(line.startswith("Disallow: /jobs") for line in lines)


def test_the_sitemap_names_one_file_for_each_kind_of_page(client: FlaskClient) -> None:
    load_codes("A00.0", "A00.1")
    for _ in range(5):
        make_job()
    count_topics()
    db.session.commit()

    assert addresses(client, "/sitemap.xml") == [
        f"{BASE}/sitemap-pages.xml",
        f"{BASE}/sitemap-jobs.1.xml",
        f"{BASE}/sitemap-companies.xml",
        f"{BASE}/sitemap-job-pages.xml",
        f"{BASE}/sitemap-icd10cm-headings.xml",
        f"{BASE}/sitemap-icd10cm-1.xml",
    ]


def test_a_file_that_would_be_empty_is_not_named(client: FlaskClient) -> None:
    make_job(organisation=make_organisation(is_sample=True))

    assert addresses(client, "/sitemap.xml") == [f"{BASE}/sitemap-pages.xml"]
    for path in ("/sitemap-jobs.1.xml", "/sitemap-companies.xml", "/sitemap-job-pages.xml"):
        assert addresses(client, path) == []


def test_only_listings_the_public_sees_are_in_the_sitemap(client: FlaskClient) -> None:
    live = make_job(title="Coder & auditor")
    make_job(state=JobState.DRAFT)
    make_job(expires_at=clock.now() - timedelta(minutes=1))
    make_job(organisation=make_organisation(suspended_at=clock.now()))

    make_job(organisation=make_organisation(is_sample=True))  # its page asks not to be indexed

    assert addresses(client, "/sitemap-jobs.1.xml") == [f"{BASE}/jobs/{live.id}-coder-auditor"]
    assert addresses(client, "/sitemap-companies.xml") == [
        f"{BASE}/companies/{live.organisation.slug}"
    ]


def test_a_listing_carries_the_day_it_last_changed(client: FlaskClient) -> None:
    job = make_job()

    page = client.get("/sitemap-jobs.1.xml").text
    assert f"<lastmod>{job.changed_at:%Y-%m-%d}</lastmod>" in page


def test_a_listing_that_waited_for_its_day_changed_on_that_day(client: FlaskClient) -> None:
    published = clock.now() - timedelta(hours=1)
    make_job(published_at=published, changed_at=published - timedelta(days=9))

    page = client.get("/sitemap-jobs.1.xml").text
    assert f"<lastmod>{published:%Y-%m-%d}</lastmod>" in page


def test_listings_are_cut_into_files_that_leave_none_out(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "JOBS_A_SITEMAP", 2)
    jobs = [make_job() for _ in range(5)]

    found = [
        address for part in (1, 2, 3) for address in addresses(client, f"/sitemap-jobs.{part}.xml")
    ]
    assert found == [f"{BASE}/jobs/{job.id}-inpatient-coder" for job in jobs]
    assert f"{BASE}/sitemap-jobs.3.xml" in addresses(client, "/sitemap.xml")
    assert client.get("/sitemap-jobs.4.xml").status_code == 404
    assert client.get("/sitemap-jobs.0.xml").status_code == 404


def test_the_page_of_one_kind_of_job_carries_the_day_of_its_newest(client: FlaskClient) -> None:
    published = clock.now() - timedelta(days=6)
    for _ in range(5):
        make_job(published_at=published)
    count_topics()
    db.session.commit()

    page = client.get("/sitemap-job-pages.xml").text
    assert f"<loc>{BASE}/jobs/credential/ccs</loc><lastmod>{published:%Y-%m-%d}</lastmod>" in page


def test_every_sitemap_is_valid_and_within_the_limits_of_the_protocol(client: FlaskClient) -> None:
    load_codes("A00.0", "A00.1")
    for number in range(6):
        make_job(title=f"Coder & auditor <{number}> \u00e9", place_kind="remote")
    count_topics()
    db.session.commit()

    index = client.get("/sitemap.xml")
    assert sitemap_faults(index.data, "sitemapindex") == []
    for address in addresses(client, "/sitemap.xml"):
        response = client.get(address.removeprefix(BASE))
        assert sitemap_faults(response.data, "urlset") == [], address


def sitemap_faults(body: bytes, outer: str) -> list[str]:
    """What the protocol at sitemaps.org asks of a file."""
    root = ET.fromstring(body)
    inner = {"urlset": "url", "sitemapindex": "sitemap"}[outer]
    faults = [] if root.tag == f"{NAMESPACE}{outer}" else ["root"]
    faults += [] if 1 <= len(root) <= 50_000 else ["entries"]
    faults += [] if len(body) <= 50 * 1024 * 1024 else ["size"]
    for entry in root:
        found = {child.tag.removeprefix(NAMESPACE): child.text or "" for child in entry}
        address = found.pop("loc", "")
        if entry.tag != f"{NAMESPACE}{inner}" or not set(found) <= {"lastmod"}:
            faults.append(f"{address}: {entry.tag}")
        if not address.startswith(f"{BASE}/") or len(address) >= 2_048 or not address.isascii():
            faults.append(f"{address}: no address of this site")
        if "lastmod" in found and date.fromisoformat(found["lastmod"]) > clock.now().date():
            faults.append(f"{address}: changed tomorrow")
    return faults


def test_codes_and_headings_are_in_sitemaps_of_their_own(client: FlaskClient) -> None:
    load_codes("A00.0", "A00.1")

    assert addresses(client, "/sitemap-icd10cm-1.xml") == [
        f"{BASE}/codes/icd10cm/A00.0",
        f"{BASE}/codes/icd10cm/A00.1",
    ]
    assert addresses(client, "/sitemap-icd10cm-headings.xml") == [
        f"{BASE}/codes/icd10cm",
        f"{BASE}/codes/icd10cm/1",
        f"{BASE}/codes/icd10cm/A00-A09",
    ]


def test_numbers_and_modifiers_are_in_the_sitemap_too(client: FlaskClient) -> None:
    load_codes("00000", system="cpt", kind="code")
    load_codes("ZZ", system="hcpcs", kind="modifier")

    assert addresses(client, "/sitemap-cpt-1.xml") == [f"{BASE}/codes/cpt/00000"]
    assert addresses(client, "/sitemap-hcpcs-1.xml") == [f"{BASE}/codes/hcpcs/ZZ"]
    assert len(addresses(client, "/sitemap.xml")) == 5


def changed_on(client: FlaskClient, path: str) -> set[str]:
    found = ET.fromstring(client.get(path).text).iter(f"{NAMESPACE}lastmod")
    return {changed.text or "" for changed in found}


def test_codes_changed_when_the_last_release_that_speaks_of_them_was_put_live(
    client: FlaskClient,
) -> None:
    load_codes("A00.0", published_at=datetime(2026, 4, 2, tzinfo=UTC))
    load_codes("00000", system="cpt", published_at=datetime(2026, 4, 3, tzinfo=UTC))
    load_codes(system="ms-drg", published_at=datetime(2026, 5, 4, tzinfo=UTC))
    load_codes(system="ptp-hospital", published_at=datetime(2026, 5, 5, tzinfo=UTC))
    load_codes(system="icd9cm", published_at=datetime(2026, 6, 6, tzinfo=UTC))

    for path in ("/sitemap-icd10cm-1.xml", "/sitemap-icd10cm-headings.xml"):
        assert changed_on(client, path) == {"2026-05-04"}
    assert changed_on(client, "/sitemap-cpt-1.xml") == {"2026-05-05"}
    assert changed_on(client, "/sitemap.xml") == {"2026-05-04", "2026-05-05", "2026-06-06"}


def test_an_edition_put_live_ahead_changes_pages_on_the_day_it_holds(client: FlaskClient) -> None:
    load_codes("A00.0", published_at=datetime(2026, 2, 2, tzinfo=UTC))
    ahead = clock.today() + timedelta(days=30)
    load_codes("A00.0", published_at=clock.now(), effective_from=ahead)

    assert changed_on(client, "/sitemap-icd10cm-1.xml") == {"2026-04-01"}


def test_codes_are_cut_into_files_that_leave_none_out(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "CODES_A_SITEMAP", 2)
    load_codes("A00.0", "A00.1", "A00.9")

    assert len(addresses(client, "/sitemap.xml")) == 4
    assert addresses(client, "/sitemap-icd10cm-2.xml") == [f"{BASE}/codes/icd10cm/A00.9"]
    assert client.get("/sitemap-icd10cm-3.xml").status_code == 404


@pytest.mark.parametrize(
    "path", ["/sitemap-icd10cm-0.xml", "/sitemap-none-1.xml", "/sitemap-cpt-headings.xml"]
)
def test_a_sitemap_that_does_not_exist_is_not_found(client: FlaskClient, path: str) -> None:
    load_codes("A00.0")

    assert client.get(path).status_code == 404


def test_an_edition_that_is_being_loaded_is_not_in_the_sitemap(client: FlaskClient) -> None:
    load_codes("A00.0", state="staged")

    assert f"{BASE}/sitemap-icd10cm-1.xml" not in addresses(client, "/sitemap.xml")
    assert client.get("/sitemap-icd10cm-1.xml").status_code == 404


def test_every_page_in_the_sitemap_opens(app: Flask, client: FlaskClient) -> None:
    for address in addresses(client, "/sitemap-pages.xml"):
        assert client.get(address.removeprefix(BASE)).status_code == 200
