"""What a clone needs is pinned, hashed and named; nothing in it points at a machine or a mirror."""

from __future__ import annotations

import re
import stat
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")


def pins(name: str) -> dict[str, str]:
    found = re.findall(r"^([a-z0-9-]+)==([^\s;]+)(.*)$", (ROOT / name).read_text(), re.MULTILINE)
    return {
        f"{package}{rest.split(chr(92))[0].strip()}": version for package, version, rest in found
    }


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_of_a_lock_has_a_version_and_a_hash(name):
    blocks = re.split(r"\n(?=[a-z0-9])", (ROOT / name).read_text().strip())
    for block in blocks:
        assert re.match(r"[a-z0-9-]+==\S+", block), block
        assert "--hash=sha256:" in block, block


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_place(name):
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert "index-url" not in text
    assert "@" not in text


def test_what_is_tested_is_what_is_run():
    run, develop = (pins(name) for name in LOCKS)
    assert run.items() <= develop.items()


def test_the_lock_holds_what_the_project_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    names = {re.split(r"[\[<>=!~ ]", requirement)[0] for requirement in wanted}
    assert names <= {re.split(r"[ ;]", pin)[0] for pin in pins("requirements-dev.lock")}


@pytest.mark.parametrize(
    "path", [*sorted((ROOT / "bin").iterdir()), ROOT / ".ci" / "run"], ids=lambda p: p.name
)
def test_a_script_stops_at_its_first_fault_and_can_be_run(path):
    text = path.read_text()
    assert text.startswith(("#!/bin/sh\n", "#!/usr/bin/env bash\n"))
    assert re.search(r"^set -e", text, re.MULTILINE)
    assert path.stat().st_mode & stat.S_IXUSR
