"""Files say what they are; what belongs together makes one release."""

import pytest

from app.codes.intake.files import members
from app.codes.intake.kinds import KINDS, find_releases
from app.errors import Invalid
from tests.factories.codes import BOOK, make_member
from tests.shared_data import DATA, needs_data

GEM = (
    '"icd10cm","icd9cm","flags","approximate","no_map","combination","scenario","choice_list"\n'
    '"A000","0010","00000",0,0,0,0,0\n'
)


def line(key: str, billable: int) -> str:
    return f"00001 {key:7} {billable} {'A title':60} A title\r\n"


def test_every_kind_is_named_after_itself_and_has_an_owner_and_a_floor():
    for name, kind in KINDS.items():
        assert kind.name == name
        assert kind.owner in ("CMS", "CDC/NCHS", "AMA", "CMS and CDC/NCHS")
        assert kind.floor > 0
        assert kind.source.startswith("https://"), name


def test_parts_that_came_apart_make_one_release():
    book = make_member(BOOK, "tabular-April-2026.xml")
    order = make_member(line("A00", 0), "order-April-2026.txt")
    (found,) = find_releases([[book], [order]])
    assert {part: [m.name for m in ms] for part, ms in found.parts.items()} == {
        "tabular": ["tabular-April-2026.xml"], "order": ["order-April-2026.txt"],
    }  # fmt: skip


def test_parts_of_different_editions_are_releases_of_their_own():
    book = make_member(BOOK, "tabular-April-2026.xml")
    order = make_member(line("A00", 0), "icd10cm-order-2025.txt")
    assert [list(found.parts) for found in find_releases([[book], [order]])] == [
        ["tabular"], ["order"],
    ]  # fmt: skip


def test_the_same_part_twice_is_two_releases():
    books = [[make_member(BOOK, f"tabular-April-{year}.xml")] for year in (2025, 2026)]
    assert len(find_releases(books)) == 2


def test_files_of_several_kinds_are_sorted_out_and_readmes_left():
    files = (BOOK, "b.xml"), (GEM, "icd10cmtoicd9gem.csv"), ("hi", "readme.txt")
    given = [[make_member(*file) for file in files]]
    assert [found.kind.name for found in find_releases(given)] == ["icd10cm", "gem-10-to-9"]
    assert [f.kind.name for f in find_releases(given, only="gem-10-to-9")] == ["gem-10-to-9"]


def test_a_file_of_another_kind_is_told_for_what_it_looks():
    with pytest.raises(Invalid, match=r"is not ICD-10-CM in .* It looks like GEM"):
        find_releases([[make_member(GEM, "icd10cmtoicd9gem.csv")]], only="icd10cm")
    with pytest.raises(Invalid, match="There is no kind “x”"):
        find_releases([[make_member(GEM)]], only="x")


@needs_data
def test_no_official_file_is_taken_for_two_kinds():
    paths = [
        p for p in DATA.rglob("*") if p.is_file() and p.suffix in (".csv", ".zip", ".gz", ".xz")
    ]
    for path in paths:
        if path.parent.name in ("geo", "jobs", "samples", "eval"):
            continue
        for member in members(path):
            found = [kind.name for kind in KINDS.values() if kind.recognise(member)]
            assert len(found) <= 1, (path, member.name, found)
