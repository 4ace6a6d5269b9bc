"""Finding codes by what was typed, and what a wrong one may have meant."""

import pytest

from app.codes.intake.rows import Entry
from app.codes.services import find_code, nearest_codes, resolve_range
from app.codes.services.lookup import key_of, spelled
from app.errors import Invalid
from tests.factories.codes import make_release
from tests.factories.codes_facts import make_rows

HOSTILE = [
    "",
    " ",
    "\x00",
    "E11.9\x00",
    "E1\u0131.9",
    "\u017f06",
    "E11..9",
    ".E119",
    "E.119",
    "E1.19",
    "E11.9.",
    "E11.",
    "E119X99999",
    "../../etc/passwd",
    "' OR 1=1 --",
    "%",
    "_11",
    "E11%",
    "<script>alert(1)</script>",
    "\U0001d404\U0001d7cf\U0001d7cf",
    "\u0661\u0661",
    "A" * 100_000,
    "E11-",
    "-",
    "1" * 5_000,
]


@pytest.mark.parametrize("typed", ["E11.9", "e11.9", "E119", "e119", " e11.9 "])
def test_a_code_is_found_in_any_case_with_its_dot_or_without(app, typed):
    make_release()
    assert find_code("icd10cm", typed).shown == "E11.9"


@pytest.mark.parametrize(
    ("typed", "key"),
    [("E11.9X", "E119X"), ("4", "4"), ("e08-e13", "E08-E13"), ("S06.0X0A", "S060X0A")],
)
def test_a_spelling_has_one_key(typed, key):
    assert key_of(typed) == key


@pytest.mark.parametrize("typed", HOSTILE)
def test_what_is_no_code_is_not_found_and_does_no_harm(app, typed):
    make_release()
    assert find_code("icd10cm", typed) is None
    assert isinstance(nearest_codes("icd10cm", typed), list)
    with pytest.raises(Invalid):
        resolve_range(typed)


def test_codes_of_an_edition_that_is_not_current_are_not_found(app):
    assert find_code("icd10cm", "E11.9") is None
    make_release()
    assert find_code("icd10pcs", "E11.9") is None


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("E11.9X", "E11.9"),  # a character too many
        ("E119A", "E11.9"),
        ("E1119", "E11.9"),
        ("E1l.9", "E11.9"),  # an l for a one
        ("EI1.9", "E11.9"),
        ("1E1.9", "E11.9"),  # exchanged
        ("S06.OX0A", "S06.0X0A"),  # an O for a zero
        ("S06.0X0B", "S06.0X0"),  # no such seventh character
        ("E11.49", "E11.4"),
    ],
)
def test_the_nearest_code_comes_first(app, typed, first):
    make_release()
    assert nearest_codes("icd10cm", typed)[0].shown == first


def test_suggestions_are_codes_and_few(app):
    make_release()
    found = nearest_codes("icd10cm", "E1", limit=3)
    assert len(found) == 3
    assert not any(entry.is_heading for entry in found)


def test_nothing_is_near_to_nonsense_or_without_a_release(app):
    assert nearest_codes("icd10cm", "E11.9") == []
    make_release()
    assert nearest_codes("icd10cm", "ZZZZZ") == []


@pytest.mark.parametrize(
    ("typed", "label", "first", "last"),
    [
        ("E11.9", "E11.9", "E119", "E119"),
        ("e11", "E11", "E11", "E11~"),
        ("E11.4", "E11.4", "E114", "E114~"),
        ("E13", "E13", "E13", "E13"),  # a category that is billable itself
        ("E10-E11", "E10-E11", "E10", "E11~"),
        ("E10-E11.9", "E10-E11.9", "E10", "E119"),
        ("e10 \u2013 e13", "E10-E13", "E10", "E13"),
        ("E10 to E13", "E10-E13", "E10", "E13"),
        (" E10 - E11 ", "E10-E11", "E10", "E11~"),
    ],
)
def test_a_range_covers_what_stands_below_its_ends(app, typed, label, first, last):
    make_release()
    found = resolve_range(typed)
    assert (found.system, found.label) == ("icd10cm", label)
    assert (found.first_key, found.last_key) == (first, last)


def test_a_range_compares_by_bytes_in_the_database(app):
    make_release()
    found = resolve_range("E11")
    below = ["E11", "E114", "E1140", "E119"]
    assert all(found.first_key <= key <= found.last_key for key in below)
    assert not found.first_key <= "E13" <= found.last_key


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("E13-E10", "runs backwards: E10 comes before E13"),
        ("E11.9X", r"“E11.9X” is not a code of ICD-10-CM. Did you mean E11.9"),
        ("E10-E99", "“E99” is not a code"),
        ("4", "“4” is not a code"),
        ("ICD-10-PCS", "not a code"),
    ],
)
def test_a_wrong_range_says_what_is_wrong(app, typed, why):
    make_release()
    with pytest.raises(Invalid, match=why):
        resolve_range(typed)


def test_without_a_release_a_range_cannot_be_checked(app):
    with pytest.raises(Invalid, match="No ICD-10-CM release is loaded"):
        resolve_range("E11")


@pytest.mark.parametrize(
    ("system", "key", "written"),
    [
        ("icd10cm", "E119", "E11.9"),
        ("icd10cm", "E11", "E11"),
        ("icd10cm", "E08-E13", "E08-E13"),
        ("hcpcs", "J1100", "J1100"),
        ("cpt", "89353", "89353"),
        ("icd10pcs", "0016070", "0016070"),
        ("icd9cm", "25000", "250.00"),
        ("icd9cm", "E8000", "E800.0"),
        ("icd9pcs", "0001", "00.01"),
    ],
)
def test_a_key_is_written_as_its_book_writes_it(system, key, written):
    assert spelled(system, key) == written


def test_a_range_is_of_the_system_that_has_it(app):
    make_release()
    make_rows("cpt", [Entry("99213", "99213", "code", "", True, None, None, "", 1)])
    make_rows(
        "hcpcs", [Entry("E1190", "E1190", "code", "A made up thing", True, None, None, "", 1)]
    )
    assert resolve_range("99213").system == "cpt"
    assert resolve_range("E11.9").system == "icd10cm"
    assert resolve_range("e119").system == "icd10cm"
    assert resolve_range("E1190").system == "hcpcs"
    with pytest.raises(Invalid, match="is not a code of ICD-10-CM"):
        resolve_range("99999")
