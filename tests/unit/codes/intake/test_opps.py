"""Reading Addendum B, and Addenda AA and BB."""

from datetime import date

import pytest

from app.codes.intake.contract import Hints
from app.codes.intake.opps import KINDS
from app.codes.words.opps import STATUS_INDICATORS
from app.errors import Invalid
from tests.intake_files import read, workbook, written
from tests.shared_data import DATA, needs_data

OPPS, ASC = KINDS
NOTICE = b",INVENTED NOTICE.\xff All of it is invented.,,,,,,,,,,,\r\n"
HEADER = (
    "HCPCS Code,Short Descriptor,SI,APC,Relative Weight,Payment Rate,"
    "National Unadjusted Copayment,Minimum Unadjusted Copayment,IRA Coinsurance percentage ,"
    "Adjusted Beneficiary Copayment,Drug and Device Pass-Through Expiration during Calendar Year,"
    "Note,* Indicates a Change\r\n"
)
ROWS = (
    "99213,INVENTED TEXT ONE,B,,, ,,,,,,,\r\n"
    '0001U ,INVENTED TEXT TWO,J1,5113,36.3872,"$3,244.610",.,$648.93,,"$1,676.00",,A remark,*\r\n'
    "J0129,Invented public text,K,9230,,$44.109,.,$8.83,15.139%,$3.80,*,,\r\n"
)


def addendum(rows=ROWS, header=HEADER):
    title = ",Addendum B.-- OPPS Payment by HCPCS Code for CY 2025,,,,,,,,,,,\r\n"
    return title.encode() + NOTICE + (header + rows).encode()


def oct_2025(tmp_path, content=None):
    return written(tmp_path, "2025_oct_addendum_b.csv", content or addendum())


def test_addendum_b_is_read_as_it_is_shipped(tmp_path):
    found = read(OPPS, oct_2025(tmp_path))
    assert (found.reading.edition, found.reading.effective_from) == (
        "October 2025",
        date(2025, 10, 1),
    )
    assert found.of("opps") == {
        ("99213", ""): {"status": "B"},
        ("0001U", ""): {
            "status": "J1", "apc": "5113", "weight": "36.3872", "rate": "3244.610",
            "minimum_copay": "648.93", "adjusted_copay": "1676.00", "remark": "A remark",
            "note": "changed",
        },
        ("J0129", ""): {
            "status": "K", "apc": "9230", "rate": "44.109", "minimum_copay": "8.83",
            "coinsurance": "15.139", "adjusted_copay": "3.80", "pass_through_ends": True,
            "text": "Invented public text",
        },
    }  # fmt: skip


def test_descriptors_of_the_ama_are_counted_and_never_kept(tmp_path):
    found = read(OPPS, oct_2025(tmp_path))
    assert "INVENTED TEXT" not in str(found.facts)
    assert found.reading.dropped == {"text": 2}


def test_a_workbook_is_read_like_the_csv(tmp_path):
    rows = [["Addendum B"], HEADER.strip().split(","), ["99213", "INVENTED", "B"]]
    found = read(OPPS, workbook(tmp_path, "october-2025-addendum-b.xlsx", rows))
    assert found.of("opps") == {("99213", ""): {"status": "B"}}
    assert found.reading.effective_from == date(2025, 10, 1)


def test_the_extract_says_its_quarter_in_its_last_column(tmp_path):
    text = (
        "HCPCSCode,ShortDescriptor,StatusIndicator,PaymentRate,Changed?,Source\n"
        "A2001,Invented,S1,127.14,true,2026-04\nA2002,Invented,S1,127.14,false,2026-04\n\n"
    )
    found = read(OPPS, written(tmp_path, "extract.csv", text))
    assert found.reading.effective_from == date(2026, 4, 1)
    assert found.of("opps")["A2001", ""]["note"] == "changed"
    assert "note" not in found.of("opps")["A2002", ""]


def test_rows_that_cannot_be_read_are_left_out_with_their_lines(tmp_path):
    rows = ROWS + (
        "99214,INVENTED,B\r\n"
        "=1+1,INVENTED,B,,, ,,,,,,,\r\n"
        "99213,INVENTED,B,,, ,,,,,,,\r\n"
        "99215,INVENTED,J1,,,=1+1,,,,,,,\r\n"
        "99216,INVENTED,<b>,,, ,,,,,,,\r\n"
        "A note of the agency under the table,,,,,,,,,,,,\r\n"
    )
    found = read(OPPS, oct_2025(tmp_path, addendum(rows)))
    assert len(found.facts) == 3
    assert [line for line, _ in found.faults] == [7, 8, 9, 10, 11]
    assert "needed" in found.faults[0][1]
    assert found.faults[1][1] == "“=1+1” is no HCPCS code."
    assert "listed twice" in found.faults[2][1]
    assert found.faults[3][1] == "“=1+1” is no number."


