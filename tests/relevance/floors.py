"""The figures below which search may not fall, kept in floors.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from tests.relevance.scoring import Figure

FLOORS = Path(__file__).parent / "floors.toml"
MAY_FALL = 0.01  # of nDCG@10, so that a tie broken otherwise is no failure
HEAD = """\
# nDCG@10 and the share of queries that found nothing, as last measured. test_kept.py fails where a
# figure gets worse. Once search has become better: `make relevance WRITE=1` raises them.
"""


def read_floors() -> dict[str, dict[str, Figure]]:
    if not FLOORS.exists():
        return {}
    found = tomllib.loads(FLOORS.read_text())
    return {
        engine: {kind: Figure(**figure) for kind, figure in classes.items()}
        for engine, classes in found.items()
    }


def write_floors(measured: Mapping[str, Mapping[str, Figure]]) -> None:
    """Keep these, and of engines that were not measured what was known of them."""
    lines = [HEAD]
    for engine, classes in sorted((read_floors() | dict(measured)).items()):
        lines.append(f"[{engine}]")
        lines += [
            f"{kind} = {{ queries = {f.queries}, ndcg = {f.ndcg:.4f}, empty = {f.empty:.4f} }}"
            for kind, f in classes.items()
        ]
        lines.append("")
    FLOORS.write_text("\n".join(lines))


def fallen(measured: Mapping[str, Figure], floor: Mapping[str, Figure]) -> list[str]:
    """What got worse, a sentence for each."""
    worse = []
    for kind, kept in floor.items():
        now = measured.get(kind)
        if now is None:
            worse.append(f"{kind}: is not measured any more")
            continue
        if now.ndcg < kept.ndcg - MAY_FALL:
            worse.append(f"{kind}: nDCG@10 {now.ndcg:.3f}, was {kept.ndcg:.3f}")
        if now.empty > kept.empty:
            worse.append(f"{kind}: {now.empty:.1%} find nothing, were {kept.empty:.1%}")
    return worse
