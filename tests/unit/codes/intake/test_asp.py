"""Reading the ASP payment limits, and the crosswalk from NDC to HCPCS."""

from datetime import date

import pytest

from app.codes.intake.asp import KINDS, digits
from app.codes.intake.contract import Hints
from app.codes.intake.files import members
from app.errors import Invalid
from tests.intake_files import read, written
from tests.shared_data import DATA, needs_data

LIMITS, CROSSWALK = KINDS
PERIOD = '"Effective January 1, 2026 through March 31, 2026",,,\n'
LIMIT_HEADER = (
    "HCPCS Code,Short Description,HCPCS Code Dosage,Payment Limit,Co-insurance Percentage,"
    "Vaccine AWP%,Vaccine Limit,Blood AWP%,Blood limit,Clotting Factor,Notes,\n"
)
LIMIT_ROWS = (
    "90371,INVENTED TEXT ONE,1 ML,137.828,20.000,,,,,,,\n"
    "J0129,Invented drug,10 MG,N/A,20.000,95,12.5,95,1.2,0.25,A note,\n"
)
NDC_HEADER = (
    "_2026_CODE,Short Description,LABELER NAME,NDC2,Drug Name,HCPCS dosage,PKG SIZE,PKG QTY,"
    "BILLUNITS,BILLUNITSPKG,,,\n"
)
NDC_ROWS = (
    '90371,INVENTED TEXT ONE,"Invented, LLC",13533-0636-01,Invented\xae ,1 ML,1,1,1,1,,,\n'
    "J7331,Invented gel,Invented,888867413689,Gel,1 MG,2,3,20,60,,,\n"
    "J7332,Invented gel,Invented,13533-0636-01,Gel,1 MG,0.5,3,20,60,,,\n"
)


def limits(tmp_path, text=None, name="January 2026 ASP Pricing File.csv"):
    text = text or "Payment Allowance Limits,,,\n" + PERIOD + LIMIT_HEADER + LIMIT_ROWS
    return written(tmp_path, name, text.encode("cp1252"))


def crosswalk(tmp_path, text=None, name="crosswalk.csv"):
    text = text or PERIOD.replace("Eff", "     Eff") + NDC_HEADER + NDC_ROWS
    return written(tmp_path, name, text.encode("cp1252"))


def test_payment_limits_are_of_the_quarter_the_file_says(tmp_path):
    found = read(LIMITS, limits(tmp_path))
    reading = found.reading
    assert (reading.edition, reading.effective_from) == ("January 2026", date(2026, 1, 1))
    assert reading.effective_to == date(2026, 3, 31)
    assert found.of("asp") == {
        ("90371", ""): {"dosage": "1 ML", "limit": "137.828", "coinsurance": "20.000"},
        ("J0129", ""): {
            "dosage": "10 MG", "coinsurance": "20.000", "vaccine_awp": "95",
            "vaccine_limit": "12.5", "blood_awp": "95", "blood_limit": "1.2", "clotting": "0.25",
            "notes": "A note", "text": "Invented drug",
        },
    }  # fmt: skip
    assert reading.dropped == {"text": 1}


def test_a_product_keeps_its_number_as_written_and_as_claims_have_it(tmp_path):
    found = read(CROSSWALK, crosswalk(tmp_path)).of("ndc")
    assert found["90371", "13533063601"] == {
        "ndc": "13533-0636-01", "labeler": "Invented, LLC", "drug": "Invented®", "dosage": "1 ML",
        "package_size": "1", "package_quantity": "1", "units": "1", "units_package": "1",
    }  # fmt: skip
    assert found["J7331", "888867413689"]["ndc"] == "888867413689"
    assert found["J7332", "13533063601"]["package_size"] == "0.5"


@pytest.mark.parametrize(
    ("written_as", "on_claims"),
    [
        ("0002-1433-80", "00002143380"),
        ("50242-040-62", "50242004062"),
        ("60575-4112-1", "60575411201"),
        ("13533063601", "13533063601"),
    ],
)
def test_the_forms_of_an_ndc_have_eleven_digits_on_claims(written_as, on_claims):
    assert digits(written_as) == on_claims


