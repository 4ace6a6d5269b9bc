"""The data both sides are measured on: 10 thousand listings and the full ICD-10-CM."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_plus

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from app import clock, create_app
from app.accounts.models import Account
from app.codes import services
from app.codes.models import SYSTEMS, CodeEntry, CodeNote
from app.extensions import db
from app.filters import pay_range
from app.jobs.models import Job, visible
from benchmarks import floor
from benchmarks.imports import DATA, loads
from benchmarks.listings import make_listings
from tests.clients import signed_in
from tests.watch import statements

ROOT = Path(__file__).resolve().parent.parent
LISTINGS = 10_000
SAMPLE = 200  # addresses a workload visits in turn
LOOKUPS = 20_000
SEED = 7
EMAIL = "reader@example.com"


@dataclass(frozen=True)
class Prepared:
    environ: dict[str, str]
    floor_database: str
    listing_ids: list[int]
    listing_paths: list[str]
    codes: list[str]  # "icd10cm/E11.9": of every system that is loaded
    lookups: list[str]
    cookie: str
    queries: dict[str, int]


def prepare(folder: Path) -> Prepared:
    environ = {
        "ENVIRONMENT": "development",
        "DATA_DIR": str(folder / "site"),
        "RATE_LIMITS": "no",
        "LOG_LEVEL": "WARNING",
        "FREE_CODE_VIEWS": "1000000",
        "LISTEN": "127.0.0.1:8102",
    }
    database = f"sqlite:///{folder / 'floor.db'}"
    if not (folder / "ready").exists():
        for command in (("db", "upgrade"), ("codes", "load-package")):
            _flask(environ, *command)
        if DATA.is_dir():
            every = [str(path) for path in loads()[-1].files]
            _flask(environ, "codes", "import", "--accept-notice", *every)
        app = create_app(environ)
        with app.app_context():
            make_listings(LISTINGS)
            _fill_floor(database)
        _flask(environ, "jobs", "index")
        (folder / "ready").touch()
    app = create_app(environ)
    with app.app_context():
        rng = random.Random(SEED)
        shown = select(Job.id).join(Job.organisation).where(visible()).order_by(Job.id)
        ids = rng.sample(list(db.session.scalars(shown)), SAMPLE)
        codes = _sample(rng)
        held = CodeEntry.release_id == services.edition_on("icd10cm").id
        titles = rng.sample(list(db.session.scalars(select(CodeEntry.title).where(held))), 1000)
        cookie = _cookie(app)
        paths = [_canonical(app, job_id) for job_id in ids]
    numbers = [code.partition("/")[2] for code in codes]
    lookups = [f"/codes/suggest.json?q={typed}" for typed in _typed(rng, numbers, titles)]
    pages = {
        "/jobs": ("/jobs", ""),
        "job page": (paths[0], ""),
        "code page, first view": (f"/codes/{codes[0]}", ""),
        "code page, metered": (f"/codes/{codes[0]}", cookie),
        "lookup": (lookups[0], ""),
    }
    queries = {name: _queries(app, path, cookie) for name, (path, cookie) in pages.items()}
    return Prepared(environ, database, ids, paths, codes, lookups, cookie, queries)


# Of which systems the codes are that are visited, out of ten.
SHARES = {"icd10cm": 5, "cpt": 2, "hcpcs": 2, "icd10pcs": 1}


def _sample(rng: random.Random) -> list[str]:
    """Codes as readers open them: half of them diagnoses, and some of every other system."""
    found: list[str] = []
    for system, share in SHARES.items():
        edition = services.edition_on(system)
        if edition is not None:
            held = select(CodeEntry.shown).where(
                CodeEntry.release_id == edition.id, CodeEntry.billable
            )
            shown = rng.sample(list(db.session.scalars(held)), SAMPLE * share // 10)
            found += [f"{system}/{code}" for code in shown]
    rng.shuffle(found)
    return found


def _flask(environ: dict[str, str], *words: str) -> None:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **environ}, check=True)


def _fill_floor(address: str) -> None:
    """The floor's own tables hold the same words as the product's."""
    engine = create_engine(address)
    floor.Base.metadata.drop_all(engine)
    floor.Base.metadata.create_all(engine)
    with Session(engine) as session:
        for job in db.session.scalars(select(Job)).yield_per(1000):
            session.add(
                floor.Listing(
                    id=job.id,
                    status=job.state,
                    title=job.title,
                    organisation=job.organisation.name,
                    place=f"{job.city}, {job.state_code}",
                    pay=pay_range(job.pay_low_cents, job.pay_high_cents, job.pay_unit),
                    posted=job.published_at,
                    body=job.description,
                )
            )
        notes = dict(
            db.session.execute(
                select(CodeNote.key, func.group_concat(CodeNote.text, "\n"))
                .where(CodeNote.release_id.in_(_held()))
                .group_by(CodeNote.key)
            ).all()
        )
        rows = select(CodeEntry.key, CodeEntry.shown, CodeEntry.title, CodeEntry.billable).where(
            CodeEntry.billable, CodeEntry.release_id.in_(_held())
        )
        for key, shown, title, billable in db.session.execute(rows).yield_per(5000):
            session.add(
                floor.Code(code=shown, title=title, billable=billable, notes=notes.get(key, ""))
            )
        session.commit()


def _held() -> list[int]:
    """The releases in force, whose codes that can be billed differ from system to system."""
    found = (services.edition_on(system) for system in SYSTEMS)
    return [edition.id for edition in found if edition is not None]


def _cookie(app: Flask) -> str:
    """The cookie of a signed-in free account, as its browser would send it."""
    reader = db.session.scalar(select(Account).where(Account.email == EMAIL))
    if reader is None:
        moment = clock.now()
        reader = Account(
            email=EMAIL,
            name="Reader",
            password_hash="",
            created_at=moment,
            email_verified_at=moment,
        )
        db.session.add(reader)
        db.session.flush()
    client = signed_in(app, reader)
    client.get("/codes")  # the first page adds the token of its forms to the cookie
    cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    return f"{cookie.key}={cookie.value}"


def _canonical(app: Flask, job_id: int) -> str:
    answer = app.test_client().get(f"/jobs/{job_id}")
    return answer.location if answer.status_code == 301 else f"/jobs/{job_id}"


def _typed(rng: random.Random, codes: list[str], titles: list[str]) -> list[str]:
    """What is asked while people type: the beginnings of codes, of words and of two words, some
    with a letter missing; a few of them often, most of them rarely (after Zipf)."""
    wanted = [*codes]
    for title in titles:
        words = re.findall("[a-z]{4,}", title.lower())[:2]
        wanted += [" ".join(words), *words]
        wanted += [word[:2] + word[3:] for word in words if rng.random() < 0.1]
    asked = {text[:length] for text in wanted for length in range(2, len(text) + 1)}
    ranked = sorted(asked, key=lambda text: rng.random() + len(text) / 20)
    weights = [1 / rank for rank in range(1, len(ranked) + 1)]
    return [quote_plus(text) for text in rng.choices(ranked, weights, k=LOOKUPS)]


def _queries(app: Flask, path: str, cookie: str) -> int:
    """Statements of the second visit: the first may fill what is kept between requests."""
    client: FlaskClient = app.test_client(use_cookies=False)
    headers = {"Cookie": cookie} if cookie else {}
    client.get(path, headers=headers)
    with statements() as seen:
        answer = client.get(path, headers=headers)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")
    return len(seen)
