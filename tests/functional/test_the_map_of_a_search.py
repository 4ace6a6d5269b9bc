"""A visitor sees a search on a map, goes to a place, and back to the list."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask

from app.jobs.services.index import rebuild_index
from app.places import all_cities, find_city
from search import open_engine
from tests.factories.jobs import make_job


def job_in(name, state, **fields):
    place = find_city(name, state)
    return make_job(
        place_kind="onsite", city=name, state_code=state, lat=place.lat, lng=place.lng, **fields
    )


@pytest.fixture
def engine_down(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, "search_engine", open_engine("http://127.0.0.1:9"))


def circles(page):
    found = re.findall(r'<a href="([^"]+)"><title>([^<]+)</title><circle', page)
    return {html.unescape(name): html.unescape(url) for url, name in found}


def test_from_the_list_to_the_map_to_a_place(client):
    job_in("Tulsa", "OK", title="Auditor")
    job_in("Tulsa", "OK", title="Archivist")
    job_in("Waco", "TX", title="Archivist")
    make_job(title="Archivist from home")
    rebuild_index()

    page = client.get("/jobs?q=archivist").text
    assert 'href="/jobs/map?q=archivist"' in page
    page = client.get("/jobs/map?q=archivist").text
    assert "3 jobs" in page
    assert '<a href="/jobs?q=archivist&amp;place=remote">1 remote job</a> is not tied' in page
    assert 'href="/jobs?q=archivist"' in page
    links = circles(page)
    assert list(links) == ["1 job in or near Tulsa, OK", "1 job in or near Waco, TX"]
    for name, url in links.items():
        assert page.count(html.escape(url)) == 2, name  # in the picture and in the list below
        assert "1 job<" in client.get(url).text


def test_what_is_chosen_can_be_taken_away_on_the_map(client):
    job_in("Tulsa", "OK")
    rebuild_index()

    page = client.get("/jobs/map?setting=inpatient&state=OK").text

    assert 'class="chip" href="/jobs/map?state=OK"' in page
    assert '<input type="hidden" name="setting" value="inpatient">' in page


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("/jobs/map?q=&setting=", "/jobs/map"),
        ("/jobs/map?page=3&sort=pay", "/jobs/map"),
        ("/jobs/map?utm_source=x&place=onsite", "/jobs/map?place=onsite"),
        ("/jobs/map?near=%20&miles=-1&since=x&pay_min=abc", "/jobs/map"),
        ("/jobs/map?near=st+louis+mo&miles=50", "/jobs/map?near=St.+Louis%2C+MO&miles=50"),
    ],
)
def test_each_map_has_one_address(client, asked, kept):
    answer = client.get(asked)
    assert answer.status_code == 302
    assert answer.location.startswith(kept)
    assert client.get(answer.location).status_code == 200


def test_a_map_is_not_for_crawlers_and_names_its_sources(client):
    job_in("Tulsa", "OK")
    rebuild_index()
    page = client.get("/jobs/map").text
    assert '<meta name="robots" content="noindex, follow">' in page
    assert "Place names: GeoNames, CC BY 4.0. Coordinates: US Census Bureau." in page


def test_an_empty_map_says_what_to_do(client):
    make_job()
    rebuild_index()
    assert "Every job of this search is remote" in client.get("/jobs/map").text
    page = client.get("/jobs/map?q=zzzzqqqq").text
    assert "No jobs found" in page
    assert 'class="map"' not in page


@pytest.mark.usefixtures("engine_down")
def test_without_the_engine_there_is_a_notice_and_the_list(client):
    job_in("Tulsa", "OK", title="Auditor in Tulsa")
    page = client.get("/jobs/map?place=onsite").text
    assert "The map is missing right now" in page
    assert "Auditor in Tulsa" in page
    assert 'href="/jobs?place=onsite"' in page


def test_many_places_open_on_demand(client):
    far_apart = {}
    for place in (city.place for city in sorted_cities()):
        if all(abs(place.lat - p.lat) + abs(place.lng - p.lng) > 2 for p in far_apart.values()):
            far_apart[place.label] = place
        if len(far_apart) == 45:
            break
    for place in far_apart.values():
        job_in(place.name, place.state)
    rebuild_index()
    page = client.get("/jobs/map").text
    assert len(circles(page)) == 45
    assert "<summary>5 more places</summary>" in page


def sorted_cities():
    from_largest = sorted(all_cities(), key=lambda city: -city.zips)
    return [city for city in from_largest if city.place.state not in ("AK", "HI")]
