"""bin/environment: it says what is missing, and recovers from being stopped halfway."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "bin" / "environment"
NEEDED = ("cat", "cp", "dirname", "grep", "mkdir", "rm", "touch")

# Answers what the script asks of a Python, and writes down what it was told to do.
PYTHON = """#!/bin/sh
case "$*" in
    *"import ensurepip"*) test -z "$NO_VENV" ;;
    *"print("*"version_info"*) echo 3.12 ;;
    "-m venv .venv") mkdir -p .venv/bin && cp "$0" .venv/bin/python && touch .venv/pip ;;
    "-m pip --version") test -e .venv/pip ;;
    "- requirements.lock") cat >/dev/null; echo 3.12 the-hash ;;
esac || exit 1
echo "$*" >>told
"""


@pytest.fixture
def clone(tmp_path):
    """A clone with a lock file, on a machine that has the tools named and nothing else."""
    (tmp_path / "bin").mkdir()
    shutil.copy(SCRIPT, tmp_path / "bin")
    (tmp_path / "requirements.lock").write_text("flask==3.1.3\n")
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in NEEDED:
        (tools / tool).symlink_to(shutil.which(tool))
    return tmp_path


def add_python(clone: Path, at: str = "tools/python3") -> None:
    path = clone / at
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PYTHON)
    path.chmod(0o755)


def run(clone: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", clone / "bin" / "environment", "requirements.lock"],
        env={"PATH": str(clone / "tools"), **environ},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def told(clone: Path) -> list[str]:
    """What Python was told to do since this was asked last."""
    path = clone / "told"
    lines = path.read_text().splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return [line for line in lines if line.startswith("-m") and "--version" not in line]


def test_without_python_it_says_which_one_and_how_to_install_it(clone):
    ended = run(clone)
    assert ended.returncode == 1
    assert "needs Python 3.11, 3.12 or 3.13" in ended.stderr
    assert "sudo apt install python3 python3-venv" in ended.stderr
    assert "not found" not in ended.stderr
    assert not (clone / ".venv").exists()


def test_without_the_venv_module_it_names_the_package_of_that_python(clone):
    add_python(clone)
    ended = run(clone, NO_VENV="yes")
    assert ended.returncode == 1
    assert "sudo apt install python3.12-venv" in ended.stderr
    assert not (clone / ".venv").exists()


def test_a_first_run_makes_it_and_a_second_one_does_nothing(clone):
    add_python(clone)
    assert run(clone).returncode == 0
    made, installed = told(clone)
    assert made == "-m venv .venv"
    assert "--require-hashes" in installed
    assert run(clone).returncode == 0
    assert told(clone) == []


def test_a_first_run_that_was_stopped_before_pip_was_there_is_begun_anew(clone):
    add_python(clone)
    add_python(clone, ".venv/bin/python")
    (clone / ".venv" / "left-over").touch()
    ended = run(clone)
    assert ended.returncode == 0, ended.stderr
    assert [line.split()[1] for line in told(clone)] == ["venv", "pip"]
    assert not (clone / ".venv" / "left-over").exists()


def test_a_python_may_be_named(clone):
    add_python(clone, "elsewhere/python")
    assert run(clone, PYTHON=str(clone / "elsewhere" / "python")).returncode == 0
    assert os.access(clone / ".venv" / "bin" / "python", os.X_OK)
