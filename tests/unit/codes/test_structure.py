"""What a code page holds of the reference."""

import pytest

from app.codes.services import edition_on, find_code
from app.codes.services.description import common_description
from app.codes.services.structure import MOST_LISTED, code_page
from tests.factories.codes import make_release


@pytest.fixture
def page_of(app):
    make_release()
    return lambda code: code_page(edition_on("icd10cm"), find_code("icd10cm", code))


def shown(references) -> list[str]:
    return [reference.shown for reference in references]


def text(line) -> str:
    return "".join(part.text for part in line)


def test_a_code_stands_under_its_ancestors_beside_its_siblings(page_of):
    page = page_of("E11.9")
    assert shown(page.ancestors) == ["Chapter 4", "E08-E13", "E11"]
    assert shown(page.siblings) == ["E11.4", "E11.9"]
    assert (page.children, page.billable_below, page.billable_count) == ((), (), 0)


def test_neighbors_are_codes_also_across_chapters(page_of):
    assert (page_of("E11.9").previous.shown, page_of("E11.9").following.shown) == ("E11.41", "E13")
    assert page_of("E13").following.shown == "H54"
    assert page_of("E10").previous is None
    assert page_of("W00").following is None
    assert page_of("V00").previous.shown == "T14.9XXS"


def test_the_billable_codes_below_are_listed(page_of):
    page = page_of("E11")
    assert shown(page.children) == ["E11.4", "E11.9"]
    assert shown(page.billable_below) == ["E11.40", "E11.41", "E11.9"]
    assert page.billable_count == 3 <= MOST_LISTED


def test_notes_come_from_the_entry_itself_and_from_each_above_it(page_of):
    page = page_of("E11.9")
    origins = {kind: [(g.origin.shown, g.is_own) for g in gs] for kind, gs in page.notes.items()}
    assert origins["excludes2"] == [("E11.9", True)]
    assert origins["excludes1"] == [("E11", False), ("Chapter 4", False)]
    assert origins["includes"] == [("E11", False)]
    assert origins["use_additional"] == [("E11", False)]


def test_notes_of_a_heading_over_several_sections_reach_their_codes(page_of):
    assert [g.origin.shown for g in page_of("V00").groups("use_additional")] == ["V00-V99"]
    assert page_of("W00").groups("use_additional") == ()


def test_codes_in_notes_are_links_and_the_text_stays_whole(page_of):
    lines = page_of("E11").groups("excludes1")[0].lines
    assert [(p.text, p.address) for p in lines[0]] == [
        ("type 1 diabetes mellitus (", None),
        ("E10", "E10"),
        (".-)", None),
    ]
    assert [(p.text, p.address) for p in lines[1]] == [("gestational diabetes (O24.4-)", None)]
    own = page_of("E11.9").groups("excludes2")[0].lines[0]
    assert text(own) == "vitamin B12 deficiency, and E10.9 as well"
    assert [p.address for p in own if p.address] == ["E10.9"]


def test_a_note_that_goes_on_from_its_heading_loses_its_comma(page_of):
    line = page_of("QA0").groups("code_also")[0].lines[0]
    assert text(line) == "if applicable, any associated conditions, such as:"


def test_seventh_characters_show_the_codes_they_make(page_of):
    for code in ("S06.0X0", "S06.0X0D"):
        table = page_of(code).sevenths
        assert table.origin.shown == "S06"
        assert table.instructions == (
            "A 7th character is to be added to each code from category S06",
        )
        assert [(row.character, row.code.shown) for row in table.rows] == [
            ("A", "S06.0X0A"),
            ("D", "S06.0X0D"),
            ("S", "S06.0X0S"),
        ]


def test_a_seventh_character_that_does_not_apply_makes_no_code(page_of):
    rows = page_of("S06.0X7").sevenths.rows
    assert [(r.character, r.code.shown if r.code else None) for r in rows] == [
        ("A", "S06.0X7A"),
        ("D", None),
        ("S", None),
    ]


def test_further_words_on_a_seventh_character_stay_with_it(page_of):
    rows = page_of("T14.9").sevenths.rows
    assert rows[0].meanings == ("initial encounter", "initial encounter NOS")


def test_codes_without_seventh_characters_have_no_table(page_of):
    assert page_of("E11.9").sevenths is None
    assert page_of("S06").sevenths.rows[0].code is None


def test_a_table_in_the_book_is_a_table(page_of):
    table = page_of("H54.8").table
    assert table[0][0] == "Category"
    assert len(table) == 3
    assert page_of("H54").table == ()


def test_headings_have_children_and_no_neighbors(page_of):
    section = page_of("E08-E13")
    assert shown(section.children) == ["E10", "E11", "E13"]
    assert (section.previous, section.following, section.billable_count) == (None, None, 0)
    assert shown(page_of("20").children) == ["V00-X58"]
    assert shown(page_of("V00-X58").children) == ["V00-V99", "W00-W19"]


def test_the_edition_is_on_the_page(page_of):
    edition = page_of("E11.9").edition
    assert (edition.name, edition.fiscal_year) == ("April 1, 2026", 2026)
    assert (edition.title, edition.source) == ("ICD-10-CM", "a small book.xml")


def test_the_description_is_composed_from_the_book_alone(page_of):
    assert common_description(page_of("E11.9")) == (
        "E11.9 is the ICD-10-CM code for “Type 2 diabetes mellitus without complications”.",
        "It belongs to E11, “Type 2 diabetes mellitus”, in the section Diabetes mellitus "
        "(E08-E13), a part of chapter 4, Endocrine, nutritional and metabolic diseases.",
        "Of E11 as a whole the book says that it includes: diabetes NOS; insulin resistant "
        "diabetes (mellitus).",
    )


def test_the_description_of_a_group_of_codes(page_of):
    paragraphs = common_description(page_of("E11"))
    assert paragraphs[0].startswith("E11 is a category of ICD-10-CM: it gathers the codes for")
    assert paragraphs[2].startswith("The book names as coded here: diabetes NOS;")
    assert common_description(page_of("E11.4"))[0].startswith("E11.4 gathers the ICD-10-CM codes")


def test_the_description_explains_the_seventh_character_and_the_conventions(page_of):
    paragraphs = common_description(page_of("T14.9XXA"))
    assert paragraphs[0] == (
        "T14.9XXA is the ICD-10-CM code T14.9 with the seventh character A. T14.9 stands for "
        "“Unspecified injury”; the character adds “initial encounter”."
    )
    assert "“Unspecified” means" in paragraphs[-1]
    assert "“Initial encounter” is used" in paragraphs[-1]
    assert "“Other” means" in common_description(page_of("E13"))[-1]


def test_the_same_code_gets_the_same_description(page_of):
    assert common_description(page_of("S06.0")) == common_description(page_of("S06.0"))
