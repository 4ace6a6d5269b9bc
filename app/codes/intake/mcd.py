"""Coverage articles and local coverage determinations, from the Medicare Coverage Database.

Source: the downloads at cms.gov/medicare-coverage-database, `current_article.zip` and
`current_lcd.zip` (or `all_lcd.zip`): a zip within the zip, comma separated tables inside. Codes
stand at articles; an article is joined to its determination by `article_related_documents`.
`range` is B, M, E or N: where a code stands in a range (every code of it has its own row), or
that it stands in none. The code XX000 means “not applicable”.
"""

from __future__ import annotations

from functools import partial

from app.codes.intake.contract import Hints, Kind, Parts, Quarantine, Reading
from app.codes.intake.mcd_documents import Documents, Family
from app.codes.intake.mcd_ncd import NCDS
from app.codes.intake.mcd_tables import Tables, dated, recognised_as
from app.codes.intake.rows import batches

ARTICLES = Family(
    name="article",
    letter="A",
    document={
        "title": "title",
        "type": "article_type",
        "effective": "article_eff_date",
        "ended": "article_end_date",
        "retired": "date_retired",
        "updated": "last_updated",
        "keywords": "keywords",
        "text": "description",
    },
    days=("effective", "ended", "retired", "updated"),
    lists={
        "article_related_documents": ("r_lcd_id",),
        "article_related_ncd_documents": ("r_ncd_id",),
        "article_x_bill_code": ("bill_code_id", "description"),
        "article_x_hcpc_code": (
            "hcpc_code_id", "hcpc_code_group", "range", "long_description", "short_description",
        ),
        "article_x_hcpc_code_group": ("hcpc_code_group", "paragraph"),
        "article_x_hcpc_modifier": (
            "hcpc_modifier_code_id", "hcpc_modifier_group", "description",
        ),
        "article_x_hcpc_modifier_group": ("hcpc_modifier_group", "paragraph"),
        "article_x_icd10_covered": (
            "icd10_code_id", "icd10_covered_group", "range", "asterisk",
        ),
        "article_x_icd10_covered_group": (
            "icd10_covered_group", "paragraph", "icd10_covered_ast",
        ),
        "article_x_icd10_noncovered": ("icd10_code_id", "icd10_noncovered_group", "range"),
        "article_x_icd10_noncovered_group": ("icd10_noncovered_group", "paragraph"),
    },
    needed=(
        "article", "article_related_documents", "article_x_contractor", "article_x_hcpc_code",
        "article_x_icd10_covered", "contractor", "contractor_jurisdiction", "state_lookup",
    ),
)  # fmt: skip

LCDS = Family(
    name="lcd",
    letter="L",
    document={
        "title": "title",
        "effective": "rev_eff_date",
        "first_effective": "orig_det_eff_date",
        "ended": "rev_end_date",
        "retired": "date_retired",
        "updated": "last_updated",
        "keywords": "keywords",
        "text": "indication",
    },
    days=("effective", "first_effective", "ended", "retired", "updated"),
    lists={
        "lcd_related_documents": ("r_article_id",),
        "lcd_related_ncd_documents": ("r_ncd_id",),
        "lcd_x_hcpc_code": (
            "hcpc_code_id", "hcpc_code_group", "range", "long_description", "short_description",
        ),
        "lcd_x_hcpc_code_group": ("hcpc_code_group", "paragraph"),
    },
    needed=("lcd", "lcd_x_contractor", "contractor", "contractor_jurisdiction", "state_lookup"),
)  # fmt: skip


def _read(parts: Parts, hints: Hints, *, family: Family) -> Reading:
    quarantine = Quarantine()
    tables = Tables(parts, family.columns, family.needed, quarantine)
    documents = Documents(family, tables)
    edition, effective = dated(hints, parts, documents.newest)
    reading = Reading(edition, effective, iter(()), quarantine=quarantine)
    reading.batches = batches(documents.facts(effective, reading.dropped))
    return reading


def _kind(family: Family, name: str, title: str, floor: int) -> Kind:
    return Kind(
        name=name,
        title=title,
        owner="CMS",
        floor=floor,
        recognise=partial(recognised_as, columns=family.columns),
        read=partial(_read, family=family),
        notice=True,
        source="https://www.cms.gov/medicare-coverage-database/downloads/downloads.aspx",
    )


KINDS: tuple[Kind, ...] = (
    _kind(ARTICLES, "mcd-articles", "Medicare coverage articles", 100),
    _kind(LCDS, "mcd-lcds", "Local coverage determinations", 50),
    NCDS,
)
