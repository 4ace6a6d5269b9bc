"""The words of one cell or line of the AMA's files."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def text_of(raw: str) -> str:
    """On one line, without control characters and the quotes some writers put around a cell."""
    text = " ".join(_CONTROL.sub(" ", raw).split())
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1].replace('""', '"')
    return text
