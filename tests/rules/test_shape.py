"""How large a module and a function may grow, how they begin, and what they may be called."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(p for folder in ("app", "search") for p in (ROOT / folder).rglob("*.py"))
ALL_TEXT = sorted(
    p
    for folder in ("app", "search", "tests", "benchmarks", "migrations", "docs")
    for p in (ROOT / folder).rglob("*")
    if p.suffix in (".py", ".html", ".js", ".css", ".md", ".txt") and "__pycache__" not in p.parts
)
LONGEST_MODULE = 400
LONGEST_FUNCTION = 50
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}
# WTForms and SQLAlchemy call these by name.
ASKED_FOR = {"process_data", "process_formdata", "process_bind_param", "process_result_value"}
# Spelled apart, so that this file does not break its own rule.
UNFINISHED = re.compile("TO" + "DO|FIX" + "ME|X" + "XX:")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_module_is_short_says_what_it_is_for_and_is_named_for_it(path: Path):
    text = path.read_text()
    tree = ast.parse(text)
    assert len(text.splitlines()) < LONGEST_MODULE
    assert ast.get_docstring(tree), "opens without a sentence on its responsibility"
    assert path.stem not in VAGUE
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length < LONGEST_FUNCTION, f"{node.name} has {length} lines"
            assert node.name in ASKED_FOR or not node.name.startswith("process_"), node.name


def test_nothing_is_left_unfinished():
    assert [name(p) for p in ALL_TEXT if UNFINISHED.search(p.read_text())] == []