@pytest.mark.parametrize("text", ["", "0000-0000", "=1+1", "1353306360", "1353A-0636-01", "½" * 11])
def test_what_is_no_ndc_is_said_so(text):
    with pytest.raises(ValueError, match="is no NDC"):
        digits(text)


def test_rows_that_cannot_be_read_are_left_out_with_their_lines(tmp_path):
    text = PERIOD + NDC_HEADER + NDC_ROWS + (
        "J7332,Invented gel,Invented,13533-0636-01,Gel,1 MG,0.5,3,20,60,,,\n"
        "J7332,Invented,Invented,none,Gel,1 MG,0.5,3,20,60,,,\n"
        "J7332,Invented,Invented,13533-0636-02\n"
        "J7332,Invented,Invented,13533-0636-03,Gel,1 MG,=2*2,3,20,60,,,\n"
        "X,Invented,Invented,13533-0636-03,Gel,1 MG,1,3,20,60,,,\n"
        "A note of the agency,,,,,,,,,,,,\n"
    )  # fmt: skip
    found = read(CROSSWALK, crosswalk(tmp_path, text))
    assert len(found.facts) == 3
    assert [line for line, _ in found.faults] == [6, 7, 8, 9, 10]


def test_swapped_columns_are_found_by_their_names(tmp_path):
    text = (
        "Payment Limit,HCPCS Code Dosage,HCPCS Code,Short Description,Vaccine AWP%,Vaccine Limit,"
        "Blood AWP%,Blood limit,Clotting Factor,Notes\n137.8,1 ML,J0129,Invented,,,,,,\n"
    )
    found = read(LIMITS, limits(tmp_path, text))
    assert found.of("asp")["J0129", ""] == {"dosage": "1 ML", "limit": "137.8", "text": "Invented"}
    assert found.reading.effective_from == date(2026, 1, 1)  # of the name
    assert found.reading.effective_to is None


def test_a_missing_column_is_named(tmp_path):
    member = limits(tmp_path, PERIOD + LIMIT_HEADER.replace("Clotting Factor", "C") + LIMIT_ROWS)
    with pytest.raises(Invalid, match="no column “CLOTTING FACTOR”"):
        read(LIMITS, member)


def test_days_that_do_not_exist_are_not_taken(tmp_path):
    text = PERIOD.replace("January 1", "February 30") + LIMIT_HEADER + LIMIT_ROWS
    with pytest.raises(Invalid, match="--effective"):
        read(LIMITS, limits(tmp_path, text, "limits.csv"))
    given = Hints(effective=date(2026, 4, 1))
    found = read(LIMITS, limits(tmp_path, text, "limits.csv"), hints=given)
    assert (found.reading.effective_from, found.reading.effective_to) == (date(2026, 4, 1), None)


def test_a_page_of_the_web_is_refused(tmp_path):
    page = written(tmp_path, "limits.csv", "<html><title>AMA license</title></html>")
    assert LIMITS.recognise(page) is None
    with pytest.raises(Invalid, match="HCPCS CODE"):
        LIMITS.read({"limits": [page]}, Hints())
    with pytest.raises(Invalid, match="One file"):
        CROSSWALK.read({}, Hints())


@needs_data
def test_the_quarter_here_is_read_whole():
    found = read(LIMITS, *members(DATA / "asp" / "asp_payment_limit_2026_jan.csv"))
    assert (len(found.facts), found.reading.quarantine.count) == (877, 0)
    products = read(CROSSWALK, *members(DATA / "asp" / "asp_ndc_hcpcs_crosswalk_2026_jan.csv"))
    assert (len(products.facts), products.reading.quarantine.count) == (7_125, 0)
    assert products.reading.effective_to == date(2026, 3, 31)
    assert products.of("ndc")["J7331", "888867413689"]["units_package"] == "60"
