"""How gunicorn is set up: what its processes count is theirs, and is gone with them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

# A master reads its settings, is told to read them again, counts, and ends.
MASTER = """
import os, pathlib, runpy, sys
first = runpy.run_path("gunicorn.conf.py")["METRICS"]
again = runpy.run_path("gunicorn.conf.py")
assert again["METRICS"] == first == os.environ["PROMETHEUS_MULTIPROC_DIR"]
pathlib.Path(first, "counter_7.db").touch()
print(first, flush=True)
sys.stdin.readline()
again["on_exit"](None)
"""


def start(folder: Path, **settings: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", MASTER],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DATA_DIR": str(folder),
            "TMPDIR": str(folder),
            **settings,
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_masters_that_share_the_data_folder_leave_each_other_their_counts(tmp_path):
    masters = [start(tmp_path), start(tmp_path)]
    folders = [Path(master.stdout.readline().strip()) for master in masters]
    assert folders[0] != folders[1]
    masters[0].communicate("\n", timeout=20)
    assert not folders[0].exists()
    assert (folders[1] / "counter_7.db").exists()
    masters[1].communicate("\n", timeout=20)
    assert [master.returncode for master in masters] == [0, 0]
    assert list(tmp_path.glob("careercenter-metrics-*")) == []


def test_a_master_that_refuses_to_start_says_why_and_leaves_nothing_behind(tmp_path):
    master = start(tmp_path, LISTEN="0.0.0.0:8000")
    _, told = master.communicate("", timeout=20)
    assert master.returncode == 1
    assert "SECRET_KEY" in told
    assert "Traceback" not in told
    assert list(tmp_path.glob("careercenter-metrics-*")) == []
