"""Coverage on code pages, the lists beside a code, and the pages of documents."""

from datetime import date

import pytest

from app.codes.services.editions import editions
from app.codes.services.reference.contract import Why, answer
from app.codes.services.reference.coverage import (
    COVERAGE,
    MOST_DOCUMENTS,
    PAIRS,
    PER_DOCUMENT,
)
from app.codes.services.reference.subject import find_subject
from tests.factories.codes import make_release
from tests.factories.codes_coverage import (
    Article,
    make_articles,
    make_cpt_numbers,
    make_lcds,
    make_ncds,
)
from tests.factories.codes_inpatient import make_drgs, make_gems, make_hcc
from tests.watch import statements

DAY = date(2026, 5, 1)


def said(topic, key="E119", system="icd10cm"):
    return answer(topic, find_subject(system, key, DAY))


@pytest.fixture
def book(app):
    make_release()


def test_documents_stand_by_contractor_with_their_lcds_states_and_groups(book):
    make_articles(
        Article(covered={1: ("E11.9",), 2: ("E11.9", "E10.9")}),
        Article(number="57521", contractor="10", lcd="35001", noncovered=("E11.9",), covered={}),
    )
    make_lcds()
    content = said(COVERAGE).content
    first, second = content["contractors"]
    (listing,) = first.documents
    assert (first.contractor, first.states) == ("Imaginary Administrators, Inc.", ("KS", "MO"))
    assert (listing.number, listing.effective, listing.type) == (
        "A57520", "2024-01-01", "Billing and Coding",
    )  # fmt: skip
    assert [(one.number, one.title) for one in listing.lcds] == [
        ("L35000", "An imaginary determination")
    ]
    assert listing.groups == ("covered, group 1", "covered, group 2")
    assert second.documents[0].groups == ("not covered, group 1",)
    assert second.documents[0].lcds[0].title == ""  # it is not loaded


def test_a_code_of_no_document_and_a_release_that_is_missing_are_two_things(book):
    assert said(COVERAGE).why is Why.NOT_LOADED
    make_lcds()
    assert said(COVERAGE).why is Why.NOT_LOADED  # of a diagnosis only articles say anything
    make_articles(Article())
    assert said(COVERAGE, "E109").why is Why.NONE
    assert said(PAIRS, "E109").why is Why.NONE


def test_a_document_that_is_not_in_force_on_the_day_is_marked(book):
    make_articles(Article(), Article(number="57521", retired="2026-04-30 00:00:00"))
    listed = {
        one.number: one.in_force
        for of in said(COVERAGE).content["contractors"]
        for one in of.documents
    }
    assert listed == {"A57520": True, "A57521": False}


def test_at_most_sixty_documents_are_named_and_all_are_counted(book):
    make_articles(*(Article(number=str(50_000 + n)) for n in range(MOST_DOCUMENTS + 5)))
    content = said(COVERAGE).content
    assert (content["count"], content["shown"]) == (MOST_DOCUMENTS + 5, MOST_DOCUMENTS)


def test_a_diagnosis_names_the_procedures_of_articles_that_cover_it(book):
    make_articles(
        Article(codes=("J1100", "99213")),
        Article(number="57521", covered={}, noncovered=("E11.9",), codes=("G0101",)),
    )
    content = said(PAIRS).content
    (document,) = content["documents"]
    assert (document.number, document.title) == ("A57520", Article().title)
    assert [one.code for group in document.groups for one in group.codes] == ["J1100", "99213"]


def test_an_article_shows_its_first_codes_and_says_that_there_are_more(book):
    make_articles(Article(codes=[f"J{n:04}" for n in range(PER_DOCUMENT + 20)]))
    (document,) = said(PAIRS).content["documents"]
    assert document.more
    assert sum(group.count for group in document.groups) == PER_DOCUMENT


def test_documents_are_kept_by_the_process_and_pairs_are_asked_for_once(book):
    make_articles(Article())
    make_lcds()
    subject = find_subject("icd10cm", "E119", DAY)
    answer(COVERAGE, subject)
    with statements() as coverage:
        answer(COVERAGE, subject)
    with statements() as pairs:
        answer(PAIRS, subject)
    assert (len(coverage), len(pairs)) == (0, 1)


def test_a_page_with_everything_costs_few_queries(book, client):
    make_articles(Article())
    make_lcds()
    make_drgs()
    make_hcc()
    make_gems("E119    25000  10000\n")
    client.get("/codes/icd10cm/E10.9")
    client.get("/codes/icd10cm/E11.40")  # what is read once for each process is read now
    with statements() as sent:
        text = client.get("/codes/icd10cm/E11.9", headers={"Cookie": ""}).text
    assert "Risk adjustment" in text
    assert len([s for s in sent if "code_" in s]) <= 7


