"""Who may know whom, read from every import."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Each knows only what stands left of it.
LINE = ("accounts", "billing", "codes", "employers", "jobs", "seekers", "applications", "pages")
# Inside a feature, what each kind of file may know: those before it, and its own kind.
ORDER = (
    {"models", "signals"},
    {"documents", "gateway", "emails"},
    {"services"},
    {"forms"},
    {"views", "commands", "inbound"},
)
OPEN_TO_OTHERS = {"models", "services", "signals"}
VENDORS = {
    "google": "app/jobs/gateway.py",
    "stripe": "app/billing/gateway.py",
    "meilisearch": "search/meilisearch/server.py",
    "tantivy": "search/embedded/index.py",
}
FILES = sorted(
    p.relative_to(ROOT) for folder in ("app", "search") for p in (ROOT / folder).rglob("*.py")
)


def imports(path: Path) -> Iterator[str]:
    """Every imported name in full: `from app.jobs import models` gives app.jobs.models."""
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def feature_of(name: str) -> str | None:
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "app" and parts[1] in LINE else None


def room_of(name: str) -> str | None:
    """The kind of file inside a feature, such as services."""
    parts = name.split(".")
    return parts[2] if len(parts) > 2 else None


def module(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def test_every_feature_stands_in_the_line():
    found = {p.parts[1] for p in FILES if p.parts[0] == "app" and len(p.parts) > 2}
    assert found == set(LINE)


@pytest.mark.parametrize("path", FILES, ids=str)
def test_a_module_knows_only_what_stands_left_of_it(path: Path):
    own = feature_of(module(path))
    for name in imports(path):
        if path.parts[0] == "search":
            assert name.split(".")[0] not in ("app", "flask", "sqlalchemy"), name
            continue
        other = feature_of(name)
        if other is None or path == Path("app/__init__.py"):
            continue
        assert own is not None, f"plumbing imports the feature {other}"
        assert LINE.index(other) <= LINE.index(own), f"{own} imports {other}, which stands right"
        if other != own:
            assert room_of(name) in OPEN_TO_OTHERS, name


@pytest.mark.parametrize(
    "path", [p for p in FILES if feature_of(module(p)) and len(p.parts) > 2], ids=str
)
def test_inside_a_feature_the_rooms_have_an_order(path: Path):
    own_feature, own_room = feature_of(module(path)), room_of(module(path))
    rank = {room: number for number, rooms in enumerate(ORDER) for room in rooms}
    if own_room not in rank:
        return  # a room of the feature's own, such as jobs/lifecycle.py
    for name in imports(path):
        room = room_of(name)
        if feature_of(name) == own_feature and room in rank:
            assert rank[room] <= rank[own_room], f"{own_room} imports {room}"


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_vendor_has_one_home(vendor: str):
    homes = {str(p) for p in FILES if any(n.split(".")[0] == vendor for n in imports(p))}
    assert homes == {VENDORS[vendor]}


def test_services_know_no_http():
    for path in FILES:
        if room_of(module(path)) != "services":
            continue
        for name in imports(path):
            assert name not in (
                "flask.request",
                "flask.session",
                "flask.abort",
                "flask.render_template",
                "flask.redirect",
                "flask.url_for",
                "flask_login.current_user",
            ), f"{path}: {name}"


def test_services_never_commit():
    for path in FILES:
        if room_of(module(path)) == "services":
            assert ".commit()" not in (ROOT / path).read_text(), path


def test_no_import_hides_in_a_function():
    for path in FILES:
        for node in ast.walk(ast.parse((ROOT / path).read_text())):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                hidden = [n for n in ast.walk(node) if isinstance(n, (ast.Import, ast.ImportFrom))]
                assert not hidden, f"{path}: {node.name}"


def test_modules_do_not_go_round_in_circles():
    known = {module(p) for p in FILES}
    graph = {
        module(p): {
            target
            for name in imports(p)
            for target in [name if name in known else name.rpartition(".")[0]]
            if target in known and target not in ("app", module(p))
        }
        for p in FILES
        if p != Path("app/__init__.py")
    }
    done: set[str] = set()

    def visit(node: str, trail: tuple[str, ...]) -> None:
        assert node not in trail, " -> ".join((*trail, node))
        if node in done:
            return
        for target in sorted(graph.get(node, ())):
            visit(target, (*trail, node))
        done.add(node)

    for node in sorted(graph):
        visit(node, ())
