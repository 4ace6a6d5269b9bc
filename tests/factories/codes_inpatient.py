"""Small invented releases of the mappings, the MS-DRGs, the code editor and risk adjustment."""

from __future__ import annotations

import json
from datetime import date

from app.codes.intake.contract import Hints
from app.codes.models import CodeRelease
from tests.factories.codes import load, make_member

SINCE = date(2025, 10, 1)
TABLE_5 = (
    '"TABLE 5.—LIST OF MEDICARE GROUPS—FY 2026 Final Rule"\n'
    "MS-DRG \tFY 2026 Final Post-Acute DRG\tFY 2026 Final Special Pay DRG\tMDC\tTYPE\t"
    "MS-DRG Title\tWeights - Before Cap\tWeights - 10% Cap Applied \tGeometric mean LOS\t"
    "Arithmetic mean LOS\n"
    "637\tYes\tNo\t10\tMED\tINVENTED SUGAR with MCC\t1.4000\t1.4367\t3.9\t5.3\n"
    "638\tYes\tNo\t10\tMED\tINVENTED SUGAR with CC\t0.8962\t0.8962\t2.9\t3.7\n"
    "639\tNo\tNo\t10\tMED\tINVENTED SUGAR without CC/MCC\t0.6212\t0.6212\t2.1\t2.4\n"
    "998\tNo\tNo\t \t**\tINVENTED ERROR\t.\t.\t.\t\n"
)
_GROUPS = (
    ("637", "Invented Sugar with MCC", "M", "10"),
    ("638", "Invented Sugar with CC", "M", "10"),
    ("639", "Invented Sugar without CC/MCC", "M", "10"),
    ("998", "Invented Error", "-", ""),
)
DRG_MAP = {
    "ccmap": {
        "E1140": {"aowa": True, "hac": "09", "level": "MCC", "pdx": "0002"},
        "E1141": {"aowa": False, "hac": None, "level": "CC", "pdx": "0002"},
    },
    "drg_exclusions": {"637": ["E1140"]},
    "drgmap": {
        number: {
            "desc": title, "drg": number, "is_medical": kind == "M", "is_surgical": False,
            "mdc": mdc,
        }
        for number, title, kind, mdc in _GROUPS
    },
    "dxmap": {
        "E119": ["_MDC10", "637&638&639|PDX"],
        "E1140": ["_MDC10", "637&638&639|PDX"],
        "E1141": ["_MDC10", "637&638&639|PDX"],
        "H548": ["998|PDX"],
    },
    "exmap": {"0002": ["E119", "E109"]},
    "neoormap": [],
    "orpcsmap": {"0SRT0J9": ["637"]},
    "prmap": {},
    "schema_version": 1,
    "surgical_rank": {},
    "version": "v43",
}  # fmt: skip


def make_drgs() -> CodeRelease:
    return load(
        make_member(json.dumps(DRG_MAP, sort_keys=True), "v43.json"),
        make_member(TABLE_5, "table 5.txt"),
        only="ms-drg",
    )


def make_mce(*edits: tuple[str, str, str]) -> CodeRelease:
    rows = "".join(f'"{code}","Invented","{group}","{rule}"\n' for code, group, rule in edits)
    text = f'"icd_code","icd_description","icd_conflict_group","icd_conflict_rule"\n{rows}'
    return load(make_member(text, "mce_v43.csv"), only="mce")


def make_hcc(*, eligible: str = "99213\nJ1100\n") -> CodeRelease:
    parts = [
        make_member(
            "diagnosis_code,cc,model_name\nE119,38,CMS-HCC Model V28\nE1140,37,CMS-HCC Model V28\n"
            "E119,19,CMS-HCC Model V24\nE1140,30,RxHCC Model V08\n",
            "ra_dx_to_cc_2026.csv",
        ),
        make_member(
            "cc,label,model_domain,model_version,model_fullname\n"
            "HCC37,Invented worse,CMS-HCC,V28,x\nHCC38,Invented plain,CMS-HCC,V28,x\n"
            "HCC19,Invented old,CMS-HCC,V24,x\nRXHCC30,Invented drugs,RxHCC,R08,x\n",
            "ra_labels_2026.csv",
        ),
        make_member(
            "cc_parent,cc_child,model_domain,model_version,model_fullname\n37,38,CMS-HCC,V28,x\n",
            "ra_hierarchies_2026.csv",
        ),
    ]
    if eligible:
        parts.append(make_member(f"cpt_hcpcs_code\n{eligible}", "ra_eligible_cpt_hcpcs_2026.csv"))
    return load(*parts, only="cms-hcc")


def make_gems(to_9: str, to_10: str = "") -> None:
    """Lines of the mappings as CMS writes them: source, target, five flags."""
    load(make_member(to_9, "2018_I10gem.txt"), only="gem-10-to-9")
    if to_10:
        load(make_member(to_10, "2018_I9gem.txt"), only="gem-9-to-10")


def make_icd9(*lines: str) -> CodeRelease:
    """Diagnoses as CMS lists them: "25000 Title"."""
    text = "".join(f"{line}\r\n" for line in lines)
    return load(
        make_member(text.encode("cp1252"), "CMS32_DESC_LONG_DX.txt"),
        only="icd9cm",
        hints=Hints(effective=date(2014, 10, 1), edition="Version 32"),
    )
