"""Reading the downloads of the Medicare Coverage Database: articles, LCDs and NCDs."""

import csv
import io
import json
import random
import zipfile
from datetime import date

import pytest

from app.codes.intake.contract import Hints
from app.codes.intake.files import members
from app.codes.intake.mcd import KINDS
from app.errors import Invalid
from tests.shared_data import DATA, needs_data

ARTICLES, LCDS, NCDS = KINDS

HEADERS = {
    "article": "article_id,article_version,article_type,title,article_pub_date,article_eff_date,"
    "article_end_date,description,other_comments,sad_url,status,last_updated,history_exp,"
    "key_article,icd9_covered_para,icd9_noncovered_para,revenue_para,thirty_percent,"
    "article_rev_end_date,source_article_id,date_retired,keywords,icd10_doc,add_icd10_info,"
    "cms_cov_policy,display_id,reference_article",
    "article_related_documents": "article_id,article_version,related_num,r_article_id,"
    "r_article_version,r_lcd_id,r_lcd_version,r_contractor_id,last_updated",
    "article_related_ncd_documents": "article_id,article_version,related_num,r_ncd_id,"
    "r_ncd_version,last_updated",
    "article_type_lookup": "article_type_id,description,last_updated",
    "article_x_bill_code": "article_id,article_version,bill_code_id,bill_code_version,"
    "last_updated,description",
    "article_x_contractor": "article_id,article_version,article_type,contractor_id,"
    "contractor_type_id,contractor_version,last_updated",
    "article_x_hcpc_code": "article_id,article_version,hcpc_code_id,hcpc_code_version,"
    "hcpc_code_group,range,last_updated,long_description,short_description",
    "article_x_hcpc_code_group": "article_id,article_version,hcpc_code_group,paragraph,"
    "last_updated",
    "article_x_hcpc_modifier": "article_id,article_version,hcpc_modifier_code_id,"
    "hcpc_modifier_code_version,hcpc_modifier_group,last_updated,description",
    "article_x_icd10_covered": "article_id,article_version,icd10_code_id,icd10_code_version,"
    "icd10_covered_group,range,last_updated,sort_order,description,asterisk",
    "article_x_icd10_covered_group": "article_id,article_version,icd10_covered_group,paragraph,"
    "last_updated,icd10_covered_ast",
    "article_x_icd10_noncovered": "article_id,article_version,icd10_code_id,icd10_code_version,"
    "icd10_noncovered_group,range,last_updated,sort_order,description",
    "article_x_primary_jurisdiction": "article_id,article_version,state_id,last_updated",
    "contractor": "contractor_id,contractor_type_id,contractor_version,contractor_bus_name,"
    "contractor_number,dmerc_rgn,address1,address2,address3,city,state_id,zipcode,phone,fax,"
    "status,last_updated,url,email,ignore,status_flag,cmd_name,cmd_title,contractor_subtype_id",
    "contractor_jurisdiction": "contractor_id,contractor_type_id,contractor_version,state_id,"
    "last_updated,active_date,term_date",
    "contractor_type_lookup": "contractor_type_id,description",
    "state_lookup": "state_id,state_abbrev,description",
    "lcd": "lcd_id,lcd_version,title,determination_number,orig_det_eff_date,ent_det_end_date,"
    "rev_eff_date,rev_end_date,indication,diagnoses_support,icd9_dont_support_para,"
    "icd9_dont_support_ast,diagnoses_dont_support,coding_guidelines,doc_reqs,appendices,"
    "util_guide,source_info,adv_meeting,comment_start_dt,comment_end_dt,notice_start_dt,"
    "rev_hist_num,history_exp,last_reviewed_on,status,last_updated,cms_cov_policy,display_id,"
    "draft_contact,revenue_para,thirty_percent,keywords,associated_info,notice_end_dt,"
    "date_retired,draft_released_date,source_lcd_id,add_icd10_info,icd10_doc,synopsis_changes,"
    "bibliography,summary_of_evidence,analysis_of_evidence,mcd_publish_date,issue,issue_change,"
    "mac_initiated",
    "lcd_x_contractor": "lcd_id,lcd_version,contractor_id,contractor_type_id,contractor_version,"
    "last_updated",
    "lcd_x_hcpc_code": "lcd_id,lcd_version,hcpc_code_id,hcpc_code_version,hcpc_code_group,range,"
    "last_updated,long_description,short_description",
    "lcd_x_primary_jurisdiction": "lcd_id,lcd_version,state_id,last_updated",
    "lcd_related_documents": "lcd_id,lcd_version,related_num,r_article_id,r_article_version,"
    "r_lcd_id,r_lcd_version,r_contractor_id,last_updated",
    "ncd_trkg": "NCD_id,NCD_vrsn_num,natl_cvrg_type,cvrg_lvl_cd,NCD_mnl_sect,NCD_mnl_sect_title,"
    "NCD_efctv_dt,NCD_impltn_dt,NCD_trmntn_dt,itm_srvc_desc,indctn_lmtn,xref_txt,othr_txt,"
    "trnsmtl_num,trnsmtl_issnc_dt,trnsmtl_url,chg_rqst_num,pblctn_cd,rev_hstry,under_rvw,"
    "creatd_tmstmp,last_updt_tmstmp,last_clrnc_tmstmp,NCD_lab,ncd_keyword,NCD_AMA",
    "ncd_bnft_ctgry_ref": "bnft_ctgry_cd,bnft_ctgry_desc",
    "ncd_trkg_bnft_xref": "NCD_id,NCD_vrsn_num,bnft_ctgry_cd,creatd_tmstmp,last_updt_tmstmp",
}

