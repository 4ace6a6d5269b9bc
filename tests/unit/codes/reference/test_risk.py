"""The section on risk adjustment: categories, hierarchies, and procedures that count."""

from datetime import date

import pytest

from app.codes.services.reference.contract import Why, answer
from app.codes.services.reference.risk import HCC
from app.codes.services.reference.subject import find_subject
from app.codes.services.risk_models import risk_models
from tests.factories.codes import make_release
from tests.factories.codes_coverage import make_cpt_numbers
from tests.factories.codes_inpatient import make_hcc
from tests.watch import statements

DAY = date(2026, 5, 1)


def said(key, system="icd10cm"):
    return answer(HCC, find_subject(system, key, DAY))


@pytest.fixture
def loaded(app):
    make_release()
    return make_hcc()


def test_a_diagnosis_is_in_a_category_of_each_model_the_newest_first(loaded):
    content = said("E119").content
    assert [(p.model, p.category.number, p.category.label) for p in content["categories"]] == [
        ("CMS-HCC Model V28", "38", "Invented plain"),
        ("CMS-HCC Model V24", "19", "Invented old"),
    ]
    assert content["not_in"] == ["RxHCC Model V08"]


def test_a_hierarchy_is_told_from_both_ends(loaded):
    plain = said("E119").content["categories"][0]
    worse = said("E1140").content["categories"][0]
    assert [c.label for c in plain.outranked_by] == ["Invented worse"]
    assert [c.label for c in worse.outranks] == ["Invented plain"]
    assert plain.outranks == worse.outranked_by == ()


def test_a_diagnosis_in_no_category_is_said_to_be_in_none(loaded):
    absent = said("E109")
    assert absent.why is Why.NONE
    assert "no category of any model" in absent.sentence


def test_models_are_read_once_for_each_release_and_process(loaded):
    release_id = loaded.id
    with statements() as first:
        risk_models(release_id)
    with statements() as again:
        risk_models(release_id)
    assert (len(first), len(again)) == (1, 0)


def test_without_a_release_nobody_can_say(app):
    make_release()
    assert said("E119").why is Why.NOT_LOADED


def test_a_procedure_counts_where_the_list_has_it(loaded, client):
    make_cpt_numbers("99213", "99999")
    assert said("99213", "cpt").content == {"eligible": True}
    assert said("99999", "cpt").why is Why.NONE
    assert "<strong>Eligible.</strong>" in client.get("/codes/cpt/99213").text


def test_where_procedures_are_not_listed_none_is_called_ineligible(app):
    make_hcc(eligible="")
    make_cpt_numbers("99999")
    assert said("99999", "cpt").why is Why.NOT_LOADED
