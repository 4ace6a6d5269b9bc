"""The benchmark: floor and product in the same rounds, and the table that comes of it.

Rounds in which other work took more than a fifth of a core are measured again, and said so when
they stay noisy. Figures are medians with their range; a ratio is taken round by round.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from benchmarks.load import FOREIGN_CORES, Figures, children, measure, resident_mb
from benchmarks.machine import machine_name
from benchmarks.prepare import Prepared, prepare

ROOT = Path(__file__).resolve().parent.parent
CONNECTIONS = (1, 4, 16, 64)
WORKERS = 2
NOTHING = Path(__file__).parent / "gunicorn_defaults.py"  # both sides alike, whatever the site uses
RETRIES = 3


@dataclass(frozen=True)
class Scenario:
    name: str
    aim: str
    product: Sequence[str]
    floor: Sequence[str]
    headers: dict[str, str] = field(default_factory=dict)


def scenarios(prepared: Prepared) -> list[Scenario]:
    jobs = [f"/jobs/{n}" for n in prepared.listing_ids]
    slugged = prepared.listing_paths
    codes = [f"/codes/{code}" for code in prepared.codes]
    floor_codes = [f"/codes/{code.partition('/')[2]}" for code in prepared.codes]
    signed_in = {"Cookie": prepared.cookie}
    return [
        Scenario("P1 job list", "R ≥ 0.40", ["/jobs"], ["/jobs"]),
        Scenario("P3 job page", "R ≥ 0.50", slugged, jobs),
        Scenario("P6 code page, guest's first view", "R ≥ 0.80", codes, floor_codes),
        Scenario("P6 code page, metered", "R ≥ 0.50", codes, floor_codes, signed_in),
        Scenario("P7 code lookup", "p95 ≤ 15 ms", prepared.lookups, floor_codes),
    ]


def _wait(url: str, seconds: float = 60) -> float:
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                answer.read()
                return time.monotonic() - began
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"{url} did not come up")


@contextmanager
def serving(
    target: str, port: int, environ: dict[str, str], probe: str
) -> Iterator[tuple[int, float]]:
    """gunicorn with the workers both sides get. Yields its process id and seconds to first page."""
    command = [sys.executable, "-m", "gunicorn", "--workers", str(WORKERS), "--bind",
               f"127.0.0.1:{port}", "--log-level", "error", "--config", str(NOTHING),
               "--worker-class", "sync", target]  # fmt: skip
    server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environ})
    try:
        yield server.pid, _wait(f"http://127.0.0.1:{port}{probe}")
    finally:
        server.terminate()
        server.wait(timeout=30)


def _quiet(once: Callable[[], Figures]) -> Figures:
    figures = once()
    for _ in range(RETRIES):
        if figures.foreign_cores <= FOREIGN_CORES:
            break
        time.sleep(2)
        figures = once()
    return figures


def run(
    folder: Path, *, rounds: int, seconds: int, connections: Sequence[int], only: str = ""
) -> dict[str, object]:
    prepared = prepare(folder)
    rows: dict[str, dict[int, list[tuple[Figures, Figures]]]] = {}
    floor_env = {"FLOOR_DATABASE": prepared.floor_database}
    with (
        serving("benchmarks.floor:app", 8101, floor_env, "/jobs") as (floor, _),
        serving("wsgi:app", 8102, prepared.environ, "/healthz") as (product, start),
    ):
        cases = [case for case in scenarios(prepared) if case.name.startswith(only)]

        def load(
            server: int, port: int, paths: Sequence[str], headers: dict[str, str], level: int
        ) -> Callable[[], Figures]:
            return partial(
                measure,
                server,
                f"http://127.0.0.1:{port}",
                paths,
                connections=level,
                seconds=seconds,
                folder=folder,
                headers=headers,
            )

        for number in range(rounds):
            for case in cases:
                for level in connections:
                    pair = (
                        _quiet(load(floor, 8101, case.floor, {}, level)),
                        _quiet(load(product, 8102, case.product, case.headers, level)),
                    )
                    rows.setdefault(case.name, {}).setdefault(level, []).append(pair)
            print(f"round {number + 1} of {rounds} done", file=sys.stderr)
        memory = [resident_mb(pid) for pid in children(product)]
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine_name(),
        "rounds": rounds,
        "seconds": seconds,
        "start_seconds": start,
        "memory_mb": memory,
        "queries": prepared.queries,
        "aims": {case.name: case.aim for case in cases},
        "rows": {
            name: {
                str(level): [{"floor": asdict(f), "product": asdict(p)} for f, p in pairs]
                for level, pairs in levels.items()
            }
            for name, levels in rows.items()
        },
    }


def _spread(values: Sequence[float], digits: int = 0) -> str:
    middle, low, high = statistics.median(values), min(values), max(values)
    return f"{middle:,.{digits}f} ({low:,.{digits}f} to {high:,.{digits}f})"


def table(result: dict) -> str:
    """The result as the Markdown of benchmarks/README.md."""
    lines = [
        f"{result['date']}, {result['machine']}; "
        f"{result['rounds']} rounds of {result['seconds']} s, "
        f"{WORKERS} gunicorn workers each, SQLite. Median (range).",
        "",
        "| workload | aim | connections | product req/s | floor req/s | R "
        "| p50 ms | p95 ms | p99 ms | CPU ms | errors | noisy |",
        "| --- | --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |",
    ]
    for name, levels in result["rows"].items():
        for level, pairs in levels.items():
            ours = [p["product"] for p in pairs]
            theirs = [p["floor"] for p in pairs]
            ratio = [
                our["requests_per_second"] / their["requests_per_second"]
                for our, their in zip(ours, theirs, strict=True)
            ]
            noisy = sum(
                max(p["product"]["foreign_cores"], p["floor"]["foreign_cores"]) > FOREIGN_CORES
                for p in pairs
            )
            cells = [
                name,
                result["aims"][name],
                level,
                _spread([o["requests_per_second"] for o in ours]),
                _spread([t["requests_per_second"] for t in theirs]),
                _spread(ratio, 2),
                _spread([o["p50_ms"] for o in ours], 1),
                _spread([o["p95_ms"] for o in ours], 1),
                _spread([o["p99_ms"] for o in ours], 1),
                _spread([o["cpu_ms"] for o in ours], 2),
                str(sum(o["errors"] for o in ours)),
                f"{noisy} of {len(pairs)}",
            ]
            lines.append("| " + " | ".join(cells) + " |")
    memory = ", ".join(f"{m:.0f}" for m in result["memory_mb"])
    queries = ", ".join(f"{page} {count}" for page, count in result["queries"].items())
    lines += [
        "",
        f"First page {result['start_seconds']:.1f} s after start; memory of each worker after the "
        f"run {memory} MB (proportional set size). Database queries a page: {queries}.",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--connections", type=int, nargs="+", default=list(CONNECTIONS))
    parser.add_argument("--only", default="", help="workloads whose names begin so, such as P7")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "bench")
    parser.add_argument("--fresh", action="store_true", help="make the data anew")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing: apt-get install wrk")
    if options.fresh:
        shutil.rmtree(options.folder, ignore_errors=True)
    options.folder.mkdir(parents=True, exist_ok=True)
    result = run(
        options.folder,
        rounds=options.rounds,
        seconds=options.seconds,
        connections=options.connections,
        only=options.only,
    )
    (options.folder / "result.json").write_text(json.dumps(result, indent=1))
    print(table(result))


if __name__ == "__main__":
    main()
