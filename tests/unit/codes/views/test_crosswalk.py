"""The crosswalk: lists typed, pasted and uploaded, what is refused, and the CSV."""

import csv
import io
import random
import re

import pytest

from app.codes.services.code_lists import MOST_BYTES, MOST_CODES, codes_typed, codes_uploaded
from app.errors import Invalid
from tests.factories.codes import make_release
from tests.factories.codes_inpatient import make_drgs, make_gems, make_hcc, make_icd9

ADDRESS = "/codes/crosswalk"
TO_9 = "E119    25000  10000\nE109    NoDx   11000\nE1141   25060  10111\nE1141   3371   10112\n"


@pytest.fixture
def loaded(app):
    make_release()
    make_icd9("25000 Invented plain", "25060 Invented nerves", "3371 Other")
    make_gems(TO_9, "25000   E119   10000\n")


def sent(client, content=None, *, codes="", route="10-to-9", name="codes.csv", **more):
    data = {"route": route, "codes": codes, **more}
    if content is not None:
        data["file"] = (io.BytesIO(content), name)
    return client.post(ADDRESS, data=data, content_type="multipart/form-data")


def table(response):
    return list(csv.reader(io.StringIO(response.get_data(as_text=True).lstrip("\ufeff"))))


def test_an_address_holds_a_short_list_and_its_result(loaded, client):
    text = client.get(f"{ADDRESS}?route=10-to-9&codes=E11.9+e109+E1141+E11+ZZZ").text
    assert "Invented plain" in text
    assert "No code says the same" in text
    assert "scenario 1, list 2" in text
    assert "only complete codes are mapped" in text
    assert re.search(r"Neither a code .*ZZZ", text)
    assert "4 codes found, 1 not found" in text


def test_a_short_list_that_is_sent_leads_to_its_address(loaded, client):
    response = sent(client, codes="E11.9\nE10.9")
    assert response.status_code == 303
    assert response.location == f"{ADDRESS}?route=10-to-9&codes=E11.9+E10.9"


def test_a_long_list_is_answered_at_once(loaded, client):
    codes = " ".join(["E11.9", *(f"Q{n:03}" for n in range(MOST_CODES - 1))])
    response = sent(client, codes=codes)
    assert response.status_code == 200
    assert "Invented plain" in response.text
    assert f"{MOST_CODES - 1} not found" in response.text


def test_the_other_ways(loaded, client):
    make_hcc()
    make_drgs()
    back = client.get(f"{ADDRESS}?route=9-to-10&codes=250.00").text
    assert "E11.9" in back
    risk = client.get(f"{ADDRESS}?route=hcc&codes=E11.9+E10.9").text
    assert risk.index("CMS-HCC Model V28") < risk.index("CMS-HCC Model V24")
    assert "In no category of any model" in risk
    groups = client.get(f"{ADDRESS}?route=drg&codes=E11.40").text
    assert "MCC; only where discharged alive; hospital-acquired condition 09" in groups
    assert "MS-DRG 637, 638, 639" in groups


def test_a_mapping_that_is_not_loaded_is_said_and_the_list_is_kept(loaded, client):
    response = client.get(f"{ADDRESS}?route=pcs-to-9&codes=0016070")
    assert response.status_code == 422
    assert "No edition of GEM, ICD-10-PCS" in response.text
    assert "0016070" in response.text


def test_the_csv_has_every_line_and_computes_nothing(loaded, client):
    response = client.get(f"{ADDRESS}?route=10-to-9&codes=E11.41+=1%2B1+@SUM(A1)&as=csv")
    assert response.mimetype == "text/csv"
    assert "attachment" in response.headers["Content-Disposition"]
    rows = table(response)
    assert rows[0][:3] == ["Code", "Description", "Translated to"]
    assert [row[2] for row in rows[1:3]] == ["250.60", "337.1"]
    assert [row[0] for row in rows[3:5]] == ["'=1+1", "'@SUM(A1)"]
    assert rows[-1][0] == "Source"
    assert "2018" in rows[-1][1]
    assert table(sent(client, codes="E11.9", **{"as": "csv"}))[1][2] == "250.00"


@pytest.mark.parametrize(
    "content",
    [
        b"E11.9,x\nE10.9,y\n",
        b"code,name\nE11.9,x\nE10.9,y\n",
        b"name,Code\nx,E11.9\ny,E10.9\n",
        b"Diagnosis;other\r\nE11.9;x\r\nE10.9;y\r\n",
        "\ufeffcode\nE11.9\nE10.9\n".encode(),
        "code\tname\nE11.9\tx\nE10.9\ty\n".encode("utf-16"),
        b'"E11.9"\r"E10.9"\r',
        b"E11.9\xff\nE11.9\nE10.9\n",
    ],
)  # fmt: skip
def test_a_file_is_read_as_spreadsheets_save_it(content):
    assert [code for code in codes_uploaded(content) if code.isascii()] == ["E11.9", "E10.9"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b" \r\n ", "empty"),
        (b"code\n", "no codes"),
        (b"%PDF-1.7 E11.9", "not a CSV"),
        (b"PK\x03\x04" + b"x" * 50, "not a CSV"),
        (b"E11.9\x00\nE10.9", "not a CSV"),
        (b"x" * (MOST_BYTES + 1), "larger than"),
        (b"E11.9," + b"x" * 20_000, "more than 10,000 characters"),
        (b"".join(b"E%d\n" % n for n in range(10_000)), "10,000 codes; at most 500"),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else "",
)
def test_what_is_no_list_is_refused_with_its_reason(loaded, client, content, why):
    with pytest.raises(Invalid, match=why):
        codes_uploaded(content)
    response = sent(client, content, codes="E11.9 stays here")
    assert response.status_code == 422
    assert why in response.text
    assert "E11.9 stays here" in response.text


def test_too_long_a_list_is_refused_and_its_text_kept(loaded, client):
    codes = "\n".join(f"E{n}" for n in range(10_000))
    response = sent(client, codes=codes)
    assert response.status_code == 422
    assert "10,000 codes; at most 500" in response.text
    assert "E9999" in response.text
    assert client.get(f"{ADDRESS}?codes={'+'.join(f'E{n}' for n in range(600))}").status_code == 422


def test_nothing_sent_is_asked_for(loaded, client):
    response = sent(client)
    assert response.status_code == 422
    assert "Type the codes, or choose a file." in response.text
    assert sent(client, codes="E11.9", route="to the moon").status_code == 422
    assert client.get(ADDRESS).status_code == 200
    assert client.get(f"{ADDRESS}?route=moon&codes=E11.9").status_code == 200


def test_formulas_and_scripts_in_a_file_are_only_text(loaded, client):
    content = b"=HYPERLINK(1),x\n<script>alert(1)</script>\n" + b"Q1\n" * 70
    response = sent(client, content + b"".join(b"W%d\n" % n for n in range(99)))
    assert response.status_code == 200
    assert "<script>alert(1)" not in response.text


def test_repeated_codes_count_once():
    assert codes_typed("E11.9, E11.9;E11.9|E10.9\nE11.9") == ["E11.9", "E10.9"]


def test_random_bytes_are_a_list_or_refused():
    chance = random.Random(7)
    for _ in range(300):
        content = bytes(chance.choices(b'E119,;"\n\r\t\xff\xfe\x00 =', k=chance.randrange(1, 80)))
        try:
            found = codes_uploaded(content)
        except Invalid:
            continue
        assert found
        assert all(found)
