"""How long a code page takes to be drawn as the relations grow: measured, and drawn in docs/.

The page is drawn from the database each time: nothing of what a process keeps is used. The rows are
made up, in the shape of NCCI edits and fee facts, for codes of a real edition.
"""

from __future__ import annotations

import random
import shutil
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from flask import current_app

from app import clock, create_app
from app.codes.intake.rows import STEP, Edit, Entry, Fact, fact
from app.codes.models import CodeRelease, EntryKind, ReleaseState
from app.codes.services.editions import forget_editions
from app.codes.services.importing.bulk import write_rows
from app.codes.views.prepared import current_edition, prepared_page
from app.extensions import db
from benchmarks.machine import machine_name
from benchmarks.rounds import percentile

ROOT = Path(__file__).resolve().parent.parent
SIZES = (10_000, 100_000, 1_000_000, 3_000_000)
CODES = 15_000
PAGES = 200
SEED = 7
DASHED = ' stroke-dasharray="5 4"'


def _release(kind: str) -> CodeRelease:
    moment = clock.now()
    release = CodeRelease(
        kind=kind,
        edition="made up",
        effective_from=date(2026, 1, 1),
        source="made up",
        sha256=kind,
        state=ReleaseState.PUBLISHED,
        imported_at=moment,
        heartbeat_at=moment,
    )
    db.session.add(release)
    db.session.flush()
    return release


def _numbers() -> list[str]:
    return [f"{letter}{n:04}" for letter in "ABCEGHJKLMPQRSTV" for n in range(1000)][:CODES]


def _entries(numbers: Sequence[str]) -> list[Entry]:
    code = EntryKind.CODE.value
    return [
        Entry(n, n, code, f"Made up {n}", True, None, None, "", at)
        for at, n in enumerate(numbers, start=1)
    ]


def _edits(numbers: Sequence[str], count: int, rng: random.Random) -> Iterator[Edit]:
    for _ in range(count):
        yield Edit(rng.choice(numbers), rng.choice(numbers), "2020-01-01", None, 1, 1)


def _facts(numbers: Sequence[str], count: int, rng: random.Random) -> Iterator[Fact]:
    for _ in range(count):
        yield fact("add_on", rng.choice(numbers), rng.choice(numbers), type=1)


def _write(release_id: int, kind: type, rows: Iterator) -> None:
    step = []
    for row in rows:
        step.append(row)
        if len(step) == STEP * 4:
            write_rows(release_id, kind, step)
            db.session.commit()
            step = []
    write_rows(release_id, kind, step)
    db.session.commit()


def measure_growth(folder: Path) -> list[tuple[int, float, float]]:
    """Rows, and the p50 and p95 of milliseconds a page, at each size."""
    shutil.rmtree(folder, ignore_errors=True)
    app = create_app({"ENVIRONMENT": "test", "DATA_DIR": str(folder), "LOG_LEVEL": "WARNING"})
    rng = random.Random(SEED)
    numbers, found, stored = _numbers(), [], 0
    with app.app_context():
        db.create_all()
        codes = _release("hcpcs").id
        write_rows(codes, Entry, _entries(numbers))
        edits, facts = _release("ptp-practitioner").id, _release("add-on").id
        db.session.commit()
        for size in SIZES:
            print(f"  {size:,} rows", file=sys.stderr)
            more = size - stored
            _write(edits, Edit, _edits(numbers, more - more // 10, rng))
            _write(facts, Fact, _facts(numbers, more // 10, rng))
            stored = size
            times = [_timed(number) for number in rng.sample(numbers, PAGES + 20)][20:]
            found.append((size, statistics.median(times), percentile(times, 95)))
    return found


def _timed(number: str) -> float:
    current_app.extensions.pop("code_pages", None)
    forget_editions()
    with current_app.test_request_context(f"/codes/hcpcs/{number}"):
        began = time.perf_counter()
        edition = current_edition("hcpcs")
        page = prepared_page(edition, "hcpcs", number) if edition else None
        took = (time.perf_counter() - began) * 1000
        db.session.rollback()
    if page is None:
        raise RuntimeError(f"{number} has no page")
    return took


def drawing(found: Sequence[tuple[int, float, float]]) -> str:
    """The figures as an SVG: rows on a scale of powers of ten, milliseconds from zero."""
    width, height, left, bottom = 640, 320, 60, 50
    top = max(p95 for _, _, p95 in found) * 1.25
    places = [left + (width - left - 30) * at / (len(found) - 1) for at in range(len(found))]

    def y(value: float) -> float:
        return (height - bottom) - (height - bottom - 20) * value / top

    def line(column: int, dash: str) -> str:
        points = " ".join(
            f"{x:.0f},{y(row[column]):.1f}" for x, row in zip(places, found, strict=True)
        )
        return f'<polyline points="{points}" fill="none" stroke="#0b5d66" stroke-width="2"{dash}/>'

    labels = "".join(
        f'<text x="{x:.0f}" y="{height - 28}" text-anchor="middle">{row[0]:,}</text>'
        f'<text x="{x:.0f}" y="{y(row[1]) + 18:.1f}" text-anchor="middle">{row[1]:.1f}</text>'
        f'<text x="{x:.0f}" y="{y(row[2]) - 8:.1f}" text-anchor="middle">{row[2]:.1f}</text>'
        for x, row in zip(places, found, strict=True)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="12" fill="#1c2b33" role="img">'
        "<title>Milliseconds to draw a code page, by rows of relations</title>"
        f'<rect width="{width}" height="{height}" fill="#fff"/>'
        f'<path d="M{left} 10V{height - bottom}H{width - 10}" fill="none" stroke="#8a99a3"/>'
        f"{line(1, '')}{line(2, DASHED)}{labels}"
        f'<text x="{left + 8}" y="20">milliseconds a page; line: median, dashed: p95</text>'
        f'<text x="{width - 12}" y="{height - 8}" text-anchor="end">rows of relations</text>'
        "</svg>\n"
    )


def main() -> None:
    found = measure_growth(ROOT / "build" / "bench-growth")
    shutil.rmtree(ROOT / "build" / "bench-growth", ignore_errors=True)
    (ROOT / "docs" / "growth.svg").write_text(drawing(found), encoding="utf-8")
    print(f"\nDrawing a code page from the database. {machine_name()}.\n")
    print("| rows of relations | p50 ms | p95 ms |\n| --: | --: | --: |")
    for size, p50, p95 in found:
        print(f"| {size:,} | {p50:.1f} | {p95:.1f} |")


if __name__ == "__main__":
    main()
