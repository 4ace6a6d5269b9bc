"""Invented downloads of the Medicare Coverage Database, laid out as CMS ships them, and loaded."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from app import clock
from app.codes.intake.contract import Hints
from app.codes.intake.files import Member
from app.codes.intake.mcd import ARTICLES, LCDS
from app.codes.intake.mcd_ncd import COLUMNS as NCD_COLUMNS
from app.codes.intake.rows import Entry
from app.codes.models import CodeRelease
from app.codes.services.editions import forget_editions
from app.codes.services.importing.bulk import write_rows
from app.extensions import db
from tests.factories.codes import load, make_member

EFFECTIVE = date(2026, 4, 1)
CONTRACTORS = {
    "9": ("00901", "Imaginary Administrators, Inc.", ("MO", "KS")),
    "10": ("01001", "Invented Benefit Services", ("TX",)),
}
STATES = {"1": ("MO", "Missouri"), "2": ("KS", "Kansas"), "3": ("TX", "Texas")}
Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Article:
    number: str = "57520"
    title: str = "Billing and Coding: an imaginary service"
    contractor: str = "9"
    lcd: str = "35000"
    ncd: str = ""
    text: str = "<p>Bill it <b>once</b>.</p>"
    codes: Sequence[str] = ("J1100",)
    covered: Mapping[int, Sequence[str]] = field(default_factory=lambda: {1: ("E11.9",)})
    noncovered: Sequence[str] = ()
    paragraph: str = "<p>Any of these supports it.</p>"
    retired: str = ""


def article_members(*articles: Article) -> list[Member]:
    tables: dict[str, Rows] = _contractors()
    for one in articles:
        key = {"article_id": one.number, "article_version": "3"}
        _add(tables, "article", key, title=one.title, article_type="2", status="A",
             article_eff_date="2024-01-01 00:00:00", last_updated="2026-04-01 00:00:00",
             date_retired=one.retired, description=one.text)  # fmt: skip
        _add(tables, "article_x_contractor", key, contractor_id=one.contractor,
             contractor_type_id="8", contractor_version="1")  # fmt: skip
        _add(tables, "article_related_documents", key, r_lcd_id=one.lcd)
        _add(tables, "article_related_ncd_documents", key, r_ncd_id=one.ncd or "0")
        _add(tables, "article_x_icd10_covered_group", key, icd10_covered_group="1",
             paragraph=one.paragraph)  # fmt: skip
        for code in one.codes:
            _add(tables, "article_x_hcpc_code", key, hcpc_code_id=code, hcpc_code_group="1",
                 range="N")  # fmt: skip
        for group, codes in one.covered.items():
            for code in codes:
                _add(tables, "article_x_icd10_covered", key, icd10_code_id=code,
                     icd10_covered_group=str(group), range="N")  # fmt: skip
        for code in one.noncovered:
            _add(tables, "article_x_icd10_noncovered", key, icd10_code_id=code,
                 icd10_noncovered_group="1", range="N")  # fmt: skip
    tables["article_type_lookup"] = [{"article_type_id": "2", "description": "Billing and Coding"}]
    return _members(tables, ARTICLES.columns)


def lcd_members(number: str = "35000", title: str = "An imaginary determination") -> list[Member]:
    tables = _contractors()
    key = {"lcd_id": number, "lcd_version": "7"}
    _add(tables, "lcd", key, title=title, status="A", last_updated="2026-04-01 00:00:00",
         rev_eff_date="2024-02-01 00:00:00", indication="<p>Where it helps.</p>")  # fmt: skip
    _add(tables, "lcd_x_contractor", key, contractor_id="9", contractor_type_id="8",
         contractor_version="1")  # fmt: skip
    return _members(tables, LCDS.columns)


def ncd_members(*determinations: tuple[str, str, str]) -> list[Member]:
    """Of each its number in the database, its section and its title."""
    tables: dict[str, Rows] = {"ncd_trkg": [], "ncd_bnft_ctgry_ref": [], "ncd_trkg_bnft_xref": []}
    for number, section, title in determinations:
        tables["ncd_trkg"].append({
            "ncd_id": number, "ncd_vrsn_num": "1", "ncd_mnl_sect": section,
            "ncd_mnl_sect_title": title, "cvrg_lvl_cd": "2",
            "ncd_efctv_dt": "2010-01-01 00:00:00", "last_updt_tmstmp": "2026-04-01 00:00:00",
            "itm_srvc_desc": "<p>What it is.</p>", "indctn_lmtn": "<p>When it is covered.</p>",
        })  # fmt: skip
    return _members(tables, NCD_COLUMNS)


def make_articles(*articles: Article) -> CodeRelease:
    return load(*article_members(*articles), only="mcd-articles", hints=Hints(effective=EFFECTIVE))


def make_lcds(number: str = "35000") -> CodeRelease:
    return load(*lcd_members(number), only="mcd-lcds", hints=Hints(effective=EFFECTIVE))


def make_ncds(*determinations: tuple[str, str, str]) -> CodeRelease:
    found = ncd_members(*(determinations or (("77", "20.7", "An imaginary angioplasty"),)))
    return load(*found, only="mcd-ncds", hints=Hints(effective=EFFECTIVE))


def _add(tables: dict[str, Rows], table: str, key: dict[str, str], **cells: str) -> None:
    tables.setdefault(table, []).append(key | cells)


def _contractors() -> dict[str, Rows]:
    number_of = {abbreviation: number for number, (abbreviation, _) in STATES.items()}
    return {
        "contractor": [
            {"contractor_id": key, "contractor_type_id": "8", "contractor_version": "1",
             "contractor_bus_name": name, "contractor_number": number}
            for key, (number, name, _) in CONTRACTORS.items()
        ],
        "contractor_jurisdiction": [
            {"contractor_id": key, "contractor_type_id": "8", "contractor_version": "1",
             "state_id": number_of[state]}
            for key, (_, _, states) in CONTRACTORS.items()
            for state in states
        ],
        "contractor_type_lookup": [{"contractor_type_id": "8", "description": "A and B MAC"}],
        "state_lookup": [
            {"state_id": key, "state_abbrev": abbreviation, "description": name}
            for key, (abbreviation, name) in STATES.items()
        ],
    }  # fmt: skip


def _members(tables: dict[str, Rows], columns: Mapping[str, Sequence[str]]) -> list[Member]:
    members = []
    for name, rows in tables.items():
        out = io.StringIO()
        writer = csv.DictWriter(out, columns[name], restval="", quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)
        members.append(make_member(out.getvalue(), f"{name}.csv"))
    return members


def make_cpt_numbers(*numbers: str) -> CodeRelease:
    """A release of CPT numbers, without what they are called."""
    now = clock.now()
    release = CodeRelease(
        kind="cpt", edition="invented", effective_from=EFFECTIVE, effective_to=None, source="x",
        sha256="x", state="published", imported_at=now, heartbeat_at=now, published_at=now,
    )  # fmt: skip
    db.session.add(release)
    db.session.flush()
    rows = [
        Entry(number, number, "code", "", True, None, None, "", position)
        for position, number in enumerate(numbers or ("99213",), start=1)
    ]
    write_rows(release.id, Entry, rows)
    db.session.commit()
    forget_editions()
    return release
