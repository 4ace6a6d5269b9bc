"""Ranges of CPT numbers under names of our own."""

import csv
import gzip
import re
from itertools import pairwise

import pytest

from app.codes.cpt_sections import LETTERED, PARTS, SECTIONS, named, part_of, parts_of, section_of
from tests.shared_data import DATA, needs_data

CPT = re.compile(r"\d{4}[0-9AFTMU]")


@pytest.mark.parametrize(
    ("code", "section", "part"),
    [
        ("00100", "Anesthesia", "Anesthesia: head"),
        ("01999", "Anesthesia", "Anesthesia: other"),
        ("27447", "Surgery", "Muscles, bones and joints"),
        ("69990", "Surgery", "Operating microscope"),
        ("71046", "Imaging and radiation", "X-ray, CT and MRI"),
        ("80053", "Laboratory and pathology", "Panels"),
        ("93000", "Medicine", "Heart tests and procedures"),
        ("99199", "Medicine", "Other medicine"),
        ("99213", "Visits and care management", "Office visits"),
        ("99607", "Home services and medication management", "Medication management"),
        ("0075T", "Temporary codes of new technology", None),
        ("0001U", "Proprietary laboratory analyses", None),
        ("0002M", "Multianalyte assays for administration", None),
        ("1036F", "Performance measures", None),
        ("0011A", "Vaccine administration of 2020 to 2023", None),
    ],
)
def test_a_number_stands_in_its_section(code, section, part):
    assert section_of(code).name == section
    assert (part_of(code).name if part else part_of(code)) == part


@pytest.mark.parametrize(
    "code", ["", "9921", "99999", "00099", "G0008", "J1100", "D0120", "99213X", "9008F", "٩٩٢١٣"]
)
def test_what_is_no_number_of_a_range_stands_in_none(code):
    assert section_of(code) is None
    assert part_of(code) is None


@pytest.mark.parametrize("sections", [SECTIONS, PARTS, LETTERED])
def test_ranges_are_in_order_and_do_not_overlap(sections):
    assert all(s.first <= s.last for s in sections)
    if sections is not LETTERED:
        assert all(one.last < two.first for one, two in pairwise(sections))


def test_every_part_is_inside_its_section():
    for part in PARTS:
        section = section_of(part.first)
        assert section == section_of(part.last)
        assert section.first == part.inside
    assert sum(len(parts_of(section)) for section in SECTIONS) == len(PARTS)


def test_an_address_names_a_section_or_a_part():
    assert named("10004-69990").name == "Surgery"
    assert named("99202-99215").name == "Office visits"
    assert named("0001T-9999T") in LETTERED
    assert named("1-2") is None


@needs_data
def test_every_number_of_the_fee_schedule_stands_in_a_section():
    with gzip.open(DATA / "pfs" / "pprrvu24_jul.redacted.csv.gz", "rt") as file:
        numbers = {row[0] for row in csv.reader(file) if row and CPT.fullmatch(row[0])}
    assert len(numbers) > 9_000
    assert all(section_of(number) for number in numbers)
    assert all(part_of(number) for number in numbers if number.isdigit())
