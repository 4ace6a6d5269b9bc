"""Where real releases lie, for the tests that read them; they are skipped aloud elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"
DATA = Path(os.environ.get("REFERENCE_DATA") or _BESIDE)
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"no official releases in {DATA}")
