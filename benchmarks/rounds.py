"""Rounds of questions: each put straight to the engine and through our library, in turn."""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.load import FOREIGN_CORES
from benchmarks.machine import Quiet
from benchmarks.questions import Kindred
from benchmarks.straight import Straight
from benchmarks.subjects import Subject

RETRIES = 3


@dataclass(frozen=True)
class Round:
    """Milliseconds of each question of one kind, both ways."""

    ours: list[float]
    straight: list[float]
    foreign_cores: float


def measure(
    subjects: Sequence[Subject], kinds: Sequence[Kindred], rounds: int
) -> dict[str, dict[str, list[Round]]]:
    """By engine and kind. Engines and kinds take turns within a round."""
    ways = {subject.name: subject.straight() for subject in subjects}
    found: dict[str, dict[str, list[Round]]] = {s.name: {} for s in subjects}
    for subject in subjects:
        for kind in kinds:
            _round(subject, ways[subject.name], kind, 0)  # opens, connects, fills caches
    for number in range(rounds):
        for kind in kinds:
            for subject in subjects:
                made = _quiet_round(subject, ways[subject.name], kind, number)
                found[subject.name].setdefault(kind.name, []).append(made)
        print(f"  round {number + 1} of {rounds} done", file=sys.stderr)
    return found


def _quiet_round(subject: Subject, way: Straight, kind: Kindred, number: int) -> Round:
    made = _round(subject, way, kind, number)
    for _ in range(RETRIES):
        if made.foreign_cores <= FOREIGN_CORES:
            break
        again = _round(subject, way, kind, number)
        made = min(made, again, key=lambda each: each.foreign_cores)
    return made


def _round(subject: Subject, way: Straight, kind: Kindred, number: int) -> Round:
    queries = list(kind.queries)
    random.Random(number).shuffle(queries)
    prepared = [way.prepare(query) for query in queries]
    ours, straight = [], []
    quiet = Quiet(subject.pids)
    for place, (query, ready) in enumerate(zip(queries, prepared, strict=True)):
        # Whoever asks second finds caches warm, so they take turns.
        if (place + number) % 2:
            straight.append(_timed(way.ask, ready))
            ours.append(_timed(subject.engine.search, query))
        else:
            ours.append(_timed(subject.engine.search, query))
            straight.append(_timed(way.ask, ready))
    return Round(ours, straight, quiet.foreign_cores())


def _timed(ask, question) -> float:
    began = time.perf_counter()
    ask(question)
    return (time.perf_counter() - began) * 1000


def summary(made: Sequence[Round]) -> dict[str, float]:
    """Over all rounds: milliseconds, the ratio of both ways, and what ours adds to a question."""
    ours = [value for each in made for value in each.ours]
    straight = [value for each in made for value in each.straight]
    added = [our - their for our, their in zip(ours, straight, strict=True)]
    return {
        "ours_p50": statistics.median(ours),
        "ours_p95": percentile(ours, 95),
        "straight_p50": statistics.median(straight),
        "straight_p95": percentile(straight, 95),
        "ratio": statistics.median(ours) / statistics.median(straight),
        "added_p50": statistics.median(added),
        "added_p95": percentile(added, 95),
        "noisy": sum(each.foreign_cores > FOREIGN_CORES for each in made),
        "rounds": len(made),
    }


def percentile(values: Sequence[float], per_cent: int) -> float:
    if len(values) < 2:
        return values[0] if values else 0.0
    return statistics.quantiles(values, n=100, method="inclusive")[per_cent - 1]
