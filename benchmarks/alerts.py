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
from collections import Counter
from dataclasses import asdict, dataclass

from sqlalchemy import func, insert, select, update

from app import clock, create_app, taxonomy
from app.employers.models import Organisation
from app.extensions import db
from app.html import plain
from app.jobs.models import Job
from app.jobs.services.searching.criteria import FILTERS, Criteria, read_criteria
from app.jobs.services.searching.standing import listings
from app.seekers.models import AlertMatch, AlertRecipient, SavedSearch
from app.seekers.services import match_new_listings
from app.seekers.services.newcomers import compiled
from app.seekers.services.saved_searches import parameters_of
from benchmarks.listings import CREDENTIALS, TITLES, TRADE_WORDS, Spread, make_listings
from search.words import words

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
class Took:
    """Seconds, and how many of them the processor worked: others may use the machine, too."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Measured:
    searches: int
    distinct: int
    texts: int  # distinct
    listings: int
    matches: int
    compiling: Took  # all saved searches, read from the database
    matching: Took  # all new listings, made documents of and put to the searches
    keeping: Took  # the same with every match written and committed
    compiling_again: Took  # after one search changed
    looked_at: int  # alternatives and texts, of all listings together
    memory_mb: float  # more than the process took before

    @property
    def whole(self) -> Took:
        return Took(self.compiling.wall + self.keeping.wall, self.compiling.cpu + self.keeping.cpu)


def measure(searches: int = 100_000, new: int = 1_000) -> Measured:
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
            _fill(searches, new)
            return _measured()


def _fill(searches: int, new: int) -> None:
    make_listings(new)
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
    bodies = db.session.scalars(select(Job.description).limit(300)).all()
    written = [word for word, _ in Counter(words(plain(" ".join(bodies)))).most_common()]
    draw = _Searches(random.Random(SEED), slugs, written)
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

    def __init__(self, rng: random.Random, employers: list[str], written: list[str]) -> None:
        self.rng = rng
        self.credentials = Spread(rng, CREDENTIALS)
        self.states = Spread(rng, list(taxonomy.STATES))
        self.filters = {
            name: Spread(rng, list(f.values))
            for name, f in FILTERS.items()
            if name not in ("credential", "state", "place")
        }
        self.names = Spread(rng, list(self.filters))
        self.titles = Spread(rng, [title.lower() for title in TITLES])
        # Words of the trade become filters; the others are looked for in the text.
        self.words = Spread(rng, [*RARE_WORDS, *TRADE_WORDS, *written])
        self.zips = Spread(rng, ZIPS)
        self.employers = Spread(rng, employers)

    def one(self) -> list[list[str]]:
        """Nobody keeps a search of everything: three choices or more narrow each."""
        while (criteria := self._drawn()).narrowed < 3:
            pass
        return parameters_of(criteria)

    def _drawn(self) -> Criteria:
        """What and where, as on every job site, and a few filters."""
        rng = self.rng
        asked: dict[str, list[str]] = self._where(rng.random())
        if rng.random() < 0.6:
            asked["credential"] = self.credentials.some(2)
        if rng.random() < 0.4:
            asked["q"] = [self._typed()]
        for name in self.names.some(2):
            asked[name] = self.filters[name].some(2)
        if rng.random() < 0.3:
            asked["pay_min"] = [str(rng.randint(20, 50))]
        if rng.random() < 0.1:
            asked["apprentice"] = ["1"]
        if rng.random() < 0.05:
            asked["employer"] = [self.employers.one()]
        return read_criteria(asked)

    def _where(self, chance: float) -> dict[str, list[str]]:
        if chance < 0.4:
            return {"near": [self.zips.one()], "miles": [self.rng.choice(("25", "50", "100"))]}
        if chance < 0.7:
            return {"state": [self.states.one()]}
        return {"place": ["remote"]} if chance < 0.9 else {}

    def _typed(self) -> str:
        if self.rng.random() < 0.4:
            return str(self.titles.one())
        return " ".join(self.words.some(2))


class _Watch:
    """Reads what passed since it was last read."""

    def __init__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def read(self) -> Took:
        wall, cpu = self.wall, self.cpu
        self.wall, self.cpu = time.perf_counter(), time.process_time()
        return Took(round(self.wall - wall, 2), round(self.cpu - cpu, 2))


def _measured() -> Measured:
    before = _peak_mb()
    watch = _Watch()
    standing = compiled()
    compiling = watch.read()
    jobs = db.session.scalars(listings()).unique().all()
    watch.read()
    for job in jobs:
        standing.matches_of(job)
    matching = watch.read()
    looked_at = standing.questions.evaluations
    db.session.expunge_all()
    watch.read()
    while match_new_listings():
        db.session.commit()
    keeping = watch.read()
    db.session.execute(
        update(SavedSearch)
        .where(SavedSearch.id == standing.askers[0].search_id)
        .values(revision=SavedSearch.revision + 1)
    )
    db.session.commit()
    watch.read()
    compiled()
    return Measured(
        searches=len(standing.askers),
        distinct=len(standing.read),
        texts=len({question.text for question in standing.read.values()}),
        listings=len(jobs),
        matches=db.session.scalar(select(func.count(AlertMatch.id))) or 0,
        compiling=compiling,
        matching=matching,
        keeping=keeping,
        compiling_again=watch.read(),
        looked_at=looked_at,
        memory_mb=round(_peak_mb() - before, 1),
    )


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def table(measured: Measured) -> str:
    rows = [
        (f"{name} | {took.wall:.1f} s | {took.cpu:.1f} s")
        for name, took in (
            ("compiling the searches, once", measured.compiling),
            ("matching the listings", measured.matching),
            ("matching, with every match written", measured.keeping),
            ("compiling and matching, aim 60 s", measured.whole),
            ("compiling again after one change", measured.compiling_again),
        )
    ]
    sizes = (
        f"{measured.searches:,} saved searches ({measured.distinct:,} distinct, "
        f"{measured.texts:,} texts), {measured.listings:,} new listings, "
        f"{measured.matches:,} matches; {measured.looked_at // max(1, measured.listings):,} "
        f"looks for one listing; {measured.memory_mb:.0f} MB more memory."
    )
    head = ["| alerts | time | processor |", "| --- | --- | --- |"]
    return "\n".join([*head, *(f"| {row} |" for row in rows), "", sizes])


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
