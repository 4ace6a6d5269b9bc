"""Whatever file is given to the readers of payment and classification, it is known or refused."""

import gzip

import pytest

from app.codes.intake import asp, gem, hcc, mce, ms_drg, opps
from app.codes.intake.contract import Hints
from app.codes.intake.files import LONGEST_LINE
from app.codes.intake.headings import number
from app.errors import Invalid
from tests.intake_files import read, written

KINDS = [kind for room in (opps, asp, gem, ms_drg, mce, hcc) for kind in room.KINDS]
OURS = {
    "addendum_b_2025_oct.redacted.csv": ("opps", "addendum-b"),
    "addendum_b_2026_apr_extract.redacted.csv": ("opps", "addendum-b"),
    "asp_payment_limit_2026_jan.csv": ("asp", "limits"),
    "asp_ndc_hcpcs_crosswalk_2026_jan.csv": ("asp-ndc", "crosswalk"),
    "icd10cmtoicd9gem.csv": ("gem-10-to-9", "gem"),
    "icd9toicd10cmgem.csv": ("gem-9-to-10", "gem"),
    "drgpy_v43.1.json.xz": ("ms-drg", "map"),
    "cc_list.txt": ("ms-drg", "cc"),
    "mcc_list.txt": ("ms-drg", "mcc"),
    "drg_weights.txt": ("ms-drg", "weights"),
    "mdc.csv": ("ms-drg", "mdc"),
    "ms_drg.csv": ("ms-drg", "drgs"),
    "tuva_ms_drg.csv": ("ms-drg", "drgs"),
    "mce_code_edits.csv": ("mce", "edits"),
    "ra_dx_to_cc_2026.csv": ("cms-hcc", "dx"),
    "ra_hierarchies_2026.csv": ("cms-hcc", "hierarchies"),
    "ra_labels_2026.csv": ("cms-hcc", "labels"),
    "ra_eligible_cpt_hcpcs_2026.csv": ("cms-hcc", "eligible"),
}
ADDENDUM = "HCPCS Code,Short Descriptor,SI,Payment Rate\nJ0129,Invented,K,$1.00\n"


def known(member):
    return [(kind.name, part) for kind in KINDS if (part := kind.recognise(member))]


@pytest.mark.parametrize("content", [" \n", "<html>\n<p>Log in, please\n", "PK", "{}", "\x00\x01"])
def test_what_is_no_release_is_not_known(tmp_path, content):
    for name in ("a.csv", "b.txt", "c.json", "2018_I10gem.txt"):
        assert known(written(tmp_path, name, content)) == []


def test_an_empty_file_is_refused(tmp_path):
    with pytest.raises(Invalid, match="is empty"):
        written(tmp_path, "a.csv", "")


def test_a_workbook_that_is_none_is_refused(tmp_path):
    with pytest.raises(Invalid, match="no workbook"):
        known(written(tmp_path, "a.xlsx", "PK nothing"))


def test_a_line_longer_than_any_is_refused(tmp_path):
    member = written(tmp_path, "oct 2025.csv", ADDENDUM + "J0130," + "x" * (LONGEST_LINE + 1))
    with pytest.raises(Invalid, match="longer than any line"):
        read(opps.KINDS[0], member)


def test_a_file_that_was_cut_while_it_was_packed_is_refused(tmp_path):
    rows = "".join(f"J{n:04},Invented {n * 7919},K,$1.00\n" for n in range(10_000))
    packed = gzip.compress((ADDENDUM + rows).encode())[:-20_000]
    member = written(tmp_path, "oct 2025.csv.gz", packed)
    with pytest.raises(Invalid, match="cannot be read"):
        read(opps.KINDS[0], member, hints=Hints())


def test_bytes_of_another_code_page_and_marks_at_the_beginning_are_read(tmp_path):
    spaced = ADDENDUM.replace("J0129", "J0129\xff").encode("cp1252")
    marked = ("\ufeff" + ADDENDUM.replace("J0129", "J0129\xff")).encode()
    for content in (spaced, marked):
        found = read(opps.KINDS[0], written(tmp_path, "oct 2025.csv", content))
        assert list(found.of("opps")) == [("J0129", "")]


@pytest.mark.parametrize(
    ("text", "value"),
    [("$3,244.610", "3244.610"), ("15.139%", "15.139"), (".", None), ("N/A", None), ("-1", "-1")],
)
def test_a_number_stays_as_the_file_writes_it(text, value):
    assert number(text) == value
