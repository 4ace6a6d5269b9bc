"""Where the jobs of a search are: counted by town, with the towns around."""

from __future__ import annotations

import pytest
from flask import Flask

from app.jobs.models import Facet, Job
from app.jobs.services.index import rebuild_index
from app.jobs.services.searching.criteria import read_criteria
from app.jobs.services.searching.job_map import MILES, JobMap, gathered, map_of, miles_between
from app.jobs.services.searching.search import find_jobs
from app.jobs.views.job_map import LARGEST, SMALLEST, circles_of, numbered
from app.places import Place, all_cities, find_city
from search import open_engine
from tests.factories.employers import make_organisation
from tests.factories.jobs import make_job

pytestmark = pytest.mark.usefixtures("app")


def city(name: str, state: str) -> Place:
    place = find_city(name, state)
    assert place is not None
    return place


def job_in(name: str, state: str, **fields: object) -> Job:
    place = find_city(name, state)
    where = {"lat": place.lat, "lng": place.lng} if place else {}
    return make_job(
        **{"place_kind": "onsite", "city": name, "state_code": state, **where, **fields}
    )


def look(**parameters: str | list[str]) -> JobMap:
    found = map_of(
        read_criteria({k: v if isinstance(v, list) else [v] for k, v in parameters.items()})
    )
    assert found is not None
    return found


def spots(found: JobMap) -> dict[str, int]:
    return {spot.place.label: spot.count for spot in found.spots}


class TestCounting:
    def test_places_of_a_search_have_their_jobs_and_the_most_come_first(self):
        for _ in range(2):
            job_in("St. Louis", "MO")
        job_in("Waco", "TX", place_kind="hybrid")
        make_job()
        rebuild_index()

        found = look()

        assert list(spots(found).items()) == [("St. Louis, MO", 2), ("Waco, TX", 1)]
        assert found.remote == 1
        assert found.unknown == {}
        assert not found.cut

    def test_a_search_narrows_its_map(self):
        job_in("St. Louis", "MO", title="Auditor")
        job_in("Waco", "TX", terms=[(Facet.SETTING, "ed")])
        rebuild_index()

        assert spots(look(q="auditor")) == {"St. Louis, MO": 1}
        assert spots(look(setting="ed")) == {"Waco, TX": 1}
        assert spots(look(state="MO")) == {"St. Louis, MO": 1}
        assert spots(look(near="Waco, TX")) == {"Waco, TX": 1}
        assert spots(look(q="zzzzqqqq")) == {}

    def test_one_town_written_in_two_ways_is_one_place(self):
        job_in("St. Louis", "MO")
        job_in("Saint Louis", "MO")
        rebuild_index()

        assert spots(look()) == {"St. Louis, MO": 2}

    def test_a_town_nobody_knows_is_named_and_not_guessed(self):
        job_in("Springfield Heights West", "MO")
        job_in("Springfield", "")
        rebuild_index()

        found = look()

        assert found.spots == ()
        assert sorted(found.unknown) == ["Springfield Heights West, MO", "Springfield, "]

    def test_remote_jobs_are_told_of_with_the_states_they_were_asked_for(self):
        make_job(terms=[(Facet.STATE, "TX")])
        make_job(terms=[(Facet.STATE, "OH")])
        rebuild_index()

        found = look(state=["TX"])

        assert (found.remote, found.open_to) == (1, ("Texas",))
        assert look(near="Waco, TX").open_to == ("Texas",)
        assert (look().remote, look().open_to) == (2, ())

    def test_pages_and_orders_do_not_matter(self):
        job_in("Waco", "TX")
        rebuild_index()

        assert look(page="9", sort="pay") == look()

    def test_more_towns_than_an_engine_counts_are_counted_state_by_state(self):
        organisation = make_organisation()
        for state in ("MO", "TX"):
            towns = [c.place for c in all_cities() if c.place.state == state][:120]
            for town in towns:
                job_in(town.name, state, organisation=organisation)
        rebuild_index()

        found = look()

        assert {spot.place.state for spot in found.spots} == {"MO", "TX"}
        assert not found.cut
        for spot in found.spots[:3]:
            assert find_jobs(spot.search).answer.total == spot.count

    def test_without_the_engine_there_is_no_map(self, app: Flask, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setitem(app.extensions, "search_engine", open_engine("http://127.0.0.1:9"))

        assert map_of(read_criteria({})) is None


class TestLinks:
    def test_the_link_of_a_place_finds_what_the_map_counted(self):
        job_in("St. Louis", "MO")
        job_in("Clayton", "MO")
        job_in("Kansas City", "MO")
        make_job()
        rebuild_index()

        for spot in look(state="MO").spots:
            assert find_jobs(spot.search).answer.total == spot.count

    def test_the_link_to_the_remote_ones_finds_as_many(self):
        job_in("St. Louis", "MO")
        make_job()
        rebuild_index()

        found = look(place=["onsite"])

        assert find_jobs(found.remote_search).answer.total == found.remote == 1
        assert found.spots[0].search.chosen["place"] == ("onsite",)


class TestGathering:
    def test_towns_within_an_hour_are_one_place_named_by_the_one_with_the_most(self):
        louis, clayton, kansas = city("St. Louis", "MO"), city("Clayton", "MO"), city("Waco", "TX")

        assert gathered([(clayton, 2), (louis, 5), (kansas, 3)]) == [(louis, 7), (kansas, 3)]
        assert gathered([]) == []

    def test_a_town_between_two_counts_for_both(self):
        west = Place("West", "KS", 38.0, -98.0)
        between = Place("Between", "KS", 38.0, -97.3)
        east = Place("East", "KS", 38.0, -96.6)

        assert gathered([(west, 5), (between, 1), (east, 4)]) == [(west, 6), (east, 5)]

    def test_of_thousands_of_towns_none_is_left_out(self):
        towns = [(city.place, 1) for city in all_cities() if city.zips][::40]

        spots = gathered(towns)

        assert len(towns) > 700
        for middle, count in spots[::10]:
            within = [t for t, _ in towns if miles_between(middle, t) <= MILES]
            assert len(within) == count
        for town, _ in towns[::10]:
            assert any(miles_between(middle, town) <= MILES for middle, _ in spots)

    def test_distances_are_those_of_the_globe(self):
        apart = miles_between(city("New York", "NY"), city("Los Angeles", "CA"))
        assert apart == pytest.approx(2_450, abs=25)
        assert miles_between(city("Waco", "TX"), city("Waco", "TX")) == 0


class TestCircles:
    def test_areas_go_by_the_number_of_jobs(self):
        for _ in range(16):
            job_in("St. Louis", "MO")
        for _ in range(4):
            job_in("Waco", "TX")
        rebuild_index()

        large, small = circles_of(look().spots)

        assert large.radius == LARGEST
        assert small.radius == pytest.approx(LARGEST / 2)
        assert large.name == "16 jobs in or near St. Louis, MO"
        assert numbered([large, small]) == {large, small}

    def test_a_single_job_is_neither_large_nor_too_small_to_see(self):
        job_in("Waco", "TX")
        rebuild_index()

        (circle,) = circles_of(look().spots)

        assert SMALLEST < circle.radius < LARGEST / 2
        assert circle.name == "1 job in or near Waco, TX"
        assert numbered([circle]) == set()

    def test_a_number_that_another_circle_would_cover_is_left_out(self):
        for _ in range(12):
            job_in("Philadelphia", "PA")
        for _ in range(4):
            job_in("Lancaster", "PA")
        rebuild_index()

        large, small = circles_of(look().spots)

        assert numbered([large, small]) == {small}