CONTRACTORS = {
    "contractor": [
        {
            "contractor_id": "9",
            "contractor_type_id": "8",
            "contractor_version": "1",
            "contractor_bus_name": "Imaginary Administrators, Inc.",
            "contractor_number": "00901",
            "status": "A",
        },
    ],
    "contractor_jurisdiction": [
        {
            "contractor_id": "9",
            "contractor_type_id": "8",
            "contractor_version": "1",
            "state_id": "1",
        },
        {
            "contractor_id": "9",
            "contractor_type_id": "8",
            "contractor_version": "1",
            "state_id": "2",
        },
        {
            "contractor_id": "9",
            "contractor_type_id": "8",
            "contractor_version": "1",
            "state_id": "3",
            "term_date": "2020-01-01 00:00:00",
        },
    ],
    "contractor_type_lookup": [{"contractor_type_id": "8", "description": "A and B MAC"}],
    "state_lookup": [
        {"state_id": "1", "state_abbrev": "MO", "description": "Missouri"},
        {"state_id": "2", "state_abbrev": "KS", "description": "Kansas"},
        {"state_id": "3", "state_abbrev": "NE", "description": "Nebraska"},
    ],
}
A1 = {"article_id": "57520", "article_version": "12"}
ARTICLE = A1 | {
    "title": "Billing &amp; Coding: an imaginary service",
    "article_type": "2",
    "article_eff_date": "2024-01-01 00:00:00",
    "article_end_date": "",
    "status": "A",
    "last_updated": "2026-06-03 10:11:12",
    "keywords": "imaginary",
    "description": "<p>Say <script>no()</script><b>so</b>.</p>",
}
BOOK = CONTRACTORS | {
    "article": [ARTICLE],
    "article_type_lookup": [{"article_type_id": "2", "description": "Billing and Coding"}],
    "article_related_documents": [A1 | {"related_num": "1", "r_lcd_id": "35000"}],
    "article_related_ncd_documents": [A1 | {"r_ncd_id": "123"}, A1 | {"r_ncd_id": "0"}],
    "article_x_bill_code": [
        A1 | {"bill_code_id": "013x", "description": "INVENTED BILL"},
        A1 | {"bill_code_id": "999x", "description": "Not Applicable"},
    ],
    "article_x_contractor": [
        A1 | {"contractor_id": "9", "contractor_type_id": "8", "contractor_version": "1"},
    ],
    "article_x_hcpc_code": [
        A1
        | {
            "hcpc_code_id": "99213",
            "hcpc_code_group": "1",
            "range": "N",
            "long_description": "INVENTED TEXT ONE",
            "short_description": "INVENTED",
        },
        A1
        | {
            "hcpc_code_id": "J9999",
            "hcpc_code_group": "2",
            "range": "B",
            "long_description": "INVENTED TEXT TWO",
        },
        A1
        | {"hcpc_code_id": "XX000", "hcpc_code_group": "1", "long_description": "Not Applicable"},
    ],
    "article_x_hcpc_code_group": [
        A1 | {"hcpc_code_group": "1", "paragraph": "<p>Bill it.</p>"},
        A1 | {"hcpc_code_group": "2", "paragraph": "<p>&nbsp;</p>"},
    ],
    "article_x_hcpc_modifier": [
        A1
        | {
            "hcpc_modifier_code_id": "LT",
            "hcpc_modifier_group": "1",
            "description": "INVENTED LEFT",
        },
        A1
        | {"hcpc_modifier_code_id": "25", "hcpc_modifier_group": "1", "description": "INVENTED 25"},
        A1
        | {"hcpc_modifier_code_id": "P1", "hcpc_modifier_group": "1", "description": "INVENTED P1"},
    ],
    "article_x_icd10_covered": [
        A1 | {"icd10_code_id": "E11.9", "icd10_covered_group": "1", "range": "N", "asterisk": "*"},
        A1 | {"icd10_code_id": "E11.9", "icd10_covered_group": "1", "range": "N", "asterisk": "*"},
        A1 | {"icd10_code_id": "QA0.1", "icd10_covered_group": "2", "range": "M"},
    ],
    "article_x_icd10_covered_group": [
        A1
        | {"icd10_covered_group": "1", "paragraph": "These.", "icd10_covered_ast": "Only twice."},
    ],
    "article_x_icd10_noncovered": [
        A1 | {"icd10_code_id": "Z00.00", "icd10_noncovered_group": "1", "range": "N"},
    ],
}


