"""Listings by the thousand: the real taxonomy, words and choices as unevenly spread as real ones.

The same seed makes the same listings. Nothing in them is taken from a real advertisement.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from itertools import accumulate
from typing import Any, TypeVar

from sqlalchemy import insert

from app import clock, taxonomy
from app.accounts.models import Account
from app.employers.models import MemberRole, Membership, Organisation
from app.extensions import db
from app.jobs.models import Facet, Job, JobCode, JobState, JobTerm

T = TypeVar("T")

SEED = 20261123
ORGANISATIONS = 400
WORDS_A_BODY = 180
VOCABULARY = 3_000
CHUNK = 2_000

# Common in the trade first: what is drawn from follows the order.
CREDENTIALS = ("cpc", "ccs", "coc", "rhit", "cic", "crc", "ccs-p", "rhia", "cpma", "cca", "cpb",
               "cedc", "ccds", "cdip", "circc", "rcc", "cosc", "ccc", "cgsc", "chonc", "hcs-d",
               "cobgc", "cemc", "cdeo", "cpco")  # fmt: skip
TITLES = ("Inpatient coder", "Outpatient coder", "Professional fee coder", "Coding auditor",
          "Risk adjustment coder", "Emergency department coder", "Surgery coder",
          "Clinical documentation specialist", "Radiology coder", "Denials specialist",
          "Coding educator", "Coding manager", "Home health coder", "Charge capture analyst",
          "Cancer registrar", "Apprentice coder")  # fmt: skip
GRADES = ("", " II", " III", ", lead", ", PRN", ", remote", " I", ", evenings")
CITIES = ("Houston", "Phoenix", "Columbus", "Nashville", "Tampa", "Denver", "St. Louis", "Boise",
          "Raleigh", "Omaha", "Albany", "Fresno", "Tulsa", "Spokane")  # fmt: skip
CODES = ("E11.9", "I10", "I21", "J18.9", "E08-E13", "C50", "S72", "Z51.11", "N18", "I50", "F32",
         "M54.5", "O80", "K35", "A41.9", "R07.9", "T84", "G40", "D64.9", "H25")  # fmt: skip
SYLLABLES = ("co", "der", "in", "ter", "ma", "re", "li", "vo", "sta", "pre", "ti", "ca", "lo",
             "ne", "su", "phy", "gra", "mo", "den", "tra", "bi", "fa", "ru", "ten")  # fmt: skip
TRADE_WORDS = ("coding", "charts", "quality", "review", "physician", "queries", "accuracy",
               "documentation", "records", "audit", "guidelines", "claims", "remote", "inpatient",
               "surgery", "denials", "epic", "encoder", "diagnosis", "modifier")  # fmt: skip


class Spread:
    """Draws the first of a sequence most often, the n-th about 1/n as often."""

    def __init__(self, rng: random.Random, values: Sequence[Any]) -> None:
        self.rng, self.values = rng, list(values)
        self.weights = list(accumulate(1 / rank for rank in range(1, len(self.values) + 1)))

    def one(self) -> Any:
        return self.rng.choices(self.values, cum_weights=self.weights)[0]

    def some(self, most: int) -> list[Any]:
        drawn = self.rng.choices(self.values, cum_weights=self.weights, k=self.rng.randint(1, most))
        return list(dict.fromkeys(drawn))

    def many(self, count: int) -> list[Any]:
        return self.rng.choices(self.values, cum_weights=self.weights, k=count)


def make_listings(count: int, *, seed: int = SEED) -> int:
    """Write `count` live listings of many organisations, and commit. Returns the count."""
    rng = random.Random(seed)
    account, organisations = _employers(rng, min(ORGANISATIONS, max(1, count // 20)))
    writer = _Writer(rng, account, organisations)
    first = (db.session.query(db.func.max(Job.id)).scalar() or 0) + 1
    for start in range(0, count, CHUNK):
        ids = range(first + start, first + min(start + CHUNK, count))
        jobs, terms, codes = [], [], []
        for job_id in ids:
            jobs.append(writer.job(job_id))
            terms += writer.terms(jobs[-1])
            codes += writer.codes(job_id)
        db.session.execute(insert(Job), jobs)
        db.session.execute(insert(JobTerm), terms)
        if codes:
            db.session.execute(insert(JobCode), codes)
        db.session.commit()
    return count


def _employers(rng: random.Random, count: int) -> tuple[int, list[int]]:
    moment = clock.now()
    number = rng.randrange(10**9)
    account = Account(
        email=f"bench-{number}@example.com",
        name="Benchmark",
        password_hash="",
        created_at=moment,
        email_verified_at=moment,
    )
    made = [
        Organisation(
            slug=f"bench-{number}-{n}",
            name=f"{CITIES[n % len(CITIES)]} Health {n}",
            kind="hospital",
            website="https://health.example.com",
            city=CITIES[n % len(CITIES)],
            state=rng.choice(list(taxonomy.STATES)),
            about="<p>A health system.</p>",
            created_at=moment,
            verified_at=moment,
        )
        for n in range(count)
    ]
    db.session.add_all([account, *made])
    db.session.flush()
    db.session.add_all(
        Membership(
            organisation_id=o.id, account_id=account.id, role=MemberRole.OWNER, created_at=moment
        )
        for o in made
    )
    db.session.commit()
    return account.id, [o.id for o in made]


class _Writer:
    def __init__(self, rng: random.Random, account: int, organisations: list[int]) -> None:
        self.rng, self.account, self.moment = rng, account, clock.now()
        invented = ["".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))) for _ in range(VOCABULARY)]
        words = [*TRADE_WORDS, *invented]
        self.organisations = Spread(rng, organisations)
        self.words = Spread(rng, words)
        self.titles, self.grades = Spread(rng, TITLES), Spread(rng, GRADES)
        self.roles = Spread(rng, list(taxonomy.ROLES))
        self.engagements = Spread(rng, list(taxonomy.ENGAGEMENTS))
        self.places = Spread(rng, ("remote", "onsite", "hybrid"))
        self.units = Spread(rng, list(taxonomy.PAY_UNITS))
        self.experience = Spread(rng, list(taxonomy.EXPERIENCE)[::-1])
        self.facets = {
            Facet.CREDENTIAL: (Spread(rng, CREDENTIALS), 3),
            Facet.SETTING: (Spread(rng, list(taxonomy.SETTINGS)), 3),
            Facet.SPECIALTY: (Spread(rng, list(taxonomy.SPECIALTIES)), 2),
            Facet.CODE_SET: (Spread(rng, list(taxonomy.CODE_SETS)), 4),
            Facet.TOOL: (Spread(rng, list(taxonomy.TOOLS)), 3),
        }
        self.code = Spread(rng, CODES)

    def job(self, job_id: int) -> dict[str, Any]:
        rng, moment = self.rng, self.moment
        published = moment - timedelta(minutes=rng.randrange(1, 28 * 24 * 60))
        expires = published + timedelta(days=rng.choice((30, 60)))
        unit = self.units.one()
        low = _rate(rng, unit)
        return {
            "id": job_id,
            "organisation_id": self.organisations.one(),
            "created_by": self.account,
            "state": JobState.LIVE,
            "revision": 1,
            "title": self.titles.one() + self.grades.one(),
            "role": self.roles.one(),
            "description": self._body(),
            "benefits": "Health, dental, retirement, paid CEUs",
            "place_kind": self.places.one(),
            "city": rng.choice(CITIES),
            "state_code": rng.choice(list(taxonomy.STATES)),
            "engagement": self.engagements.one(),
            "pay_unit": unit,
            "pay_low_cents": low,
            "pay_high_cents": int(low * rng.uniform(1.05, 1.5)),
            "experience": self.experience.one(),
            "apprentice_welcome": rng.random() < 0.12,
            "productivity": rng.choice(("", "4 charts an hour", "12 charts an hour")),
            "accuracy_percent": rng.choice((None, 95, 95, 97)),
            "closes_on": (expires - timedelta(days=1)).date(),
            "paid_days": 30,
            "created_at": published,
            "changed_at": published,
            "submitted_at": published,
            "published_at": published,
            "expires_at": expires,
            "featured_until": expires if rng.random() < 0.03 else None,
        }

    def terms(self, job: dict[str, Any]) -> list[dict[str, Any]]:
        found = [
            {"job_id": job["id"], "facet": str(facet), "value": value, "need": self._need(facet)}
            for facet, (spread, most) in self.facets.items()
            for value in spread.some(most)
        ]
        if job["place_kind"] == "remote" and self.rng.random() < 0.5:
            eligible = self.rng.sample(list(taxonomy.STATES), self.rng.randint(2, 30))
            found += [
                {"job_id": job["id"], "facet": str(Facet.STATE), "value": s, "need": ""}
                for s in eligible
            ]
        return found

    def codes(self, job_id: int) -> list[dict[str, Any]]:
        if self.rng.random() < 0.5:
            return []
        return [_named(job_id, shown) for shown in self.code.some(3)]

    def _need(self, facet: Facet) -> str:
        if facet in (Facet.CREDENTIAL, Facet.TOOL):
            return self.rng.choice(("required", "required", "preferred"))
        return ""

    def _body(self) -> str:
        words = self.words.many(WORDS_A_BODY)
        third = WORDS_A_BODY // 3
        parts = (words[:third], words[third : 2 * third], words[2 * third :])
        return "".join(f"<p>{' '.join(part).capitalize()}.</p>" for part in parts)


def _rate(rng: random.Random, unit: str) -> int:
    """Cents: an hourly rate, or what the unit makes of it."""
    hourly = rng.randint(20, 48) * 100
    by_the_piece = {"chart": 6, "encounter": 10, "rvu": 3}
    if unit == "year":
        return round(hourly * taxonomy.HOURS_A_YEAR, -5)
    return hourly // by_the_piece.get(unit, 1)


def _named(job_id: int, shown: str) -> dict[str, Any]:
    first, _, last = shown.replace(".", "").partition("-")
    is_category = bool(last) or len(first) == 3
    return {
        "job_id": job_id,
        "system": "icd10cm",
        "first_key": first,
        "last_key": f"{last or first}~" if is_category else first,
        "shown": shown,
    }
