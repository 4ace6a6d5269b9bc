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


# Every file of the folder that is a release, and what it is. All others are of no kind.
OFFICIAL = {
    "24locco.csv": "locality",
    "CMS32_DESC_LONG_DX.txt": "icd9cm",
    "CMS32_DESC_LONG_SG.txt": "icd9pcs",
    "HCPC2018_CONTR_ANWEB_disc.txt": "hcpcs",
    "HCPC2018_CONTR_ANWEB_disc.xlsx": "hcpcs",
    "HCPC2019_CONTR_ANWEB.txt": "hcpcs",
    "HCPC2019_CONTR_ANWEB.xlsx": "hcpcs",
    "NOC_Codes_2019.prn": "hcpcs-noc",
    "NOC_Codes_2019.xlsx": "hcpcs-noc",
    "addendum_b_2025_oct.redacted.csv": "opps",
    "addendum_b_2026_apr_extract.redacted.csv": "opps",
    "anes2024.csv": "anesthesia",
    "aoc_2024.csv": "add-on",
    "asp_ndc_hcpcs_crosswalk_2026_jan.csv": "asp-ndc",
    "asp_payment_limit_2026_jan.csv": "asp",
    "body_part_key.json": "icd10pcs-keys",
    "cc_list.txt": "ms-drg",
    "code-list-April-2025.txt": "icd10cm",
    "code-list-April-2026.txt": "icd10cm",
    "device_key.json": "icd10pcs-keys",
    "drg_weights.txt": "ms-drg",
    "drgpy_v43.1.json.xz": "ms-drg",
    "gpci2024.csv": "gpci",
    "hcpcs_2025_oct_code_longdesc.csv": "hcpcs",
    "hcpcs_lvl2_2024_fields.csv": "hcpcs-fields",
    "icd10c-tabular-April-1-2026.xml": "icd10cm",
    "icd10cm-drug-April-1-2026-XML.xml": "icd10cm-drug",
    "icd10cm-eindex-April-1-2026-XML.xml": "icd10cm-index",
    "icd10cm-neoplasm-April-1-2026-XML.xml": "icd10cm-neoplasm",
    "icd10cm-order-2025.rebuilt.txt": "icd10cm",
    "icd10cm-order-Jan-2021.txt": "icd10cm",
    "icd10cm-tabular-April-2025.xml": "icd10cm",
    "icd10cm_tabular_2021.xml": "icd10cm",
    "icd10cmtoicd9gem.csv": "gem-10-to-9",
    "icd10pcs-codes-2024.txt": "icd10pcs",
    "icd10pcs_index_2025.xml": "icd10pcs-index",
    "icd10pcs_tables_2025.xml": "icd10pcs",
    "icd9toicd10cmgem.csv": "gem-9-to-10",
    "mcc_list.txt": "ms-drg",
    "mce_code_edits.csv": "mce",
    "mdc.csv": "ms-drg",
    "ms_drg.csv": "ms-drg",
    "mue_dme_2024.csv": "mue-dme",
    "mue_outpatient_2024.csv": "mue-outpatient",
    "mue_practitioner_2024.csv": "mue-practitioner",
    "oppscap_jul2024.csv": "opps-cap",
    "place_of_service_northstar.csv": "place-of-service",
    "place_of_service_tuva.csv": "place-of-service",
    "pprrvu24_jan.redacted.csv.gz": "pprrvu",
    "pprrvu24_jul.redacted.csv.gz": "pprrvu",
    "proc_notes_2018.txt": "hcpcs",
    "proc_notes_2019.txt": "hcpcs",
    "ptp_practitioner_2024q3.tsv.gz": "ptp-practitioner",
    "ra_dx_to_cc_2026.csv": "cms-hcc",
    "ra_eligible_cpt_hcpcs_2026.csv": "cms-hcc",
    "ra_hierarchies_2026.csv": "cms-hcc",
    "ra_labels_2026.csv": "cms-hcc",
    "rbcs_2024.csv.gz": "rbcs",
    "tuva_ms_drg.csv": "ms-drg",
}


@needs_data
def test_every_official_file_is_known_for_what_it_is_and_for_nothing_else():
    found: dict[str, list[str]] = {}
    for path in sorted(DATA.rglob("*")):
        if path.is_file() and path.stat().st_size:
            for member in members(path):
                kinds = [kind.name for kind in KINDS.values() if kind.recognise(member)]
                if kinds:
                    found[member.name] = kinds
    assert found == {name: [kind] for name, kind in OFFICIAL.items()}