def table(name, rows, *, header=None, encoding="utf-8"):
    out = io.StringIO()
    names = (header or HEADERS[name]).split(",")
    writer = csv.DictWriter(out, names, restval="", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def download(tmp_path, book, *, name="current_article", extra=None):
    """A zip within a zip, as CMS ships it."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, rows in book.items():
            content = rows if isinstance(rows, bytes) else table(each, rows)
            archive.writestr(f"{each}.csv", content)
        for each, content in (extra or {}).items():
            archive.writestr(each, content)
    path = tmp_path / f"{name}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}_csv.zip", inner.getvalue())
        archive.writestr("data_dictionary.txt", "Not a table.")
    return path


def parts_of(kind, path):
    parts = {}
    for member in members(path):
        if part := kind.recognise(member):
            parts.setdefault(part, []).append(member)
    return parts


def read(tmp_path, book, kind=ARTICLES, *, hints=None, **kwargs):
    reading = kind.read(parts_of(kind, download(tmp_path, book, **kwargs)), hints or Hints())
    facts = [row for _, rows in reading.batches for row in rows]
    return reading, facts


def found(facts, topic):
    return [(f.code, f.other, json.loads(f.data)) for f in facts if f.topic == topic]


def test_an_article_is_read_with_all_it_says(tmp_path):
    reading, facts = read(tmp_path, BOOK)
    assert (reading.edition, reading.effective_from) == (
        "as of June 3, 2026",
        date(2026, 6, 3),
    )
    assert not reading.quarantine.count
    assert found(facts, "article") == [
        (
            "A57520",
            "",
            {
                "title": "Billing & Coding: an imaginary service",
                "type": "Billing and Coding",
                "version": 12,
                "status": "A",
                "effective": "2024-01-01",
                "updated": "2026-06-03",
                "keywords": "imaginary",
                "text": "<p>Say <strong>so</strong>.</p>",
            },
        )
    ]
    assert found(facts, "article_lcd") == [("A57520", "L35000", {})]
    assert found(facts, "article_ncd") == [("A57520", "123", {})]
    assert found(facts, "article_bill") == [("A57520", "013x", {"text": "INVENTED BILL"})]
    assert found(facts, "article_contractor") == [
        (
            "A57520",
            "00901",
            {
                "name": "Imaginary Administrators, Inc.",
                "type": "A and B MAC",
                "states": ["KS", "MO"],
            },
        )
    ]
    assert found(facts, "article_state") == [
        ("A57520", "KS", {"name": "Kansas"}),
        ("A57520", "MO", {"name": "Missouri"}),
    ]


def test_descriptors_that_are_not_the_governments_are_dropped_and_counted(tmp_path):
    reading, facts = read(tmp_path, BOOK)
    assert found(facts, "article_code") == [
        ("99213", "A57520", {"group": 1}),
        ("J9999", "A57520", {"group": 2, "range": "B", "long": "INVENTED TEXT TWO"}),
    ]
    assert found(facts, "article_modifier") == [
        ("LT", "A57520", {"group": 1, "text": "INVENTED LEFT"}),
        ("25", "A57520", {"group": 1}),
        ("P1", "A57520", {"group": 1}),
    ]
    assert reading.dropped == {
        "long_description": 1,
        "short_description": 1,
        "modifier_description": 2,
    }


def test_diagnoses_say_whether_they_are_covered_and_repeated_rows_count_once(tmp_path):
    _, facts = read(tmp_path, BOOK)
    assert found(facts, "article_icd") == [
        ("E119", "A57520", {"group": 1, "covered": True, "asterisk": True}),
        ("QA01", "A57520", {"group": 2, "covered": True, "range": "M"}),
        ("Z0000", "A57520", {"group": 1, "covered": False}),
    ]
    assert found(facts, "article_group") == [
        ("A57520", "hcpc:1", {"text": "<p>Bill it.</p>"}),
        ("A57520", "icd10:1", {"text": "<p>These.</p>", "asterisk": "<p>Only twice.</p>"}),
    ]


def test_only_the_highest_version_counts_and_only_where_it_is_approved(tmp_path):
    older = ARTICLE | {"article_version": "9", "title": "OLD"}
    draft = ARTICLE | {"article_version": "13", "display_id": "DA57520", "status": "P"}
    retired = ARTICLE | {"article_id": "57521", "article_version": "3", "status": "R"}
    before = ARTICLE | {"article_id": "57521", "article_version": "2"}
    icd = BOOK["article_x_icd10_covered"][0]
    book = BOOK | {
        "article": [older, ARTICLE, draft, before, retired],
        "article_x_icd10_covered": [icd | {"article_version": "9"}, icd],
    }
    reading, facts = read(tmp_path, book)
    assert [(code, data["version"]) for code, _, data in found(facts, "article")] == [
        ("A57520", 12)
    ]
    assert [f.code for f in facts if f.topic == "article_icd"] == ["E119", "Z0000"]
    assert not reading.quarantine.count


def test_a_document_of_one_contractor_may_hold_for_a_part_of_its_states(tmp_path):
    book = BOOK | {"article_x_primary_jurisdiction": [A1 | {"state_id": "1"}]}
    _, facts = read(tmp_path, book)
    assert found(facts, "article_state") == [("A57520", "MO", {"name": "Missouri"})]


def test_columns_in_another_order_are_read_by_their_names(tmp_path):
    names = HEADERS["article_x_icd10_covered"].split(",")
    header = ",".join(reversed(names))
    swapped = table("article_x_icd10_covered", BOOK["article_x_icd10_covered"], header=header)
    _, facts = read(tmp_path, BOOK | {"article_x_icd10_covered": swapped})
    assert [f.code for f in facts if f.topic == "article_icd"] == ["E119", "QA01", "Z0000"]


@pytest.mark.parametrize("column", ["icd10_code_id", "article_version", "range"])
def test_a_missing_column_is_named_before_anything_is_read(tmp_path, column):
    names = HEADERS["article_x_icd10_covered"].split(",")
    header = ",".join(name for name in names if name != column)
    book = BOOK | {"article_x_icd10_covered": table("article_x_icd10_covered", [], header=header)}
    with pytest.raises(Invalid, match=f"has no column “{column}”"):
        read(tmp_path, book)


def test_a_column_named_twice_is_refused(tmp_path):
    header = HEADERS["article_x_icd10_covered"].replace("sort_order", "range")
    book = BOOK | {"article_x_icd10_covered": table("article_x_icd10_covered", [], header=header)}
    with pytest.raises(Invalid, match="more than one column “range”"):
        read(tmp_path, book)


def test_a_download_without_one_of_its_tables_is_refused(tmp_path):
    book = {name: rows for name, rows in BOOK.items() if name != "article_x_contractor"}
    with pytest.raises(Invalid, match="holds no article_x_contractor"):
        read(tmp_path, book)


def test_an_empty_table_or_a_broken_zip_is_refused(tmp_path):
    with pytest.raises(Invalid, match=r"article\.csv"):
        read(tmp_path, BOOK | {"article": b""})
    path = download(tmp_path, BOOK)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(Invalid):
        members(path)


def test_bad_rows_are_left_out_with_their_line_and_the_rest_is_read(tmp_path):
    content = table("article_x_icd10_covered", BOOK["article_x_icd10_covered"])
    content += b'"57520","12","E11.9"\r\n'
    content += b'"57520","12","=1+1","1","1","N","","1","INVENTED",""\r\n'
    content += b'"57520","12","I10","1","one","N","","1","INVENTED",""\r\n'
    content += b'"57520","12","I11.0","1","3","N","","1","\x93INVENTED\x94 \xff",""\r\n'
    reading, facts = read(tmp_path, BOOK | {"article_x_icd10_covered": content})
    assert [(f.file, f.line) for f in reading.quarantine.kept] == [
        ("article_x_icd10_covered.csv", line) for line in (5, 6, 7)
    ]
    assert reading.quarantine.count == 3
    assert [f.code for f in facts if f.topic == "article_icd"] == [
        "E119",
        "QA01",
        "I110",
        "Z0000",
    ]


def test_a_row_that_was_cut_off_takes_no_other_with_it(tmp_path):
    content = table("article_x_icd10_covered", BOOK["article_x_icd10_covered"])[:-40]
    reading, facts = read(tmp_path, BOOK | {"article_x_icd10_covered": content})
    assert reading.quarantine.count == 1
    assert [f.code for f in facts if f.topic == "article_icd"] == ["E119", "Z0000"]


def test_a_document_with_an_impossible_date_is_left_out_with_what_is_its_own(tmp_path):
    other = {"article_id": "57521", "article_version": "1"}
    bad = ARTICLE | other | {"article_end_date": "2024-13-41 00:00:00"}
    icd = BOOK["article_x_icd10_covered"]
    book = BOOK | {
        "article": [ARTICLE, bad],
        "article_x_icd10_covered": [*icd, icd[0] | other],
    }
    reading, facts = read(tmp_path, book)
    assert [f.why for f in reading.quarantine.kept] == ["“2024-13-41 00:00:00” is no day."]
    assert {f.other for f in facts if f.topic == "article_icd"} == {"A57520"}


def test_a_version_that_is_listed_twice_counts_once(tmp_path):
    again = ARTICLE | {"title": "AGAIN"}
    reading, facts = read(tmp_path, BOOK | {"article": [ARTICLE, again]})
    assert [f.line for f in reading.quarantine.kept] == [3]
    assert len(found(facts, "article")) == 1


def test_what_belongs_to_no_document_is_said_once(tmp_path):
    icd = BOOK["article_x_icd10_covered"]
    lost = [row | {"article_id": "1"} for row in icd]
    reading, facts = read(tmp_path, BOOK | {"article_x_icd10_covered": [*lost, *icd]})
    assert [f.why for f in reading.quarantine.kept] == [
        "article.csv holds no 1, and nothing it lists counts."
    ]
    assert {f.other for f in facts if f.topic == "article_icd"} == {"A57520"}


def test_days_with_slashes_are_iso_days(tmp_path):
    book = BOOK | {
        "article": [ARTICLE | {"article_eff_date": "01/02/2024", "date_retired": "12/31/9999"}]
    }
    _, facts = read(tmp_path, book)
    [(_, _, data)] = found(facts, "article")
    assert data["effective"] == "2024-01-02"
    assert "retired" not in data


def test_a_byte_order_mark_lists_with_tabs_and_cells_of_many_lines_are_read(tmp_path):
    body = "<ul>\n" + "\t<li>no comma here</li>\n" * 300 + "</ul>"
    content = b"\xef\xbb\xbf" + table("article", [ARTICLE | {"description": body}])
    _, facts = read(tmp_path, BOOK | {"article": content})
    [(_, _, data)] = found(facts, "article")
    assert data["text"].startswith("<ul> <li>no comma here</li>")


def test_a_line_longer_than_any_is_refused(tmp_path):
    long = random.Random(1).randbytes(2 * 1024**2 + 10).hex()
    book = BOOK | {"article": [ARTICLE | {"description": long}]}
    with pytest.raises(Invalid, match="longer than"):
        read(tmp_path, book)


def test_the_operators_day_and_edition_come_before_the_files(tmp_path):
    reading, _ = read(
        tmp_path, BOOK, hints=Hints(effective=date(2026, 7, 1), edition="as of July 1")
    )
    assert (reading.edition, reading.effective_from) == ("as of July 1", date(2026, 7, 1))


def test_the_name_of_the_zip_comes_before_the_newest_row_and_one_of_them_must_tell(tmp_path):
    reading, _ = read(tmp_path, BOOK, name="current_article_2026-06-11")
    assert reading.effective_from == date(2026, 6, 11)
    with pytest.raises(Invalid, match="--effective YYYY-MM-DD"):
        read(tmp_path, BOOK | {"article": [ARTICLE | {"last_updated": ""}]})


L1 = {"lcd_id": "35000", "lcd_version": "7"}
LCD = L1 | {
    "title": "Imaginary organ",
    "rev_eff_date": "2025-02-03 00:00:00",
    "orig_det_eff_date": "2015-10-01 00:00:00",
    "indication": "<div>Covered</div><div>when <i>it</i> is.</div>",
    "status": "A",
    "last_updated": "2026-06-02 00:00:00",
}
LCD_BOOK = CONTRACTORS | {
    "lcd": [LCD],
    "lcd_x_contractor": [
        L1 | {"contractor_id": "9", "contractor_type_id": "8", "contractor_version": "1"},
        L1 | {"contractor_id": "10", "contractor_type_id": "8", "contractor_version": "1"},
    ],
    "lcd_x_hcpc_code": [
        L1 | {"hcpc_code_id": "L9999", "hcpc_code_group": "1", "short_description": "INVENTED"}
    ],
    "lcd_related_documents": [L1 | {"r_article_id": "57520"}, L1],
}


def test_a_local_determination_is_read_with_what_it_lists(tmp_path):
    letters = {"lcd_x_requestor_letters.csv": '"35000","7","1","A. Person"\r\n'}
    reading, facts = read(tmp_path, LCD_BOOK, LCDS, name="current_lcd", extra=letters)
    assert reading.edition == "as of June 2, 2026"
    assert found(facts, "lcd") == [
        (
            "L35000",
            "",
            {
                "title": "Imaginary organ",
                "version": 7,
                "status": "A",
                "effective": "2025-02-03",
                "first_effective": "2015-10-01",
                "updated": "2026-06-02",
                "text": "<p>Covered</p><p>when <em>it</em> is.</p>",
            },
        )
    ]
    assert [(code, other) for code, other, _ in found(facts, "lcd_contractor")] == [
        ("L35000", "00901")
    ]
    assert [f.why for f in reading.quarantine.kept] == [
        "contractor.csv does not hold its contractor."
    ]
    assert found(facts, "lcd_code") == [("L9999", "L35000", {"group": 1, "short": "INVENTED"})]
    assert [other for _, other, _ in found(facts, "lcd_state")] == ["KS", "MO"]
    assert found(facts, "lcd_article") == [("L35000", "A57520", {})]


NCD = {
    "NCD_id": "77",
    "NCD_vrsn_num": "2",
    "NCD_mnl_sect": "20.7",
    "NCD_mnl_sect_title": "Imaginary vessels",
    "NCD_efctv_dt": "2013-01-01 00:00:00",
    "NCD_impltn_dt": "2013-03-11 00:00:00",
    "cvrg_lvl_cd": "2",
    "indctn_lmtn": "<p>Now and then.</p>",
    "itm_srvc_desc": "<p>A service.</p>",
    "last_updt_tmstmp": "2026-05-30 08:00:00",
}


def test_a_national_determination_is_known_by_its_section(tmp_path):
    book = {
        "ncd_trkg": [
            NCD | {"NCD_vrsn_num": "1", "NCD_mnl_sect_title": "OLD"},
            NCD,
            NCD | {"NCD_id": "78", "NCD_trmntn_dt": "2010-01-01 00:00:00"},
            NCD | {"NCD_id": "79", "NCD_mnl_sect": ""},
        ],
        "ncd_bnft_ctgry_ref": [{"bnft_ctgry_cd": "4", "bnft_ctgry_desc": "Imaginary benefit"}],
        "ncd_trkg_bnft_xref": [{"NCD_id": "77", "NCD_vrsn_num": "2", "bnft_ctgry_cd": "4"}],
    }
    reading, facts = read(tmp_path, book, NCDS, name="ncd")
    assert reading.edition == "as of May 30, 2026"
    assert found(facts, "ncd") == [
        (
            "20.7",
            "",
            {
                "id": "77",
                "version": 2,
                "title": "Imaginary vessels",
                "effective": "2013-01-01",
                "implemented": "2013-03-11",
                "updated": "2026-05-30",
                "coverage": "restricted",
                "benefits": ["Imaginary benefit"],
                "service": "<p>A service.</p>",
                "text": "<p>Now and then.</p>",
            },
        )
    ]
    assert [f.line for f in reading.quarantine.kept] == [5, 4]


def test_a_table_of_another_download_plays_no_part(tmp_path):
    path = download(tmp_path, BOOK | LCD_BOOK | {"ncd_trkg": [NCD]})
    assert "lcd" not in parts_of(ARTICLES, path)
    assert "article" not in parts_of(LCDS, path)
    assert set(parts_of(NCDS, path)) == {"ncd_trkg"}
    wrong = tmp_path / "article.csv"
    wrong.write_bytes(b"Job,Place\r\nCoder,St. Louis\r\n")
    assert all(kind.recognise(member) is None for kind in KINDS for member in members(wrong))


def test_many_diagnoses_stream(tmp_path):
    rows = "".join(
        f'"57520","12","S{n // 100:03d}.{n % 100:02d}","9","1","N",'
        f'"2026-01-01 00:00:00","{n}","INVENTED, TEXT","N"\r\n'
        for n in range(20_000)
    )
    content = table("article_x_icd10_covered", []) + rows.encode()
    _, facts = read(tmp_path, BOOK | {"article_x_icd10_covered": content})
    assert sum(f.topic == "article_icd" for f in facts) == 20_001


@needs_data
def test_every_column_that_is_read_is_one_cms_ships():
    shipped = json.loads((DATA / "mcd" / "mcd_schema.json").read_text())["columns"]
    for name, header in HEADERS.items():
        if name in shipped:
            assert header.split(",") == shipped[name]
