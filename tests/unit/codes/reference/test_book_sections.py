"""Sections of code pages about the book: history, neighbors, the indexes, the code builder."""

import re
from datetime import date
from html import unescape

import pytest

from tests.factories.codes import BOOK, make_release
from tests.factories.codes_rows import add_fact, add_terms, make_codes, make_edition
from tests.watch import statements

PCS = {
    "0016070": "Bypass Ventricle to Nasopharynx, Open Approach",
    "0016071": "Bypass Ventricle to Mastoid Sinus, Open Approach",
    "0016370": "Bypass Ventricle to Nasopharynx, Percutaneous Approach",
}
ROWS = [
    [
        ["Body Part", {"6": "Ventricle"}],
        ["Approach", {"0": "Open", "3": "Percutaneous"}],
        ["Device", {"7": "Tissue"}],
        ["Qualifier", {"0": "Nasopharynx", "1": "Mastoid Sinus"}],
    ],
    [
        ["Body Part", {"U": "Spinal Canal"}],
        ["Approach", {"0": "Open"}],
        ["Device", {"J": "Synthetic"}],
        ["Qualifier", {"2": "Atrium"}],
    ],
]


@pytest.fixture(autouse=True)
def views(app, monkeypatch):
    monkeypatch.setitem(app.config, "GUEST_CODE_VIEWS", 50)


def section(client, path: str) -> str:
    address, name = path.split("#")
    page = client.get(address).text
    found = re.search(rf'<section id="{name}".*?</section>', page, re.DOTALL)
    drawn = re.sub(r"<(mark|ins|del)>(.*?)</\1>", r"[\2]", found[0] if found else "")
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", drawn)).split())


def make_pcs():
    release = make_codes("icd10pcs", PCS, heading="001")
    add_fact(release, "pcs_table", "001", rows=ROWS, definition="Altering the route")
    return release


def test_history_names_the_editions_and_what_each_changed(client):
    make_release(BOOK, effective=date(2025, 4, 1))
    make_release(BOOK.replace("without complications", "with no complication"))
    said = section(client, "/codes/icd10cm/E11.9#history")
    assert "April 1, 2025 : listed; the oldest edition that is loaded" in said
    assert "April 1, 2026 (shown here): description revised" in said
    assert "Before: Type 2 diabetes mellitus [without complications]" in said
    assert "After: Type 2 diabetes mellitus [with no complication]" in said
    assert "2 editions of ICD-10-CM are loaded here" in said


def test_history_tells_of_a_code_that_is_new_and_of_one_that_was_subdivided(client):
    small = re.sub(r"<diag>\s*<name>E11\.4[01]</name>.*?</diag>", "", BOOK, flags=re.DOTALL)
    make_release(small, effective=date(2025, 4, 1))
    make_release(BOOK)
    assert "(shown here): added" in section(client, "/codes/icd10cm/E11.41#history")
    said = section(client, "/codes/icd10cm/E11.4#history")
    assert "no longer billable" in said
    assert "is subdivided now. Below it stand E11.40 , E11.41" in said


def test_history_shows_what_a_record_names_instead(client):
    release = make_codes("hcpcs", {"Q9001": "A thing", "Q9002": "Another thing"})
    add_fact(release, "hcpcs", "Q9001", added="2001-01-01", terminated="2025-12-31", action="D")
    add_fact(release, "xref", "Q9001", "Q9002")
    said = section(client, "/codes/hcpcs/Q9001#history")
    assert "The record names Q9002 Another thing beside Q9001 , which ended on" in said
    assert "Discontinued (D)" in said
    assert "name Q9002 as their cross reference: Q9001" in section(
        client, "/codes/hcpcs/Q9002#history"
    )


def test_history_of_a_number_says_which_files_of_cms_list_it(client):
    make_codes("cpt", {"99999": ""})
    add_fact(make_edition("opps"), "opps", "99999", status="A")
    make_edition("asp")
    said = section(client, "/codes/cpt/99999#history")
    assert "OPPS Addendum B, payment by code January 2026 Yes" in said
    assert "ASP payment limits of Part B drugs January 2026 No" in said
    assert "its own history files, which are not loaded" in said


