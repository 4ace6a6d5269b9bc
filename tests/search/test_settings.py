"""Which engine a setting opens, and that the product's own indexes work in both."""

from __future__ import annotations

from pathlib import Path

import pytest

from search import open_engine
from search.breaker import CircuitBreaker
from search.contract import SearchQuery, Ticket
from search.embedded import EmbeddedEngine
from search.indexes import ALL_INDEXES
from tests.search.conftest import MakeEngine


def test_a_directory_opens_the_embedded_engine(tmp_path: Path):
    engine = open_engine(f"embedded:{tmp_path}/deep/inside")

    assert isinstance(engine, EmbeddedEngine)
    assert not (tmp_path / "deep").exists()  # nothing is opened before it is asked for
    assert engine.ensure(ALL_INDEXES) == tuple(spec.name for spec in ALL_INDEXES)


def test_a_url_opens_meilisearch_behind_a_circuit_breaker():
    assert isinstance(open_engine("http://127.0.0.1:9", search_key="k"), CircuitBreaker)


@pytest.mark.parametrize("setting", ["", "embedded:", "/a/directory", "redis://here", "ftp://x"])
def test_any_other_setting_is_refused(setting: str):
    with pytest.raises(ValueError):
        open_engine(setting)


def test_the_indexes_of_this_product_can_be_made_and_asked(make_engine: MakeEngine):
    engine = make_engine(*ALL_INDEXES)
    engine.ensure(ALL_INDEXES)
    code = {
        "id": "icd10cm-E11_9",
        "code_words": ["e11.9", "e119"],
        "title": "Type 2 diabetes mellitus without complications",
        "system": "icd10cm",
        "billable": True,
        "code": "E11.9",
        "position": 1,
    }
    job = {
        "id": "job-1",
        "title": "Inpatient coder",
        "credentials": ["CPC", "CCS-P"],
        "states": ["TX"],
        "published": 1,
        "revision": 1,
    }
    for index, document in (("codes", code), ("jobs", job)):
        ticket = engine.upsert(index, [document])
        assert isinstance(ticket, Ticket)
        engine.outcome(ticket, timeout=30)

    for index, text in (("codes", "E11.9"), ("codes", "diabetis"), ("jobs", "ip coder")):
        assert engine.search(SearchQuery(index, text)).total == 1, text
    for spec in ALL_INDEXES:
        for order in spec.orders:
            assert engine.search(SearchQuery(spec.name, order=order)).total == 1
        names = tuple(field.name for field in spec.facets)
        assert set(engine.search(SearchQuery(spec.name, facets=names)).facets) == set(names)
