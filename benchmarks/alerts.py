"""How long 1,000 new listings take against 100 thousand saved searches, row by row in the database.

    python -m benchmarks.alerts [--searches 100000] [--listings 1000] [--json]

The searches are drawn as people search: a few filters, some words, some circles, common ones far
more often than rare ones. The database is SQLite in a folder of its own, unless TEST_DATABASE_URL
names an empty PostgreSQL one. One process, so one core of the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import tempfile
import time
from dataclasses import asdict, dataclass

from sqlalchemy import func, insert, select, update

from app import clock, create_app, taxonomy
from app.employers.models import Organisation
from app.extensions import db
from app.jobs.models import Job
from app.jobs.services.criteria import FILTERS, Criteria, read_criteria
from app.seekers.models import AlertMatch, AlertRecipient, SavedSearch
from app.seekers.services import match_new_listings
from app.seekers.services.newcomers import compiled
from app.seekers.services.saved_searches import parameters_of
from benchmarks.listings import CREDENTIALS, TITLES, TRADE_WORDS, Spread, make_listings

SEED = 11
SEARCHES_A_PERSON = 1.5
CHUNK = 5_000
ZIPS = ("77002", "85004", "43215", "37203", "33602", "80202", "63101", "83702", "27601", "68102",
        "12207", "93721", "74103", "99201", "10001", "60601", "90012", "30303", "75201", "98101",
        "02108", "19103", "48226", "55401", "70112", "89101", "97201", "20001")  # fmt: skip
RARE_WORDS = ("radiology", "trauma", "denials", "hcc", "profee", "cdi", "ed", "orthopedics",
              "oncology", "cardiology", "remote", "auditor", "educator", "asc", "wound",
              "epic", "cerner", "lead", "apprentice", "prn")  # fmt: skip
FREQUENCIES = ("daily", "daily", "daily", "weekly", "weekly", "instant")


@dataclass(frozen=True)
class Measured:
    searches: int
    distinct: int
    listings: int
    matches: int
    compile_seconds: float  # all saved searches, read from the database
    match_seconds: float  # all new listings, with every match written and committed
    recompile_seconds: float  # after one search changed
    looked_at: int  # alternatives and texts, of all listings together
    memory_mb: float  # more than the process took before


def measure(searches: int = 100_000, listings: int = 1_000) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            {
                "ENVIRONMENT": "test",
                "DATA_DIR": folder,
                "DATABASE_URL": os.environ.get("TEST_DATABASE_URL", ""),
            }
        )
        with app.app_context():
            db.drop_all()
            db.create_all()
            _fill(searches, listings)
            return _measured()


def _fill(searches: int, listings: int) -> None:
    make_listings(listings)
    db.session.execute(update(Job).values(published_at=clock.now()))
    slugs = list(db.session.scalars(select(Organisation.slug)))
    moment = clock.now()
    people = int(searches / SEARCHES_A_PERSON) + 1
    for start in range(0, people, CHUNK):
        db.session.execute(
            insert(AlertRecipient),
            [
                {"email": f"p{n}@example.com", "created_at": moment, "suppressed_for": ""}
                for n in range(start, min(start + CHUNK, people))
            ],
        )
    ids = list(db.session.scalars(select(AlertRecipient.id)))
    draw = _Searches(random.Random(SEED), slugs)
    for start in range(0, searches, CHUNK):
        db.session.execute(
            insert(SavedSearch),
            [
                {
                    "recipient_id": draw.rng.choice(ids),
                    "name": "A search",
                    "parameters": draw.one(),
                    "frequency": draw.rng.choice(FREQUENCIES),
                    "created_at": moment,
                    "confirmed_at": moment,
                    "revision": 2,
                }
                for _ in range(start, min(start + CHUNK, searches))
            ],
        )
    db.session.commit()


class _Searches:
    """Draws searches one by one, each in the form in which it is kept."""

    def __init__(self, rng: random.Random, employers: list[str]) -> None:
        self.rng = rng
        self.credentials = Spread(rng, CREDENTIALS)
        self.states = Spread(rng, list(taxonomy.STATES))
        self.filters = {
            name: Spread(rng, list(f.values))
            for name, f in FILTERS.items()
            if name not in ("credential", "state")
        }
        self.names = Spread(rng, list(self.filters))
        self.titles = Spread(rng, [title.lower() for title in TITLES])
        self.words = Spread(rng, [*RARE_WORDS, *TRADE_WORDS])
        self.zips = Spread(rng, ZIPS)
        self.employers = Spread(rng, employers)

    def one(self) -> list[list[str]]:
        """Nobody keeps a search of everything: two choices or more narrow each."""
        while (criteria := self._drawn()).narrowed < 2:
            pass
        return parameters_of(criteria)

    def _drawn(self) -> Criteria:
        rng = self.rng
        asked: dict[str, list[str]] = {}
        if rng.random() < 0.55:
            asked["credential"] = self.credentials.some(2)
        if rng.random() < 0.35:
            asked["state"] = [self.states.one()]
        if rng.random() < 0.25:
            asked["near"], asked["miles"] = [self.zips.one()], [rng.choice(("25", "50", "100"))]
        for name in self.names.some(2) if rng.random() < 0.8 else ():
            asked[name] = self.filters[name].some(2)
        if rng.random() < 0.4:
            asked["q"] = [self._typed()]
        if rng.random() < 0.3:
            asked["pay_min"] = [str(rng.randint(20, 50))]
        if rng.random() < 0.1:
            asked["apprentice"] = ["1"]
        if rng.random() < 0.05:
            asked["employer"] = [self.employers.one()]
        return read_criteria(asked)

    def _typed(self) -> str:
        if self.rng.random() < 0.4:
            return str(self.titles.one())
        return " ".join(self.words.some(2))


def _measured() -> Measured:
    before = _peak_mb()
    started = time.perf_counter()
    standing = compiled()
    compiled_at = time.perf_counter()
    listings = 0
    while found := match_new_listings():
        listings += found
        db.session.commit()
    matched_at = time.perf_counter()
    db.session.execute(
        update(SavedSearch)
        .where(SavedSearch.id == standing.askers[0].search_id)
        .values(revision=SavedSearch.revision + 1)
    )
    db.session.commit()
    changed_at = time.perf_counter()
    compiled()
    done_at = time.perf_counter()
    return Measured(
        searches=len(standing.askers),
        distinct=len(standing.read),
        listings=listings,
        matches=db.session.scalar(select(func.count(AlertMatch.id))) or 0,
        compile_seconds=round(compiled_at - started, 2),
        match_seconds=round(matched_at - compiled_at, 2),
        recompile_seconds=round(done_at - changed_at, 2),
        looked_at=standing.questions.evaluations,
        memory_mb=round(_peak_mb() - before, 1),
    )


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def table(measured: Measured) -> str:
    rows = [
        ("saved searches", f"{measured.searches:,} ({measured.distinct:,} distinct)"),
        ("new listings", f"{measured.listings:,}"),
        ("matches written", f"{measured.matches:,}"),
        ("compiling the searches", f"{measured.compile_seconds} s"),
        ("matching and writing", f"{measured.match_seconds} s"),
        ("both, aim 60 s", f"{measured.compile_seconds + measured.match_seconds:.1f} s"),
        ("compiling again after one change", f"{measured.recompile_seconds} s"),
        ("looked at for one listing", f"{measured.looked_at // max(1, measured.listings):,}"),
        ("memory", f"{measured.memory_mb} MB more"),
    ]
    return "\n".join(["| alerts | |", "| --- | --- |", *(f"| {a} | {b} |" for a, b in rows)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--searches", type=int, default=100_000)
    parser.add_argument("--listings", type=int, default=1_000)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    measured = measure(asked.searches, asked.listings)
    print(json.dumps(asdict(measured)) if asked.json else table(measured))


if __name__ == "__main__":
    main()
