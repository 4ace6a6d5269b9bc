"""The embedded index among several processes: killed, forked, racing each other."""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from search.contract import IndexMissing, SearchQuery, SearchUnavailable
from search.embedded import EmbeddedEngine
from tests.search import writers
from tests.search.things import THINGS, found, put, thing

Start = Callable[..., Any]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a function of `writers` in a process of its own."""
    context = multiprocessing.get_context("spawn")
    started = []

    def run(function: Callable[..., None], *arguments: Any) -> Any:
        process = context.Process(target=function, args=arguments, daemon=True)
        process.start()
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.join()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_writer_that_is_killed_leaves_whole_batches(
    embedded: EmbeddedEngine, tmp_path: Path, start: Start
):
    chance = random.Random(1)

    def latest() -> set[int]:
        return {number for _, number in embedded.revisions("things")}

    for _ in range(3):
        before = latest()
        process = start(writers.write_batches, tmp_path)
        wait_until(lambda before=before: latest() not in (before, set()))
        time.sleep(chance.uniform(0, 0.05))
        process.kill()
        process.join()

        assert len(latest()) == 1  # never a part of one batch beside another
        assert embedded.search(SearchQuery("things", "coder")).total == writers.BATCH
        embedded.upsert("things", writers.batch(-1))  # the lock died with its holder
        assert latest() == {-1}


def test_what_a_killed_writer_left_half_done_is_no_obstacle_to_doing_it_again(
    embedded: EmbeddedEngine, tmp_path: Path
):
    """Its deletions were on disk already, under the name the next writer gives its own."""
    put(embedded, thing("a"), thing("b"))
    (folder,) = {path.parent for path in tmp_path.rglob("meta.json")}
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    put(embedded, thing("a", title="Once"))
    left = {path.name: path.read_bytes() for path in folder.glob("*.del")}
    managed = (folder / ".managed.json").read_bytes()
    for path in folder.iterdir():
        path.unlink()
    for name, content in {**before, **left, ".managed.json": managed}.items():
        (folder / name).write_bytes(content)  # as if it had been killed before meta.json

    put(embedded, thing("a", title="Twice"))

    assert left
    assert sorted(found(embedded)) == ["a", "b"]


def test_a_rebuild_that_is_killed_leaves_the_old_index_in_use(
    embedded: EmbeddedEngine, tmp_path: Path, start: Start
):
    embedded.rebuild("things", [thing("old")])
    begun = tmp_path / "begun"
    process = start(writers.rebuild_slowly, tmp_path, begun)
    wait_until(begun.exists)

    assert found(embedded) == ["old"]
    put(embedded, thing("other"))
    process.kill()
    process.join()

    assert found(EmbeddedEngine(tmp_path, [THINGS])) == ["old", "other"]
    assert embedded.rebuild("things", [thing("new")]) == 1
    assert found(embedded) == ["new"]
    assert len(list((tmp_path / "things").glob("generation-*"))) == 1  # no rubble


def test_two_processes_write_at_once_and_nothing_is_lost(
    embedded: EmbeddedEngine, tmp_path: Path, start: Start
):
    processes = [start(writers.write_own, tmp_path, name, 8) for name in ("a", "b")]
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0, 0]
    assert embedded.search(SearchQuery("things", "coder")).total == 16


def test_a_forked_worker_sees_what_is_written_after_the_fork(embedded: EmbeddedEngine):
    put(embedded, thing("a"))
    assert found(embedded) == ["a"]
    asked, answered = os.pipe(), os.pipe()

    child = os.fork()
    if child == 0:
        try:
            os.read(asked[0], 1)
            os.write(answered[1], ",".join(found(embedded)).encode())
        finally:
            os._exit(0)
    put(embedded, thing("b"))
    os.write(asked[1], b".")

    assert os.read(answered[0], 100) == b"a,b"
    os.waitpid(child, 0)
    for end in (*asked, *answered):
        os.close(end)


def test_an_index_that_was_removed_is_missing_and_one_that_is_damaged_unavailable(
    embedded: EmbeddedEngine, tmp_path: Path
):
    put(embedded, thing("a"))
    folder = tmp_path / "things"
    (generation,) = folder.glob("generation-*")
    (generation / "meta.json").write_text("{}")

    with pytest.raises(SearchUnavailable):
        EmbeddedEngine(tmp_path, [THINGS]).search(SearchQuery("things"))
    assert not EmbeddedEngine(tmp_path, [THINGS]).health().available

    (folder / "current").unlink()
    with pytest.raises(IndexMissing):
        embedded.search(SearchQuery("things"))
    assert embedded.ensure([THINGS]) == ("things",)


def test_a_directory_that_cannot_be_written_is_unavailable(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    engine = EmbeddedEngine(tmp_path / "file", [THINGS])

    with pytest.raises(SearchUnavailable):
        engine.ensure([THINGS])
    with pytest.raises(SearchUnavailable):
        engine.rebuild("things", [thing()])
    with pytest.raises(SearchUnavailable):
        engine.search(SearchQuery("things"))


def test_an_index_of_another_spec_is_missing_until_it_is_rebuilt(embedded: EmbeddedEngine):
    embedded.rebuild("things", [thing("a")])
    changed = replace(THINGS, synonyms={})
    assert found(embedded) == ["a"]

    assert embedded.ensure([changed]) == ("things",)

    with pytest.raises(IndexMissing):
        found(embedded)
    with pytest.raises(IndexMissing):
        put(embedded, thing("b"))
    embedded.ensure([THINGS])
    assert found(embedded) == ["a"]
