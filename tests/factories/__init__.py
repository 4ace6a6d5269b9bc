"""Objects for tests, complete and plausible, each field of which may be given instead."""

from __future__ import annotations

from itertools import count

_numbers = count(1)


def unique() -> int:
    return next(_numbers)
