"""What a process keeps of releases, which do not change: read once, the oldest forgotten first."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar, cast

from flask import current_app

Found = TypeVar("Found")
MEMORY = "code_kept"


def kept(what: str, key: Hashable, read: Callable[[], Found], *, most: int) -> Found:
    """What was read for the key before, or is read now; of each sort the last `most` are kept."""
    sorts: dict[str, dict[Hashable, object]] = current_app.extensions.setdefault(MEMORY, {})
    known = sorts.setdefault(what, {})
    if key not in known:
        found = read()
        while len(known) >= most:
            known.pop(next(iter(known)), None)
        known[key] = found
        return found
    return cast(Found, known[key])
