"""What is fetched for the page of a code on a day."""

from datetime import date

import pytest

from app.codes.intake.rows import Edit, Entry, fact
from app.codes.services.reference.subject import MOST_EDITS, find_subject
from tests.factories.codes import BOOK, make_release
from tests.factories.codes_facts import make_rows
from tests.watch import statements

DAY = date(2026, 6, 1)


def codes(*numbers: str, title: str = "") -> list[Entry]:
    return [Entry(n, n, "code", title, True, None, None, "", at) for at, n in enumerate(numbers, 1)]


@pytest.fixture
def numbers(app):
    return make_rows("cpt", codes("11111", "22222", "33333"))


def edit(one: str, other: str, effective="2020-01-01", deletion=None, modifier=1) -> Edit:
    return Edit(one, other, effective, deletion, modifier, 1)


def test_facts_about_a_code_and_facts_that_name_it_are_told_apart(numbers):
    make_rows(
        "add-on", [fact("add_on", "11111", "22222", type=1), fact("add_on", "33333", "11111")]
    )
    found = find_subject("cpt", "11111", DAY)
    assert [f.other for f in found.about("add_on")] == ["22222"]
    assert [f.code for f in found.naming("add_on")] == ["33333"]
    assert found.about("add_on")[0].data == {"type": 1}
    assert found.named["cpt", "33333"].shown == "33333"


def test_of_each_kind_the_edition_of_the_day_speaks(numbers):
    for year, units in ((2024, 2), (2025, 3)):
        row = fact("mue", "11111", units=units)
        make_rows("mue-practitioner", [row], effective=date(year, 1, 1), edition=str(year))
    units = {
        day: [f.data["units"] for f in find_subject("cpt", "11111", day).about("mue")]
        for day in (date(2026, 1, 1), date(2026, 12, 31))
    }
    assert units == {date(2026, 1, 1): [3], date(2026, 12, 31): [3]}


def test_a_kind_that_is_not_loaded_for_the_day_says_nothing(app):
    make_rows("cpt", codes("11111"), effective=date(2020, 1, 1))
    make_rows("mue-dme", [fact("mue", "11111", units=1)], effective=date(2025, 1, 1))
    assert find_subject("cpt", "11111", date(2024, 1, 1)).edition_of("mue-dme") is None
    assert find_subject("cpt", "11111", date(2024, 1, 1)).facts == ()


@pytest.mark.parametrize(
    ("effective", "deletion", "holds"),
    [
        ("2020-01-01", None, True),
        (None, None, True),
        ("2026-06-01", None, True),
        ("2026-06-02", None, False),
        ("2020-01-01", "2026-06-01", True),
        ("2020-01-01", "2026-05-31", False),
        ("2026-06-01", "2026-06-01", False),  # never was
        (None, "2026-05-31", False),
    ],
)
def test_an_edit_holds_from_its_day_to_its_last(numbers, effective, deletion, holds):
    make_rows("ptp-practitioner", [edit("11111", "22222", effective, deletion)])
    assert bool(find_subject("cpt", "11111", DAY).edits) is holds


def test_edits_of_either_column_come_with_their_reason_and_no_more_than_are_shown(numbers):
    rows = [edit("11111", f"{n:05}") for n in range(200, 300)] + [edit("22222", "11111")]
    make_rows("ptp-practitioner", rows, legend={"1": "Mutually exclusive"})
    found = find_subject("cpt", "11111", DAY).edits
    assert len([e for e in found if e.column1 == "11111"]) == MOST_EDITS + 1
    assert [(e.column1, e.rationale) for e in found if e.column2 == "11111"] == [
        ("22222", "Mutually exclusive")
    ]


def test_a_code_of_another_day_has_no_page_on_this_one(app):
    make_release(BOOK.replace("<name>W00</name>", "<name>W01</name>"), effective=date(2025, 10, 1))
    make_release()
    assert find_subject("icd10cm", "W01", date(2025, 12, 1)).entry.shown == "W01"
    assert find_subject("icd10cm", "W01", DAY) is None
    assert find_subject("icd10cm", "E119", date(2025, 9, 30)) is None
    versions = find_subject("icd10cm", "E119", DAY).versions
    assert [v.edition.name for v in versions] == ["April 1, 2026", "October 1, 2025"]


def test_everything_of_a_page_is_fetched_in_five_queries(numbers):
    make_rows("ptp-practitioner", [edit("11111", "22222")])
    make_rows("pprrvu", [fact("rvu", "11111", work="1.0")])
    make_rows("opps", [fact("opps", "11111", status="S")])
    find_subject("cpt", "11111", DAY)
    with statements() as seen:
        find_subject("cpt", "11111", DAY)
    assert len(seen) <= 5
