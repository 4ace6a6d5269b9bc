"""`make bench-search`: both engines over ten thousand to a million listings, and the table of it.

Every question is put to the engine twice, straight and through our library; the difference is our
own part. A size whose result is kept in the folder is not measured again, so that a run which was
stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.documents import write_documents
from benchmarks.machine import machine_name
from benchmarks.pages import measure_pages
from benchmarks.questions import Asker
from benchmarks.rounds import measure, summary
from benchmarks.search_table import write_table
from benchmarks.subjects import EMBEDDED, MEILISEARCH, open_subject
from search.indexes import JOBS

ROOT = Path(__file__).resolve().parent.parent
SIZES = (10_000, 100_000, 1_000_000)
SITE = 10_000  # listings in a database, for the page as a whole
ALERTS = "benchmarks.alerts"
SEARCHES = 100_000  # saved, that new listings are matched against


def measure_size(
    size: int, engines: Sequence[str], options: argparse.Namespace, environ: Mapping[str, str]
) -> dict[str, Any]:
    folder: Path = options.folder
    documents = folder / f"documents-{size}.jsonl"
    if not documents.exists() or options.fresh:
        print(f"{size:,}: making documents", file=sys.stderr)
        write_documents(documents, JOBS, size)
    subjects = [open_subject(name, size, folder, environ) for name in engines]
    builds = _builds(folder, size)
    for subject in subjects:
        print(f"{size:,}: filling {subject.name}", file=sys.stderr)
        if built := subject.fill(documents, fresh=options.fresh):
            builds[subject.name] = built
            _builds_file(folder, size).write_text(json.dumps(builds, indent=1))
    kinds = Asker(JOBS, size).kinds(options.questions)
    print(f"{size:,}: asking", file=sys.stderr)
    made = measure(subjects, kinds, options.rounds)
    return {
        "size": size,
        "engines": {
            subject.name: {
                "build": builds.get(subject.name, {}),
                "memory": subject.memory(),
                "kinds": {kind: summary(each) for kind, each in made[subject.name].items()},
            }
            for subject in subjects
        },
    }


def _builds_file(folder: Path, size: int) -> Path:
    return folder / f"builds-{size}.json"


def _builds(folder: Path, size: int) -> dict[str, Any]:
    """What filling took, also in a run before this one."""
    file = _builds_file(folder, size)
    return json.loads(file.read_text()) if file.exists() else {}


def _kept(folder: Path, name: str, engines: Sequence[str]) -> dict[str, Any] | None:
    """A result that an earlier run left, where it has all these engines."""
    file = folder / f"result-{name}.json"
    if not file.exists():
        return None
    found = json.loads(file.read_text())
    return found if set(engines) <= set(found["engines"]) else None


def _keep(folder: Path, name: str, result: dict[str, Any]) -> dict[str, Any]:
    (folder / f"result-{name}.json").write_text(json.dumps(result, indent=1))
    return result


def _alerts(options: argparse.Namespace) -> str:
    """The table that matching new listings to saved searches prints, in a process of its own."""
    file: Path = options.folder / "result-alerts.md"
    if not options.alerts or find_spec(ALERTS) is None:
        return ""
    if options.again or not file.exists():
        print(f"alerts: {options.alerts:,} saved searches", file=sys.stderr)
        asked = [sys.executable, "-m", ALERTS, "--searches", str(options.alerts)]
        told = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)
        file.write_text(told.stdout)
    return file.read_text()


def run(options: argparse.Namespace, environ: Mapping[str, str]) -> dict[str, Any]:
    engines = [name for name in options.engines if name == EMBEDDED or environ.get("MEILI_URL")]
    for name in set(options.engines) - set(engines):
        print(f"MEILI_URL is not set: {name} is not measured", file=sys.stderr)
    environ = {"MEILI_KEY": "", **environ}
    results = []
    for size in options.sizes:
        kept = None if options.again else _kept(options.folder, str(size), engines)
        results.append(
            kept or _keep(options.folder, str(size), measure_size(size, engines, options, environ))
        )
    pages = None if options.again else _kept(options.folder, "pages", engines)
    if options.site and pages is None:
        print(f"the whole page over {options.site:,} listings", file=sys.stderr)
        pages = {
            "size": options.site,
            "engines": {
                name: measure_pages(name, options.site, options.folder, environ, options.rounds)
                for name in engines
            },
        }
        _keep(options.folder, "pages", pages)
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine_name(),
        "rounds": options.rounds,
        "questions": options.questions,
        "sizes": results,
        "pages": pages,
        "alerts": _alerts(options),
    }


def _options(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-search", description=__doc__)
    parser.add_argument("--sizes", type=_sizes, default=list(SIZES), help="10000,100000")
    parser.add_argument("--engines", type=_engines, default=[EMBEDDED, MEILISEARCH])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--questions", type=int, default=60, help="of each kind in a round")
    parser.add_argument("--site", type=int, default=SITE, help="listings in the database, or 0")
    parser.add_argument("--alerts", type=int, default=SEARCHES, help="saved searches, or 0")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "bench-search")
    parser.add_argument("--again", action="store_true", help="measure what was measured before")
    parser.add_argument("--fresh", action="store_true", help="make the data and the indexes anew")
    parser.add_argument("--table", type=Path, default=ROOT / "benchmarks" / "SEARCH.md")
    return parser.parse_args(words)


def _sizes(typed: str) -> list[int]:
    return [int(size.replace("_", "")) for size in typed.split(",")]


def _engines(typed: str) -> list[str]:
    names = typed.split(",")
    if unknown := set(names) - {EMBEDDED, MEILISEARCH}:
        raise argparse.ArgumentTypeError(f"no engine is called {', '.join(sorted(unknown))}")
    return names


def main() -> None:
    options = _options()
    if options.fresh:
        shutil.rmtree(options.folder, ignore_errors=True)
    options.folder.mkdir(parents=True, exist_ok=True)
    result = run(options, os.environ)
    words = f' ARGS="{" ".join(sys.argv[1:])}"' if sys.argv[1:] else ""
    command = f"make bench-search{words}"
    print(write_table(result, options.table, command))


if __name__ == "__main__":
    main()
