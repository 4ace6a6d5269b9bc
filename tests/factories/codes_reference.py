"""A small reference of every kind: a few codes of each system, with invented figures about them."""

from __future__ import annotations

from datetime import date

from app.codes.intake.rows import Edit, Entry, Fact, Term, fact, packed
from app.codes.services.importing.cpt_numbers import renew_numbers
from app.extensions import db
from tests.factories.codes_coverage import Article, make_articles
from tests.factories.codes_facts import make_rows

SPRING, NEW_YEAR = date(2026, 4, 1), date(2026, 1, 1)
_VISIT = {"status": "A", "global": "XXX", "pctc": "0", "mult": "0", "bilateral": "0",
          "assistant": "0", "co": "0", "team": "0", "supervision": "09", "imaging": "99",
          "pre": "0", "intra": "0", "post": "0", "factor": "33.0"}  # fmt: skip


def _entry(key: str, title: str, position: int, parent: str = "", **more: object) -> Entry:
    kind = str(more.get("kind", "code"))
    above = str(more.get("above", parent))
    shown = str(more.get("shown", key))
    return Entry(key, shown, kind, title, kind == "code", None, parent or None, above, position)


def make_reference() -> None:
    """Releases of every kind that a code page speaks of, but for ICD-10-CM itself."""
    _make_systems()
    _make_payment()
    _make_edits()
    _make_crosswalks()
    _make_coverage()
    renew_numbers()
    db.session.commit()


def _make_systems() -> None:
    make_rows(
        "hcpcs",
        [
            _entry("J", "Drugs", 1, kind="chapter"),
            _entry("J0120-J3591", "Drugs given by injection", 2, "J", kind="section"),
            _entry("J1100", "Injection, of an invented drug, 1 mg", 3, "J0120-J3591",
                   above="J/J0120-J3591"),
            _entry("J1110", "Injection, of another invented drug, per 1 mg", 4, "J0120-J3591",
                   above="J/J0120-J3591"),
            fact("hcpcs", "J1100", coverage="D", pricing=["51"], tos=["1"], added="1982-01-01"),
        ],
        effective=NEW_YEAR,
        edition="January 2026",
    )  # fmt: skip
    make_rows(
        "icd10pcs",
        [
            _entry("0", "Medical and Surgical", 1, kind="chapter"),
            _entry("00", "Central Nervous System", 2, "0", kind="section"),
            _entry("001", "Bypass", 3, "00", above="0/00", kind="category"),
            _entry("0016070", "Bypass of one place to another, Open Approach", 4, "001",
                   above="0/00/001"),
            fact("pcs_table", "001", definition="Altering the route of passage", rows=[[
                ["Body Part", {"6": "Cerebral Ventricle"}], ["Approach", {"0": "Open"}],
                ["Device", {"7": "Autologous Tissue Substitute"}],
                ["Qualifier", {"0": "Nasopharynx"}]]]),
        ],
        effective=date(2025, 10, 1),
        edition="2026",
    )  # fmt: skip
    make_rows(
        "icd9cm",
        [_entry("25000", "Diabetes of an earlier edition", 1, shown="250.00")],
        effective=date(2014, 10, 1),
        edition="Version 32",
    )
    make_rows(
        "icd9pcs", [_entry("0001", "A procedure", 1, shown="00.01")], effective=date(2014, 10, 1)
    )
    path = "Diabetes, type 2"
    make_rows(
        "icd10cm-index",
        [
            Term("index", 1, 0, None, "D", "Diabetes (mellitus)", packed({"code": "E11.9"})),
            Term("index", 2, 1, 1, "D", "type 2", packed({"code": "E11.9"})),
            fact("indexed", "E119", "2", path=path, book="index"),
        ],
        effective=SPRING,
    )  # fmt: skip


