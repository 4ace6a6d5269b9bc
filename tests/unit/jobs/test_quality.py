"""What a listing states, in points."""

from __future__ import annotations

import pytest

from app.jobs.models import Facet
from app.jobs.quality import MARKS, MOST, lacking, quality
from app.jobs.services.rules import STEPS
from tests.factories.jobs import make_job

pytestmark = pytest.mark.usefixtures("app")

COMPLETE = (
    (Facet.SETTING, "inpatient"),
    (Facet.SPECIALTY, "cardiology"),
    (Facet.CREDENTIAL, "ccs-p", "required"),
    (Facet.CODE_SET, "icd10cm"),
    (Facet.TOOL, "epic", "required"),
)
BARE = {
    "terms": (),
    "description": "",
    "benefits": "",
    "experience": "",
    "pay_low_cents": 1,
    "pay_high_cents": 9,
}
FULL = {
    "terms": COMPLETE,
    "codes": [("icd10cm", "I21", "I21~")],
    "description": "<p>" + "word " * 300 + "</p>",
    "productivity": "4 charts an hour",
    "accuracy_percent": 95,
}


def test_it_rises_with_what_is_stated_and_stays_between_nothing_and_a_hundred():
    bare, full = make_job(**BARE), make_job(**FULL)

    assert quality(bare) == 0
    assert quality(make_job(terms=())) < quality(make_job(terms=COMPLETE)) < quality(full)
    assert quality(full) == MOST == 100


@pytest.mark.parametrize(
    ("stated", "points"),
    [
        ({"pay_low_cents": 20_00, "pay_high_cents": 32_00}, 10),
        ({"pay_low_cents": 20_00, "pay_high_cents": 32_01}, 0),
        ({"pay_low_cents": 0, "pay_high_cents": 0}, 0),
        ({"benefits": "Health"}, 5),
        ({"experience": "none"}, 5),
        ({"terms": [(Facet.CREDENTIAL, "cpc", "preferred")]}, 10),
        ({"terms": [(Facet.SETTING, "ed")]}, 10),
        ({"terms": [(Facet.SPECIALTY, "ent")]}, 5),
        ({"terms": [(Facet.CODE_SET, "cpt")]}, 5),
        ({"terms": [(Facet.TOOL, "epic", "trained")]}, 10),
        ({"terms": [(Facet.STATE, "TX")]}, 0),
        ({"codes": [("icd10cm", "I21", "I21~")]}, 5),
        ({"productivity": "4 charts an hour"}, 10),
        ({"accuracy_percent": 95}, 5),
        ({"description": "w" * 299}, 0),
        ({"description": "w" * 300}, 10),
        ({"description": "w" * 900}, 20),
        ({"featured_until": None, "paid_days": 60}, 0),
    ],
)
def test_each_thing_stated_is_worth_what_the_page_says(stated, points):
    assert quality(make_job(**{**BARE, **stated})) == points


def test_what_is_lacking_makes_up_the_rest_and_the_most_points_come_first():
    job = make_job(terms=COMPLETE)
    found = lacking(job)

    assert quality(job) + sum(mark.points for mark in found) == MOST
    assert [mark.points for mark in found] == sorted((m.points for m in found), reverse=True)
    assert lacking(make_job(**FULL)) == []


def test_each_can_be_answered_on_a_page_of_composing():
    assert {mark.step for mark in MARKS} <= set(STEPS)
    assert len({mark.what for mark in MARKS}) == len(MARKS)
