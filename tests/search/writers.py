"""What other processes do to an embedded index in the tests."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from search.embedded import EmbeddedEngine
from tests.search.things import THINGS

BATCH = 40


def batch(number: int) -> list[dict[str, Any]]:
    """The same documents for every number, each of which says which number wrote it."""
    text = "coder " * 50
    return [
        {"id": f"b-{position}", "title": text, "size": number, "revision": number}
        for position in range(BATCH)
    ]


def write_batches(folder: Path) -> None:
    """Until killed, one batch after the other."""
    engine = EmbeddedEngine(folder, [THINGS])
    number = 0
    while True:
        number += 1
        engine.upsert("things", batch(number))


def rebuild_slowly(folder: Path, begun: Path) -> None:
    """A rebuild that is still under way whenever it is killed."""

    def documents() -> Iterator[dict[str, Any]]:
        for number in range(100_000):
            yield {"id": f"r-{number}", "title": "rebuilt"}
            if number == 5_000:
                begun.touch()
            if number > 5_000:
                time.sleep(0.01)

    EmbeddedEngine(folder, [THINGS]).rebuild("things", documents())


def write_own(folder: Path, name: str, number: int) -> None:
    """So many documents, one write for each."""
    engine = EmbeddedEngine(folder, [THINGS])
    for position in range(number):
        engine.upsert("things", [{"id": f"{name}-{position}", "title": "coder"}])
