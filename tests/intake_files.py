"""Small releases for the readers of the code reference: files in a folder, and what they give."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from app.codes.intake.contract import Hints, Kind, Reading
from app.codes.intake.files import Member, members


@lru_cache(maxsize=50_000)  # many codes share what is said of them
def _loaded(data: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(data)
    return loaded


def written(folder: Path, name: str, content: str | bytes) -> Member:
    """The file as a member; text is written as UTF-8."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return members(path)[0]


def workbook(folder: Path, name: str, rows: list[list[Any]]) -> Member:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder / name)
    return members(folder / name)[0]


@dataclass
class Read:
    """A reading whose rows were all read."""

    reading: Reading
    rows: list[Any]

    @cached_property
    def facts(self) -> list[tuple[str, str, str, dict[str, Any]]]:
        return [(row.topic, row.code, row.other, _loaded(row.data)) for row in self.rows]

    def of(self, topic: str) -> dict[tuple[str, str], dict[str, Any]]:
        """What is said of each code of the topic, by the keys of the row."""
        return {(row.code, row.other): _loaded(row.data) for row in self.rows if row.topic == topic}

    @property
    def faults(self) -> list[tuple[int, str]]:
        return [(fault.line, fault.why) for fault in self.reading.quarantine.kept]


def read(kind: Kind, *given: Member, hints: Hints | None = None) -> Read:
    """Every file in the part it is recognized for; one that is not goes to no part."""
    parts: dict[str, list[Member]] = {}
    for member in given:
        part = kind.recognise(member)
        if part:
            parts.setdefault(part, []).append(member)
    reading = kind.read(parts, hints or Hints())
    return Read(reading, [row for _, rows in reading.batches for row in rows])