def test_neighbors_are_told_apart_by_the_words_that_differ(client):
    make_release()
    said = section(client, "/codes/icd10cm/E11.41#apart")
    assert "[neuropathy, unspecified] here mononeuropathy , there neuropathy, unspecified" in said


def test_seventh_characters_are_said_to_be_all_that_differs(client):
    make_release()
    assert "the same but for the seventh character" in section(
        client, "/codes/icd10cm/S06.0X0A#apart"
    )


def test_numbers_without_titles_have_no_neighbors_section(client):
    make_codes("cpt", {"99998": "", "99999": ""})
    assert section(client, "/codes/cpt/99999#apart") == ""


def test_codes_of_pcs_are_told_apart_by_their_characters(client):
    make_pcs()
    said = section(client, "/codes/icd10pcs/0016070#apart")
    assert "Qualifier: here Nasopharynx , there Mastoid Sinus" in said
    assert "Approach: here Open , there Percutaneous" in said


def test_the_code_builder_links_the_codes_one_value_away(client):
    make_pcs()
    said = section(client, "/codes/icd10pcs/0016070#table")
    assert "Altering the route (table 001 )" in said
    assert "1 value with other characters only U Spinal Canal" in said
    page = client.get("/codes/icd10pcs/0016070").text
    assert 'href="/codes/icd10pcs/0016071"' in page
    assert 'href="/codes/icd10pcs/001U070"' not in page


def test_without_tables_the_builder_says_that_they_are_not_loaded(client):
    make_codes("icd10pcs", PCS)
    page = client.get("/codes/icd10pcs/0016070").text
    assert "Code builder: the tables of ICD-10-PCS, January 2026, are not loaded." in page


def test_the_index_leads_to_a_code_and_to_what_it_stands_under(client):
    make_release()
    index = make_edition("icd10cm-neoplasm")
    add_terms(index, "neoplasm", [(0, "Neoplasm", {}), (1, "pancreas", {})])
    add_fact(index, "indexed", "E119", "2", path="Neoplasm, pancreas", book="neoplasm",
             column="Benign")  # fmt: skip
    add_fact(index, "indexed", "E11", "1", path="Neoplasm", book="neoplasm")
    said = section(client, "/codes/icd10cm/E11.9#index")
    assert "Lines that lead to E11.9 Neoplasm, pancreas Table of Neoplasms, Benign" in said
    assert "names E11" in said
    assert "Not loaded here: Index to Diseases and Injuries" in said
    page = client.get("/codes/icd10cm/E11.9").text
    assert 'href="/codes/index/neoplasm?at=2#line-2"' in page


def test_the_index_of_pcs_may_name_any_beginning_of_a_code(client):
    make_pcs()
    index = make_edition("icd10pcs-index")
    add_fact(index, "indexed", "00160", "7", path="Bypass, Ventricle", book="pcs")
    assert "Bypass, Ventricle ICD-10-PCS Index; names 00160" in section(
        client, "/codes/icd10pcs/0016070#index"
    )


def test_without_an_index_nobody_can_say_and_with_one_none_may_lead_here(client):
    make_release()
    page = client.get("/codes/icd10cm/E11.9").text
    assert "In the alphabetic index: no edition of" in page
    make_edition("icd10cm-neoplasm")
    assert "no line of what is loaded leads to E11.9" in client.get("/codes/icd10cm/E11.9").text


def test_the_sections_cost_no_query_of_their_own(client):
    make_pcs()
    add_terms(make_edition("icd10pcs-index"), "pcs", [(0, "Bypass", {"tables": ["001"]})])
    client.get("/codes/icd10pcs/0016071")
    with statements() as asked:
        client.get("/codes/icd10pcs/0016070")
    assert len([s for s in asked if "code_" in s or "index_term" in s]) <= 8