def test_codes_are_named_that_some_edition_has_and_others_stay_numbers(book):
    make_articles(Article(covered={1: ("E11.9", "E11.40", "Q99.9")}, codes=("99213",)))
    make_cpt_numbers()
    (document,) = said(PAIRS, "99213", "cpt").content["documents"]
    assert [(one.code, one.address) for one in document.groups[0].codes] == [
        ("E11.9", "E11.9"), ("E11.40", "E11.40"), ("Q999", None),
    ]  # fmt: skip


def test_the_code_page_shows_both_and_links_the_document(book, client):
    make_articles(Article(retired="2025-01-01 00:00:00"))
    text = client.get("/codes/icd10cm/E11.9").text
    assert 'href="/codes/coverage/A57520"' in text
    assert "retired January 1, 2025" in text


# --- The page of a document ----------------------------------------------------------------------


def test_an_article_has_its_text_its_lists_and_what_it_belongs_to(book, client):
    make_articles(Article(ncd="77", noncovered=("E10.9",)))
    make_lcds()
    make_ncds()
    text = client.get("/codes/coverage/A57520").text
    assert "Bill it <strong>once</strong>" in text
    assert "Any of these supports it." in text
    for address in ("icd10cm/E11.9", "icd10cm/E10.9", "coverage/L35000", "coverage/20.7"):
        assert f'href="/codes/{address}"' in text
    assert "Diagnoses that do not support it" in text
    back = client.get("/codes/coverage/L35000").text
    assert 'href="/codes/coverage/A57520"' in back
    national = client.get("/codes/coverage/20.7").text
    assert "An imaginary angioplasty" in national
    assert "When it is covered." in national
    assert 'href="/codes/coverage/A57520"' in national


def test_what_a_contractor_pasted_cannot_act(book, client):
    make_articles(
        Article(
            text='<p onclick="x()">A<script>alert(1)</script><img src=x onerror=y></p>',
            paragraph='<a href="javascript:z()">B</a><iframe src="//evil"></iframe>',
            title="<script>alert(2)</script>Title & more",
        )
    )
    text = client.get("/codes/coverage/A57520").text
    for bad in ("alert(1)", "alert(2)", "onclick", "onerror", "javascript:", "<iframe"):
        assert bad not in text
    assert "Title &amp; more" in text


def test_a_long_list_is_paged(book, client):
    make_articles(Article(codes=[f"J{n:04}" for n in range(250)]))
    whole = client.get("/codes/coverage/A57520").text
    assert "The other 150 codes" in whole
    assert "J0100" not in whole
    second = client.get("/codes/coverage/A57520?list=procedures-1&page=2").text
    assert "J0100" in second
    assert "J0099" not in second
    assert "Bill it" not in second
    for odd in ("list=none-1", "list=procedures-1&page=9999999", "page=-1", "list=%00"):
        assert client.get(f"/codes/coverage/A57520?{odd}").status_code in (200, 400)


@pytest.mark.parametrize(
    "number", ["A1", "B57520", "a57520", "A57520'--", "20", "20.7.1.1.1.1.1", "x" * 5000, "%25"]
)
def test_a_document_there_is_not_is_not_found(book, client, number):
    make_articles(Article())
    assert client.get(f"/codes/coverage/{number}").status_code == 404


def test_documents_are_found_by_words_type_and_state(client):
    make_articles(
        Article(title="Invented knees"),
        Article(number="57521", contractor="10", title="Invented elbows"),
    )
    make_lcds()
    make_ncds(("1", "20.7", "First"), ("2", "20.10", "Second"))
    start = client.get("/codes/coverage").text
    assert start.index("20.7") < start.index("20.10")
    assert "knees" not in start
    assert "elbows" not in client.get("/codes/coverage?q=KNEES").text
    assert "elbows" in client.get("/codes/coverage?type=article&state=TX").text
    assert "knees" not in client.get("/codes/coverage?state=tx").text
    assert "L35000" in client.get("/codes/coverage?type=lcd&q=imaginary+administrators").text
    assert "No document found" in client.get("/codes/coverage?q=nothing+like+it").text


@pytest.mark.parametrize(
    "query", ["q=%25%27%22%3Cscript%3E", "q=" + "w+" * 900, "page=x", "page=99999", "type=zzz",
              "state=%C3%9F"]
)  # fmt: skip
def test_odd_searches_break_nothing(client, query):
    make_ncds()
    response = client.get(f"/codes/coverage?{query}")
    assert response.status_code == 200
    assert '<script>"' not in response.text


def test_the_page_begins_with_a_type_that_is_loaded(client):
    make_articles(Article(title="Invented knees"))
    assert "Invented knees" in client.get("/codes/coverage").text


def test_without_documents_the_page_says_what_is_not_loaded(client):
    assert "No edition of NCD or LCD or Article documents" in client.get("/codes/coverage").text


def test_the_list_is_read_once_for_each_release_and_process(client):
    make_ncds()
    assert editions().of("mcd-ncds")
    client.get("/codes/coverage")
    with statements() as again:
        client.get("/codes/coverage?q=x")
    assert not [s for s in again if "code_fact" in s]
