"""Where an embedded index lives: its generations, the pointer to the one in use, its locks.

A generation is a directory. A rebuild fills a new one and then replaces the pointer file, which is
one rename: whenever a process dies, the pointer names a whole index.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from search.contract import IndexMissing, SearchUnavailable

LOCK_TIMEOUT = 30.0  # seconds a writer waits for another one

Stamp = tuple[int, ...]  # differs whenever what is on disk does


@dataclass(frozen=True, slots=True)
class Generation:
    path: str
    fingerprint: str  # of the spec it was made for
    built: bool  # False for one that was only created, empty


class IndexDirectory:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._pointer = path / "current"

    def current(self) -> Generation | None:
        try:
            pointer = json.loads(self._pointer.read_text())
        except FileNotFoundError:
            return None
        path = str(self._path / pointer["generation"])
        return Generation(path, pointer["fingerprint"], pointer["built"])

    def pointer_stamp(self) -> Stamp:
        """Raises IndexMissing where nothing was ever created."""
        try:
            return _stamp(self._pointer)
        except FileNotFoundError:
            raise IndexMissing(f"{self._path.name} has not been created") from None

    def fresh(self) -> str:
        """A new empty directory for a generation; the caller holds the write lock."""
        return tempfile.mkdtemp(prefix="generation-", dir=self._path)

    def publish(self, generation: Generation) -> None:
        """Puts a generation in use; the caller holds the write lock."""
        draft = self._path / "current.new"
        pointer = {
            "generation": Path(generation.path).name,
            "fingerprint": generation.fingerprint,
            "built": generation.built,
        }
        with draft.open("w") as file:
            json.dump(pointer, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, self._pointer)
        self._sync()

    def sweep(self) -> None:
        """Removes what is not in use; the caller holds both locks.

        A reader keeps its open files until it has seen the new pointer.
        """
        current = self.current()
        for path in self._path.glob("generation-*"):
            if current is None or str(path) != current.path:
                shutil.rmtree(path, ignore_errors=True)

    @contextmanager
    def writing(self) -> Iterator[None]:
        with ExitStack() as held:
            # Who waits holds the turn: a busy writer cannot keep everyone else out.
            with self._locked("turn.lock"):
                held.enter_context(self._locked("write.lock"))
            yield

    @contextmanager
    def rebuilding(self) -> Iterator[None]:
        with self._locked("rebuild.lock"):
            yield

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        """Among all threads and processes; the system lets go of it when a process dies."""
        deadline = time.monotonic() + LOCK_TIMEOUT
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            file = (self._path / name).open("a")
        except OSError as error:
            raise SearchUnavailable(f"{self._path.name} cannot be written: {error}") from error
        with file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise SearchUnavailable(f"{self._path.name} is being written") from None
                    time.sleep(0.01)
            yield

    def _sync(self) -> None:
        directory = os.open(self._path, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def content_stamp(generation: str) -> Stamp:
    return _stamp(Path(generation) / "meta.json")


def _stamp(path: Path) -> Stamp:
    status = path.stat()
    return (status.st_ino, status.st_mtime_ns, status.st_size)
