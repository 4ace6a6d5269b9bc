"""The sections on MS-DRGs and on the code editor, and the pages of the groups."""

from datetime import date

import pytest

from app.codes.services.inpatient.groups import drg_groups
from app.codes.services.reference.contract import Absence, Why, answer
from app.codes.services.reference.inpatient import DRG, MCE
from app.codes.services.reference.subject import find_subject
from tests.factories.codes import make_release
from tests.factories.codes_inpatient import make_drgs, make_mce
from tests.watch import statements

DAY = date(2026, 5, 1)


@pytest.fixture
def loaded(app):
    make_release()
    return make_drgs()


def said(key, topic=DRG):
    return answer(topic, find_subject("icd10cm", key, DAY))


def test_a_principal_diagnosis_leads_to_its_groups_with_weights(loaded):
    one = said("E119").content["principal"]
    assert (one.category.mdc, one.unacceptable) == ("10", False)
    assert [(g.drg, g.weight_capped, g.gmlos) for g in one.drgs] == [
        ("637", "1.4367", "3.9"),
        ("638", "0.8962", "2.9"),
        ("639", "0.6212", "2.1"),
    ]


def test_a_secondary_diagnosis_says_its_severity_and_what_excludes_it(loaded):
    two = said("E1140").content["secondary"]
    assert (two.level, two.meaning) == ("MCC", "major complication or comorbidity")
    assert (two.exclusions, two.excluded_by, two.alive_only) == ("0002", 2, True)
    assert two.hospital_acquired_title == "Manifestations of poor glycemic control"
    assert said("E119").content["secondary"].level is None


def test_an_unacceptable_principal_diagnosis_is_said(loaded, client):
    one = said("H548").content["principal"]
    assert (one.unacceptable, one.category, one.drgs) == (True, None, ())
    assert "is not paid" in client.get("/codes/icd10cm/H54.8").text


def test_a_code_that_is_not_complete_is_not_grouped(loaded):
    absent = said("E11")
    assert isinstance(absent, Absence)
    assert absent.why is Why.NONE
    assert "complete codes" in absent.sentence


def test_titles_are_read_once_for_each_release_and_process(loaded):
    release_id = loaded.id
    with statements() as first:
        drg_groups(release_id)
    with statements() as again:
        drg_groups(release_id)
    assert (len(first), len(again)) == (1, 0)


def test_the_editor_says_age_sex_and_manifestation_in_words(loaded):
    make_mce(
        ("E11.9", "Sex", "Female Only"),
        ("E11.9", "Other", "Manifestation (Not Allowed as Principal Diagnosis)"),
        ("E11.9", "New", "Never seen before"),
    )
    edits = said("E119", MCE).content["edits"]
    assert [(e.edit, e.meaning) for e in edits] == [
        ("Sex conflict", "Only for female patients."),
        (
            "Manifestation code as principal diagnosis",
            "Not allowed as principal diagnosis: the underlying condition is sequenced first.",
        ),
        ("New", "Never seen before"),
    ]
    assert said("E109", MCE).why is Why.NONE


def test_without_the_editor_nobody_can_say(loaded):
    assert said("E119", MCE).why is Why.NOT_LOADED


def test_the_groups_stand_by_category_with_weights_and_stays(loaded, client):
    text = client.get("/codes/ms-drg").text
    assert "Invented Sugar with MCC" in text
    assert "1.4367" in text
    assert 'id="mdc-10"' in text


def test_a_group_says_its_siblings_and_what_leads_to_it(loaded, client):
    text = client.get("/codes/ms-drg/637").text
    assert "Groups that differ in severity alone" in text
    assert "3 diagnoses" in text
    assert 'href="/codes/icd10cm/E11.9"' in text
    assert "1.4000 before the cap" in text
    procedures = client.get("/codes/ms-drg/637?list=procedures").text
    assert "0SRT0J9" in procedures


def test_exclusions_are_listed_with_the_diagnoses_they_concern(loaded, client):
    text = client.get("/codes/ms-drg/exclusions/0002").text
    assert "2 principal diagnoses" in text
    assert "2 secondary diagnoses" in text


@pytest.mark.parametrize(
    "address",
    [
        "/codes/ms-drg/000",
        "/codes/ms-drg/6370",
        "/codes/ms-drg/%27--",
        "/codes/ms-drg/" + "9" * 3000,
        "/codes/ms-drg/exclusions/%25",
        "/codes/ms-drg/exclusions/9999",
        "/codes/ms-drg?on=1990-01-01",
        "/codes/ms-drg/637?on=1990-01-01",
    ],
)
def test_what_there_is_not_is_not_found(loaded, client, address):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("query", ["?page=99999999", "?page=-3", "?page=x", "?list=<script>"])
def test_wrong_pages_and_lists_break_nothing(loaded, client, query):
    response = client.get("/codes/ms-drg/637" + query)
    assert response.status_code == 200
    assert "<script>alert" not in response.text


def test_without_a_release_there_are_no_groups(client):
    assert client.get("/codes/ms-drg").status_code == 404
