"""The whole service behind the list of jobs: read a search, ask the engine, read the listings."""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from app import create_app
from app.extensions import db
from app.jobs.models import Job
from app.jobs.services.index import rebuild_index
from app.jobs.services.searching.criteria import read_criteria
from app.jobs.services.searching.search import find_jobs, forget_answers
from benchmarks.listings import CREDENTIALS, SEED, TITLES, make_listings
from benchmarks.machine import Quiet
from benchmarks.rounds import percentile
from benchmarks.subjects import MEILISEARCH

QUESTIONS = 60  # of each kind

Parameters = dict[str, list[str]]


def measure_pages(
    engine: str, size: int, folder: Path, environ: Mapping[str, str], rounds: int
) -> dict[str, dict[str, float]]:
    """Milliseconds of `find_jobs` by kind of search, over a database of `size` listings."""
    found: dict[str, dict[str, float]] = {}
    with _site(engine, size, folder, environ):
        for kind, asked in _searches().items():
            times = [_timed(each) for _ in range(rounds + 1) for each in asked][len(asked) :]
            found[kind] = {"p50": statistics.median(times), "p95": percentile(times, 95)}
    return found


def _timed(parameters: Parameters) -> float:
    forget_answers()  # or the second round would measure a dictionary
    began = time.perf_counter()
    found = find_jobs(read_criteria(parameters))
    took = (time.perf_counter() - began) * 1000
    if found.answer.limited:
        raise RuntimeError(f"the engine did not answer {parameters}")
    return took


def _searches() -> dict[str, list[Parameters]]:
    rng = random.Random(SEED)
    titles = [rng.choice(TITLES) for _ in range(QUESTIONS)]
    return {
        "prefix": [{"q": [title[: rng.randint(3, len(title))]]} for title in titles],
        "typo": [{"q": [title[:3] + title[4:]]} for title in titles],
        "filters": [
            {
                "q": [rng.choice(titles)],
                "credential": rng.sample(CREDENTIALS, 2),
                "place": ["remote"],
            }
            for _ in titles
        ],
        "browse": [{"page": [str(rng.randint(1, 20))]} for _ in titles],
        "no match": [{"q": [f"zyx{title[:5]}"]} for title in titles],
    }


@contextmanager
def _site(engine: str, size: int, folder: Path, environ: Mapping[str, str]) -> Iterator[None]:
    home = folder / f"site-{size}"
    home.mkdir(parents=True, exist_ok=True)
    settings = {"ENVIRONMENT": "test", "DATA_DIR": str(home), "LOG_LEVEL": "WARNING"}
    if engine == MEILISEARCH:
        settings |= {
            "SEARCH_URL": environ["MEILI_URL"],
            "SEARCH_KEY": environ["MEILI_KEY"],
            "SEARCH_ADMIN_KEY": environ["MEILI_KEY"],
            "SEARCH_PREFIX": f"bench-site-{size}-",
        }
    app = create_app(settings)
    with app.app_context():
        db.create_all()
        held = db.session.query(Job).count()
        if held < size:
            print(f"  making {size - held:,} listings", file=sys.stderr)
            make_listings(size - held)
        rebuild_index()
        quiet = Quiet([])
        yield
        print(f"  pages: {quiet.foreign_cores():.2f} cores elsewhere", file=sys.stderr)
        db.session.remove()
        db.engine.dispose()
