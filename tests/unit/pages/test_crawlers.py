"""What search engines are told: what to leave alone, and where everything public is."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.codes.models import CodeEntry, CodeRelease
from app.extensions import db
from app.jobs.models import JobState
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


def load_codes(*codes: str, state: str = "current") -> CodeRelease:
    release = CodeRelease(
        system="icd10cm",
        edition="April 1, 2026",
        effective_from=date(2026, 4, 1),
        source="test.xml",
        sha256="0" * 64,
        state=state,
        imported_at=clock.now(),
    )
    db.session.add(release)
    db.session.flush()
    rows = [("1", "Chapter 1", "chapter"), ("A00-A09", "A00-A09", "section")]
    rows += [(code.replace(".", ""), code, "code") for code in codes]
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

    assert addresses(client, "/sitemap.xml") == [
        f"{BASE}/sitemap-pages.xml",
        f"{BASE}/sitemap-jobs.xml",
        f"{BASE}/sitemap-icd10cm-1.xml",
    ]


def test_only_listings_the_public_sees_are_in_the_sitemap(client: FlaskClient) -> None:
    live = make_job(title="Coder & auditor")
    make_job(state=JobState.DRAFT)
    make_job(expires_at=clock.now() - timedelta(minutes=1))
    make_job(organisation=make_organisation(suspended_at=clock.now()))

    found = addresses(client, "/sitemap-jobs.xml")

    assert found == [
        f"{BASE}/jobs/{live.id}-coder-auditor",
        f"{BASE}/companies/{live.organisation.slug}",
    ]


def test_a_listing_carries_the_day_it_last_changed(client: FlaskClient) -> None:
    job = make_job()

    assert f"<lastmod>{job.changed_at:%Y-%m-%d}</lastmod>" in client.get("/sitemap-jobs.xml").text


def test_codes_are_in_the_sitemap_and_headings_are_not(client: FlaskClient) -> None:
    load_codes("A00.0", "A00.1")

    assert addresses(client, "/sitemap-icd10cm-1.xml") == [
        f"{BASE}/codes/icd10cm/A00.0",
        f"{BASE}/codes/icd10cm/A00.1",
    ]


def test_codes_are_cut_into_files_that_leave_none_out(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "CODES_A_SITEMAP", 2)
    load_codes("A00.0", "A00.1", "A00.9")

    assert len(addresses(client, "/sitemap.xml")) == 4
    assert addresses(client, "/sitemap-icd10cm-2.xml") == [f"{BASE}/codes/icd10cm/A00.9"]
    assert client.get("/sitemap-icd10cm-3.xml").status_code == 404


@pytest.mark.parametrize("path", ["/sitemap-icd10cm-0.xml", "/sitemap-none-1.xml"])
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
