"""The engines that are measured: opened over one size of index, filled once, weighed."""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.documents import read_documents
from benchmarks.machine import folder_mb, listening, memory_mb
from benchmarks.questions import Asker
from benchmarks.straight import Straight, StraightMeilisearch, StraightTantivy
from search.contract import SearchEngine
from search.embedded import EmbeddedEngine
from search.indexes import JOBS
from search.meilisearch import MeilisearchEngine

EMBEDDED, MEILISEARCH = "embedded", "meilisearch"
PATIENCE = 120.0  # seconds a server may be silent: how long it takes is what is measured
REPORTED = 20_000  # documents between two lines of progress


@dataclass(frozen=True)
class Subject:
    """One engine over one size of index."""

    name: str
    size: int
    engine: SearchEngine
    folder: Path  # of the embedded index
    environ: Mapping[str, str]

    @property
    def pids(self) -> list[int]:
        """Of the server, where it runs on this machine."""
        if self.name == EMBEDDED:
            return []
        pid = listening(urlsplit(self.environ["MEILI_URL"]).port or 80)
        return [pid] if pid else []

    def straight(self) -> Straight:
        if self.name == EMBEDDED:
            return StraightTantivy(self.folder, JOBS)
        uid = f"{prefix(self.size)}{JOBS.name}"
        return StraightMeilisearch(self.environ["MEILI_URL"], self.environ["MEILI_KEY"], uid, JOBS)

    def fill(self, documents: Path, *, fresh: bool) -> dict[str, Any] | None:
        """Build the index where there is none of this size. Returns what that took."""
        stale = self.engine.ensure([JOBS])
        if not fresh and not stale and self.engine.health().documents.get(JOBS.name) == self.size:
            return None
        self._drop()
        before = self._disk_mb()
        self.engine.ensure([JOBS])
        began = time.monotonic()
        count = self.engine.rebuild(JOBS.name, self._told(documents, began))
        seconds = time.monotonic() - began
        if count != self.size:
            raise RuntimeError(f"{self.name} holds {count} of {self.size} documents")
        after = self._disk_mb()
        disk = after if self.name == EMBEDDED else after - before
        return {"seconds": seconds, "a_second": count / seconds, "disk_mb": disk}

    def memory(self) -> dict[str, float] | None:
        """Of the server, or of a process that has just opened the index and searched it."""
        if self.name == EMBEDDED:
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as other:
                return other.submit(_memory_of_reading, self.folder, self.size).result()
        return memory_mb(self.pids[0]) if self.pids else None

    def _told(self, documents: Path, began: float) -> Iterator[dict[str, Any]]:
        for number, document in enumerate(read_documents(documents), start=1):
            yield document
            if number % REPORTED == 0 or number == self.size:
                rate = number / (time.monotonic() - began)
                print(
                    f"  {self.name}: {number:,} of {self.size:,} sent, {rate:,.0f} a second",
                    file=sys.stderr,
                )

    def _drop(self) -> None:
        """What an index takes of a server is seen only where there was none."""
        if self.name == EMBEDDED:
            return
        task = self._server("DELETE", f"indexes/{prefix(self.size)}{JOBS.name}")["taskUid"]
        while self._server("GET", f"tasks/{task}")["status"] in ("enqueued", "processing"):
            time.sleep(0.2)

    def _disk_mb(self) -> float:
        if self.name == EMBEDDED:
            return folder_mb(self.folder)
        return self._server("GET", "stats")["usedDatabaseSize"] / 2**20

    def _server(self, method: str, path: str) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.environ['MEILI_URL'].rstrip('/')}/{path}",
            method=method,
            headers={"Authorization": f"Bearer {self.environ['MEILI_KEY']}"},
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)


def prefix(size: int) -> str:
    return f"bench-{size}-"


def open_subject(name: str, size: int, folder: Path, environ: Mapping[str, str]) -> Subject:
    home = folder / f"index-{size}"
    engine: SearchEngine
    if name == EMBEDDED:
        engine = EmbeddedEngine(home, [JOBS])
    else:
        engine = MeilisearchEngine(
            environ["MEILI_URL"],
            search_key=environ["MEILI_KEY"],
            admin_key=environ["MEILI_KEY"],
            prefix=prefix(size),
            specs=[JOBS],
            timeout=PATIENCE,
        )
    return Subject(name, size, engine, home, environ)


def _memory_of_reading(folder: Path, size: int) -> dict[str, float]:
    engine = EmbeddedEngine(folder, [JOBS])
    for kind in Asker(JOBS, size).kinds(5):
        for query in kind.queries:
            engine.search(query)
    return memory_mb(os.getpid())
