"""A saved search finds in a new listing what the page of the search finds among all."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from app import clock
from app.extensions import db
from app.jobs.models import Facet, Job
from app.jobs.services.index import rebuild_index
from app.jobs.services.searching.criteria import FILTERS, Criteria, read_criteria
from app.jobs.services.searching.search import find_jobs
from app.jobs.services.searching.standing import (
    best_since,
    codes_asked,
    document_of,
    question_of,
    ranked,
)
from app.places import find_city
from search import open_engine
from search.indexes import JOBS
from search.standing import StandingQuestions
from tests.factories.employers import make_organisation
from tests.factories.jobs import make_job

pytestmark = pytest.mark.usefixtures("app")

CODES = (("icd10cm", "I21", "I21~"), ("icd10cm", "E119", "E119"), ("icd10cm", "E08", "E13~"))
# Words that no other of these listings is one letter away from.
TYPED = ("code", "audit", "risk adjustment", "hcc", "charts code", "tx", "mercy", "ed")


TOWNS = [find_city("Austin", "TX"), find_city("San Antonio", "TX"), find_city("St. Louis", "MO")]


def some_listings(chance: random.Random, employers: list) -> list[Job]:
    def drawn(name: str, most: int = 3) -> list[str]:
        values = list(FILTERS[name].values)[:6]
        return chance.sample(values, chance.randint(0, most))

    made = []
    for _ in range(40):
        terms = [(Facet.CREDENTIAL, v, chance.choice(("required", "preferred")))
                 for v in drawn("credential")]  # fmt: skip
        terms += [(Facet.SETTING, v) for v in drawn("setting")]
        terms += [(Facet.SPECIALTY, v) for v in drawn("specialty")]
        terms += [(Facet.CODE_SET, v) for v in drawn("code_set")]
        kind = chance.choice(("remote", "remote", "onsite", "hybrid"))
        if kind == "remote":
            terms += [
                (Facet.STATE, v) for v in chance.sample(("TX", "MO", "CA"), chance.randint(0, 2))
            ]
        town = chance.choice(TOWNS)
        unit = chance.choice(("hour", "year", "chart"))
        low = {"hour": 3_000, "year": 6_000_000, "chart": 400}[unit]
        made.append(
            make_job(
                organisation=chance.choice(employers),
                title=chance.choice(("Trauma coder", "HCC auditor", "Emergency department coder")),
                terms=terms,
                codes=chance.sample(CODES, chance.randint(0, 2)),
                place_kind=kind,
                city="" if kind == "remote" else town.name,
                state_code="" if kind == "remote" else town.state,
                lat=None if kind == "remote" else town.lat,
                lng=None if kind == "remote" else town.lng,
                apprentice_welcome=chance.random() < 0.3,
                pay_unit=unit,
                pay_low_cents=low,
                pay_high_cents=int(low * chance.choice((1.1, 1.5))),
                role=chance.choice(list(FILTERS["role"].values)[:3]),
                engagement=chance.choice(list(FILTERS["engagement"].values)[:3]),
            )
        )
    return made


def some_search(chance: random.Random, employers: list) -> Criteria:
    asked: dict[str, list[str]] = {}
    for name in chance.sample(list(FILTERS), chance.randint(0, 2)):
        values = list(FILTERS[name].values)[:6]
        asked[name] = chance.sample(values, min(len(values), chance.randint(1, 3)))
    if chance.random() < 0.4:
        asked["state"] = [chance.choice(("TX", "MO", "CA", "NY"))]
    if chance.random() < 0.4:
        asked["q"] = [chance.choice(TYPED)]
    if chance.random() < 0.3:
        asked["near"] = [chance.choice(("Austin, TX", "78701", "St. Louis, MO", "Fresno, CA"))]
        asked["miles"] = [chance.choice(("25", "100"))]
    if chance.random() < 0.3:
        per = chance.choice(("hour", "year", "chart"))
        asked["pay_min"] = [str({"hour": 35, "year": 70_000, "chart": 5}[per])]
        asked["pay_per"] = [per]
    for name in ("apprentice", "productivity", "accuracy"):
        if chance.random() < 0.15:
            asked[name] = ["1"]
    if chance.random() < 0.2:
        asked["need"] = [chance.choice(("required", "preferred"))]
    if chance.random() < 0.15:
        asked["employer"] = [chance.choice(employers).slug]
    if chance.random() < 0.15:
        asked["code"] = [
            chance.choice(("icd10cm:I21.4", "icd10cm:E11.9", "icd10cm:E10", "icd10cm:Z"))
        ]
    return read_criteria(asked)


@pytest.mark.parametrize("seed", range(3))
def test_it_is_the_same_for_any_search_and_any_listing(seed):
    chance = random.Random(seed)
    employers = [make_organisation() for _ in range(4)]
    listings = some_listings(chance, employers)
    rebuild_index()
    searches = [some_search(chance, employers) for _ in range(120)]
    questions = [question_of(criteria) for criteria in searches]
    standing, codes = StandingQuestions(JOBS, questions), codes_asked(questions)
    found: dict[int, set[int]] = {number: set() for number in range(len(searches))}
    for job in listings:
        for number in standing.answered_by(document_of(job, codes)):
            found[number].add(job.id)
    assert sum(map(len, found.values())) > 100
    for number, criteria in enumerate(searches):
        if " " in criteria.text and not found[number]:
            continue  # the page then leaves words out, and says so; an alert does not
        shown: set[int] = set()
        page, last = 1, 1
        while page <= last:
            result = find_jobs(criteria.on_page(page))
            shown |= {card.id for card in (*result.featured, *result.cards)}
            last, page = result.answer.last_page, page + 1
        assert found[number] == shown, criteria.parameters()


def test_the_order_is_that_of_the_page():
    plain = make_job(title="Trauma coder", benefits="")
    rich = make_job(title="Trauma coder", productivity="4 an hour", accuracy_percent=95)
    other = make_job(title="Auditor", description="<p>Audits the charts desk.</p>")
    cardiology = make_job(title="Cardiology coder", benefits="", terms=[(Facet.SETTING, "ed")])
    rebuild_index()
    ids = [plain.id, other.id, rich.id, cardiology.id]
    for asked in ({"q": ["charts"]}, {"q": ["coder"]}, {}, {"sort": ["newest"]}):
        criteria = read_criteria(asked)
        shown = [card.id for card in find_jobs(criteria).cards]
        assert ranked(criteria, ids)[: len(shown)] == shown
        assert sorted(ranked(criteria, ids)) == sorted(ids)


def test_without_the_engine_the_order_is_quality_then_date(app, monkeypatch):
    monkeypatch.setitem(app.extensions, "search_engine", open_engine("http://127.0.0.1:9"))
    moment = clock.now()
    old = make_job(published_at=moment - timedelta(days=3))
    new = make_job(published_at=moment - timedelta(days=1))
    rich = make_job(published_at=moment - timedelta(days=4), productivity="4 an hour")
    assert ranked(Criteria(), [old.id, new.id, rich.id]) == [rich.id, new.id, old.id]


def test_the_best_since_a_moment_heeds_the_employer_and_the_code():
    mercy = make_organisation()
    old = make_job(organisation=mercy, published_at=clock.now() - timedelta(days=9))
    new = make_job(organisation=mercy, codes=CODES[:1])
    elsewhere = make_job(codes=CODES[:1])
    rebuild_index()
    assert best_since(read_criteria({"employer": [mercy.slug]}), 7, 10) == [new.id]
    coded = best_since(read_criteria({"code": ["icd10cm:I21"]}), 7, 10)
    assert sorted(coded) == [new.id, elsewhere.id]
    assert best_since(read_criteria({"employer": ["nobody"]}), 7, 10) == []
    assert old.id not in best_since(Criteria(), 7, 10)
    assert db.session.get(Job, old.id) is not None
