"""Search answers the judged queries no worse than it did. floors.toml says how to raise the bar."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.relevance.floors import fallen, read_floors
from tests.relevance.measure import EMBEDDED, MEILISEARCH, measure, server_settings
from tests.relevance.scoring import figures


@pytest.mark.parametrize(
    "engine", [EMBEDDED, pytest.param(MEILISEARCH, marks=pytest.mark.meilisearch)]
)
def test_the_answers_are_no_worse_than_they_were(engine: str, tmp_path: Path):
    if engine == MEILISEARCH and server_settings() is None:
        pytest.skip("MEILI_URL is not set: Meilisearch is not tested")
    floor = read_floors()[engine]
    assert fallen(figures(measure(engine, tmp_path)), floor) == []
