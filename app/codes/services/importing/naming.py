"""The difference between two releases in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_PARTS = {"codes": "code", "facts": "fact", "edits": "edit", "terms": "index entry"}
_PLURALS = {"terms": "index entries"}
FEW = 5


def told_difference(difference: Mapping[str, Any]) -> Iterator[str]:
    """One line for each table that differs; one line where none does; none for a first release."""
    if not difference:
        return
    parts = [part for part in _PARTS if part in difference]
    before = difference["previous"]
    if not parts:
        yield f"Compared with {before}: nothing differs."
    for part in parts:
        counts = difference[part]
        what = _PLURALS.get(part, f"{_PARTS[part]}s")
        if counts["added"] == 1:
            what = _PARTS[part]
        yield (
            f"Compared with {before}: {counts['added']:,} {what} added, "
            f"{counts['removed']:,} removed, {counts['changed']:,} changed"
            f"{_examples(counts.get('named', {}))}."
        )


def _examples(named: Mapping[str, list[str]]) -> str:
    shown = [
        f"{sort} {', '.join(names[:FEW])}{' …' if len(names) > FEW else ''}"
        for sort, names in named.items()
    ]
    return f" ({'; '.join(shown)})" if shown else ""
