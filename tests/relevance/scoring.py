"""The judged queries, and how well a list of listings answers one of them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2
from pathlib import Path
from statistics import fmean

QUERIES = Path(__file__).parent / "queries.toml"
DEPTH = 10  # listings of the first page that count
GRADES = {"best": 3, "good": 2, "fair": 1}
NOTHING = "nothing"  # the class of queries that no listing answers


@dataclass(frozen=True)
class Judged:
    """One query with the listings that answer it, by their grade: 3, 2 or 1."""

    text: str
    kind: str
    why: str
    grades: Mapping[int, int]


@dataclass(frozen=True)
class Score:
    query: Judged
    found: tuple[int, ...]  # the first page, in order
    total: int

    @property
    def ndcg(self) -> float:
        """For a query without answers: whether it found none."""
        if self.query.kind == NOTHING:
            return float(self.total == 0)
        return ndcg(self.found, self.query.grades)


@dataclass(frozen=True)
class Figure:
    """How a class of queries did."""

    queries: int
    ndcg: float
    empty: float  # share of the queries with answers that found nothing


def read_queries() -> list[Judged]:
    with QUERIES.open("rb") as file:
        entries = tomllib.load(file)["query"]
    return [
        Judged(
            entry["text"],
            entry["class"],
            entry["why"],
            {job_id: grade for name, grade in GRADES.items() for job_id in entry.get(name, ())},
        )
        for entry in entries
    ]


def ndcg(found: Sequence[int], grades: Mapping[int, int]) -> float:
    """Normalized discounted cumulative gain of the first ten, gain 2^grade - 1, 0 to 1."""
    ideal = _gain(sorted(grades.values(), reverse=True))
    return _gain([grades.get(job_id, 0) for job_id in found]) / ideal if ideal else 0.0


def _gain(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / log2(place + 2) for place, grade in enumerate(grades[:DEPTH]))


def figures(scores: Sequence[Score]) -> dict[str, Figure]:
    """By class, and over all queries that have answers under "all"."""
    classes = list(dict.fromkeys(score.query.kind for score in scores))
    grouped = {kind: [s for s in scores if s.query.kind == kind] for kind in classes}
    grouped["all"] = [score for score in scores if score.query.kind != NOTHING]
    return {
        kind: Figure(
            len(group),
            round(fmean(score.ndcg for score in group), 4),
            round(fmean(kind != NOTHING and score.total == 0 for score in group), 4),
        )
        for kind, group in grouped.items()
    }
