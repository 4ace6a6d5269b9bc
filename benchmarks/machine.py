"""What the machine is, what else runs on it, and what a process or a folder takes of it."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable
from pathlib import Path

from benchmarks.load import cpu_seconds, machine_busy


class Quiet:
    """How many cores other programs used since it was made; `ours` are not other programs."""

    def __init__(self, ours: Iterable[int]) -> None:
        self._ours = [os.getpid(), *ours]
        self._began = self._reading()

    def foreign_cores(self) -> float:
        now = self._reading()
        elapsed, busy, own = (
            after - before for before, after in zip(self._began, now, strict=True)
        )
        return max(0.0, (busy - own) / elapsed) if elapsed else 0.0

    def _reading(self) -> tuple[float, float, float]:
        return os.times().elapsed, machine_busy(), cpu_seconds(self._ours)


def machine_name() -> str:
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return f"{os.cpu_count()} cores, {model}, Python {platform.python_version()}"


def memory_mb(pid: int) -> dict[str, float]:
    """Resident memory: its own, and pages of files that the system may take back."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = dict(re.findall(r"^(RssAnon|RssFile|VmHWM):\s+(\d+) kB", status, re.MULTILINE))
    return {
        "own": int(found.get("RssAnon", 0)) / 1024,
        "files": int(found.get("RssFile", 0)) / 1024,
        "peak": int(found.get("VmHWM", 0)) / 1024,
    }


def folder_mb(folder: Path) -> float:
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) / 2**20


def listening(port: int) -> int | None:
    """The process of ours that listens on a port of this machine, if it can be seen."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{fields[9]}]")
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(os.readlink(fd) in inodes for fd in (process / "fd").iterdir()):
                return int(process.name)
        except OSError:
            continue
    return None
