"""`make relevance`: what is measured on each engine, as a table, beside what is kept."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.relevance.floors import read_floors, write_floors
from tests.relevance.measure import EMBEDDED, MEILISEARCH, measure, server_settings
from tests.relevance.scoring import NOTHING, Figure, Score, figures


def table(measured: Mapping[str, Mapping[str, Figure]]) -> str:
    floors = read_floors()
    lines = ["| class | queries |", "| --- | --: |"]
    for engine in measured:
        lines[0] += f" {engine} nDCG@10 | kept | find nothing |"
        lines[1] += " --: | --: | --: |"
    for kind, first in next(iter(measured.values())).items():
        line = f"| {kind} | {first.queries} |"
        for engine, classes in measured.items():
            figure, kept = classes[kind], floors.get(engine, {}).get(kind)
            floor = f"{kept.ndcg:.3f}" if kept else ""
            empty = "" if kind == NOTHING else f"{figure.empty:.1%}"
            line += f" {figure.ndcg:.3f} | {floor} | {empty} |"
        lines.append(line)
    return "\n".join(lines)


def worst(scores: Sequence[Score], count: int) -> str:
    """The queries that are answered worst, with what was shown and its grades."""
    lines = []
    for score in sorted(scores, key=lambda score: score.ndcg)[:count]:
        grades = " ".join(f"{j}:{score.query.grades.get(j, 0)}" for j in score.found[:10])
        lines.append(
            f"{score.ndcg:.3f} {score.query.kind:12} {score.query.text!r} "
            f"({score.total} found) {grades}"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make relevance", description=__doc__)
    parser.add_argument("--write", action="store_true", help="keep what is measured as the floor")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="show the N worst")
    options = parser.parse_args()
    engines = [EMBEDDED]
    if server_settings():
        engines.append(MEILISEARCH)
    else:
        print("MEILI_URL is not set: Meilisearch is not measured", file=sys.stderr)
    measured = {}
    for engine in engines:
        with tempfile.TemporaryDirectory() as folder:
            scores = measure(engine, Path(folder))
        measured[engine] = figures(scores)
        if options.worst:
            print(f"{engine}, worst answered:\n{worst(scores, options.worst)}\n")
    print(table(measured))
    if options.write:
        write_floors(measured)


if __name__ == "__main__":
    main()