def test_columns_may_stand_in_another_order(tmp_path):
    text = "SI,Payment Rate,Short Descriptor,HCPCS Code\nK,$44.109,Invented,J0129\n"
    found = read(OPPS, written(tmp_path, "January 2026 addendum b.csv", "\ufeff" + text))
    assert found.of("opps")["J0129", ""] == {"status": "K", "rate": "44.109", "text": "Invented"}


def test_a_missing_column_is_named(tmp_path):
    member = oct_2025(tmp_path, addendum(header=HEADER.replace("Short Descriptor", "Something")))
    with pytest.raises(Invalid, match="no column “SHORT DESCRIPTOR”"):
        read(OPPS, member)


def test_a_file_of_no_quarter_asks_for_the_day(tmp_path):
    member = written(tmp_path, "addendum_b.csv", addendum())
    with pytest.raises(Invalid, match="--effective YYYY-MM-DD"):
        read(OPPS, member)
    assert read(
        OPPS, member, hints=Hints(effective=date(2025, 10, 1), edition="Fall")
    ).reading.edition == "Fall"  # fmt: skip


def test_a_final_rule_is_of_january(tmp_path):
    text = addendum().replace(b"B.-- OPPS", b"B.-Final OPPS")
    found = read(OPPS, written(tmp_path, "addendum_b.csv", text))
    assert found.reading.effective_from == date(2025, 1, 1)


def test_what_is_no_addendum_is_refused(tmp_path):
    assert (
        OPPS.recognise(written(tmp_path, "a.csv", "<html><body>HCPCS Code, SI</body></html>"))
        is None
    )
    page = written(tmp_path, "b.csv", "<html>\n<body>Log in</body>\n")
    with pytest.raises(Invalid, match="HCPCS CODE"):
        OPPS.read({"addendum-b": [page]}, Hints())
    with pytest.raises(Invalid, match="One Addendum B"):
        OPPS.read({}, Hints())


AA = (
    "Addendum AA -- Final ASC Covered Surgical Procedures for CY 2026,,,,,,\n"
    "HCPCS Code,,Short Descriptor,Subject to Multiple Procedure Discounting,"
    '"April 2026 \nPayment Indicator",April 2026  Payment Weight  ,April 2026 Payment Rate\n'
    "10121,,INVENTED TEXT ONE,Y,A2,12.3456,$698.10\n"
    "G0105,,Invented public text,N,A2,,\n"
)
BB = (
    "Addendum BB,,,,,\n"
    "HCPCS Code,Short Descriptor,Drug Pass-Thru Expiration during Calendar Year,"
    "April 2026 Payment Indicator,April 2026 Payment Weight,April 2026 Payment Rate\n"
    'J0129,Invented drug,,K2,,"$1,044.109"\nJ0130,Invented drug,,K2,,x\n'
)


def test_surgical_center_payment_is_read_from_both_addenda(tmp_path):
    found = read(ASC, written(tmp_path, "aa.csv", AA), written(tmp_path, "bb.csv", BB))
    assert found.reading.effective_from == date(2026, 4, 1)
    assert found.of("asc") == {
        ("10121", ""): {
            "addendum": "AA", "indicator": "A2", "weight": "12.3456", "rate": "698.10",
            "discounted": True,
        },
        ("G0105", ""): {
            "addendum": "AA", "indicator": "A2", "discounted": False,
            "text": "Invented public text",
        },
        ("J0129", ""): {
            "addendum": "BB", "indicator": "K2", "rate": "1044.109", "text": "Invented drug",
        },
    }  # fmt: skip
    assert found.faults == [(4, "“x” is no number.")]
    assert found.reading.dropped == {"text": 1}


def test_a_final_rule_of_surgical_centers_is_of_january(tmp_path):
    text = AA.replace("April 2026", "Final CY 2026")
    assert read(ASC, written(tmp_path, "aa.csv", text)).reading.effective_from == date(2026, 1, 1)


def test_a_proposed_rule_is_refused(tmp_path):
    with pytest.raises(Invalid, match="proposed"):
        read(ASC, written(tmp_path, "aa.csv", AA.replace("April 2026", "Proposed CY 2026")))


@needs_data
def test_the_quarters_here_are_read_whole():
    from app.codes.intake.files import members

    october = members(DATA / "opps" / "addendum_b_2025_oct.redacted.csv")
    found = read(OPPS, *october)
    assert len(found.facts) == 18_798
    assert found.reading.quarantine.count == 0
    assert sum("text" in data for *_, data in found.facts) == 6_542
    april = read(OPPS, *members(DATA / "opps" / "addendum_b_2026_apr_extract.redacted.csv"))
    assert april.reading.effective_from == date(2026, 4, 1)
    assert len(april.facts) > 19_000
    used = {data["status"] for *_, data in found.facts + april.facts}
    assert used <= STATUS_INDICATORS.keys()
