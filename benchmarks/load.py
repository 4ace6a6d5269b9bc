"""One measurement: `wrk` against a server, what it cost the server, and what else was running."""

from __future__ import annotations

import os
import random
import re
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
FOREIGN_CORES = 0.2  # above this a round says more about the machine's other work than about us

# wrk prints no 95th percentile of its own, and asks for one address: this asks for each in turn.
SCRIPT = """
local paths = { %(paths)s }
local headers = { %(headers)s }
local turn = %(start)d
request = function()
  turn = turn + 1
  return wrk.format("GET", paths[(turn - 1) %% #paths + 1], headers)
end
done = function(summary, latency, requests)
  local bad = summary.errors.status + summary.errors.connect
            + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format("FIGURES %%d %%d %%d %%d %%d %%d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(95), latency:percentile(99), bad))
end
"""


@dataclass(frozen=True)
class Figures:
    requests_per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    errors: int
    cpu_ms: float  # server CPU for each request
    foreign_cores: float


def children(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def cpu_seconds(pids: Iterable[int]) -> float:
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def machine_busy() -> float:
    """Core-seconds the whole machine has worked since it started."""
    fields = [int(f) for f in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    idle = fields[3] + fields[4]
    return (sum(fields[:8]) - idle) / TICKS


def resident_mb(pid: int) -> float:
    """Proportional set size: shared pages count once among those who share them."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _lua(paths: Sequence[str], headers: dict[str, str]) -> str:
    quoted = ", ".join(f'"{p}"' for p in paths)
    pairs = ", ".join(f'["{name}"] = "{value}"' for name, value in headers.items())
    # Each run begins elsewhere: what is asked first is not always the same.
    start = random.randrange(len(paths))
    return SCRIPT % {"paths": quoted, "headers": pairs, "start": start}


def measure(
    server: int,
    base: str,
    paths: Sequence[str],
    *,
    connections: int,
    seconds: int,
    folder: Path,
    headers: dict[str, str] | None = None,
) -> Figures:
    """Load `paths` on the server whose main process is `server`. Raises where wrk fails."""
    script = folder / "paths.lua"
    script.write_text(_lua(paths, headers or {}))
    pids = [server, *children(server)]
    own_before, busy_before, began = cpu_seconds(pids), machine_busy(), time.monotonic()
    used_before = os.times()
    run = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(script), base],
        capture_output=True,
        text=True,
        check=True,
    )
    elapsed = time.monotonic() - began
    used = os.times()
    own = cpu_seconds(pids) - own_before
    # What wrk and this program used is part of the experiment, not foreign.
    harness = (used.children_user - used_before.children_user) + (
        used.children_system - used_before.children_system
    )
    found = re.search(r"FIGURES (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)", run.stdout)
    if not found:
        raise RuntimeError(f"wrk said nothing usable: {run.stdout}{run.stderr}")
    requests, duration, p50, p95, p99, errors = (int(g) for g in found.groups())
    foreign = max(0.0, (machine_busy() - busy_before - own - harness) / elapsed)
    return Figures(
        requests_per_second=requests / (duration / 1e6),
        p50_ms=p50 / 1000,
        p95_ms=p95 / 1000,
        p99_ms=p99 / 1000,
        errors=errors,
        cpu_ms=own * 1000 / max(requests, 1),
        foreign_cores=foreign,
    )