def _make_payment() -> None:
    make_rows(
        "pprrvu",
        [
            fact("rvu", "99213", **_VISIT, work="1.3", nonfac_pe="1.33", fac_pe="0.56", mp="0.1"),
            fact("rvu", "99214", **_VISIT, work="1.9", nonfac_pe="1.8", fac_pe="0.8", mp="0.13"),
            fact("rvu", "20610", **{**_VISIT, "global": "000", "mult": "2", "bilateral": "1"},
                 work="0.79", nonfac_pe="0.99", fac_pe="0.46", mp="0.12"),
            fact("rvu", "89353", **{**_VISIT, "status": "X"}, work="0", nonfac_pe="0", fac_pe="0",
                 mp="0"),
        ],
        effective=NEW_YEAR,
    )  # fmt: skip
    places = [("01112-05", "CA", "SAN FRANCISCO", "1.09"), ("05302-01", "MO", "ST. LOUIS", "1"),
              ("02102-01", "AK", "ALASKA", "1.5")]  # fmt: skip
    make_rows("gpci", [fact("gpci", key, state=state, name=name, work=work, pe="1.1", mp="0.9")
                       for key, state, name, work in places])  # fmt: skip
    make_rows("locality", [fact("locality", key, state=state, area=name, counties="ALL COUNTIES")
                           for key, state, name, _ in places])  # fmt: skip
    rates = {"apc": "5441", "weight": "3.2", "rate": "280.10", "minimum_copay": "56.02"}
    opps = [fact("opps", "99213", status="B"), fact("opps", "20610", status="T", **rates)]
    make_rows("opps", opps, effective=SPRING)
    make_rows(
        "asp",
        [fact("asp", "J1100", dosage="1 MG", limit="0.105", coinsurance="20.000")],
        effective_to=date(2026, 12, 31),
    )
    make_rows("asp-ndc", [fact("ndc", "J1100", f"0000000000{n}", ndc=f"00000-0000-0{n}",
                               labeler="Invented Labs", drug="Invented drug", dosage="1 MG",
                               package_size="1", package_quantity="30", units="120",
                               units_package="3600") for n in range(3)])  # fmt: skip
    make_rows(
        "rbcs", [fact("rbcs", "99213", category="E&M", subcategory="Office", family="Visits")]
    )


def _make_edits() -> None:
    limits: list[Fact] = [
        fact("mue", "99213", units=2, indicator=3, rationale="Clinical: Data"),
        fact("mue", "20610", units=2, indicator=2, rationale="Anatomic Consideration"),
    ]
    make_rows("mue-practitioner", limits)
    make_rows("mue-outpatient", limits)
    make_rows("add-on", [fact("add_on", "99417", "99214", type=1), fact("add_on", "99417", "99213",
                                                                        type=1)])  # fmt: skip
    make_rows(
        "ptp-practitioner",
        [
            Edit("20610", "99213", "2020-01-01", None, 1, 1),
            Edit("99213", "36591", "2010-01-01", None, 0, 2),
            Edit("99214", "99213", "2010-01-01", None, 1, 1),
        ],
        legend={"1": "Standards of medical or surgical practice", "2": "More extensive procedure"},
    )


def _make_crosswalks() -> None:
    make_rows("gem-10-to-9", [fact("gem", "E119", "25000", flags="10000", approximate=1, no_map=0,
                                   combination=0, scenario=0, choice=0)],
              effective=date(2017, 10, 1))  # fmt: skip
    make_rows("gem-9-to-10", [fact("gem", "25000", "E119", flags="10000", approximate=1, no_map=0,
                                   combination=0, scenario=0, choice=0)],
              effective=date(2017, 10, 1))  # fmt: skip
    make_rows("ms-drg", [
        fact("mdc", "10", title="Endocrine diseases"),
        *(fact("drg", number, title=f"Diabetes {what}", mdc="10", type="MED", weight=weight,
               gmlos="2.1", amlos="3.0")
          for number, what, weight in (("637", "with MCC", "1.4367"), ("638", "with CC", "0.8962"),
                                       ("639", "without CC/MCC", "0.6212"))),
        fact("dx", "E119", mdc="10", drgs=["637", "638", "639"]),
    ], effective=SPRING)  # fmt: skip
    model = "CMS-HCC Model V28"
    make_rows("cms-hcc", [
        fact("hcc", "E119", f"{model}:38", model=model, version="V28", cc="38",
             label="Diabetes without complication"),
        fact("hcc_hierarchy", f"{model}:37", f"{model}:38", model=model, parent="37", child="38",
             label="Diabetes without complication"),
        fact("hcc_category", f"{model}:37", model=model, version="V28", cc="37",
             label="Diabetes with complications"),
        fact("hcc_category", f"{model}:38", model=model, version="V28", cc="38",
             label="Diabetes without complication"),
        fact("hcc_eligible", "99213"),
    ])  # fmt: skip


def _make_coverage() -> None:
    make_articles(Article("57520", codes=("99213", "20610"), covered={1: ("E11.9",)}))
