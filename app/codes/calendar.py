"""When the makers of releases bring out new editions, by kind."""

from __future__ import annotations

from datetime import date

YEARLY, HALF_YEARLY, QUARTERLY = (1,), (4, 10), (1, 4, 7, 10)

# The months whose first day a new edition takes effect on. Kinds that are not here have ended, or
# come at no fixed time.
MONTHS: dict[str, tuple[int, ...]] = {
    "icd10cm": HALF_YEARLY,
    "icd10cm-index": HALF_YEARLY,
    "icd10cm-neoplasm": HALF_YEARLY,
    "icd10cm-drug": HALF_YEARLY,
    "icd10pcs": HALF_YEARLY,
    "icd10pcs-index": (10,),
    "icd10pcs-keys": (10,),
    "hcpcs": QUARTERLY,
    "ptp-practitioner": QUARTERLY,
    "ptp-hospital": QUARTERLY,
    "mue-practitioner": QUARTERLY,
    "mue-outpatient": QUARTERLY,
    "mue-dme": QUARTERLY,
    "add-on": QUARTERLY,
    "pprrvu": QUARTERLY,
    "pprrvu-qpp": QUARTERLY,
    "gpci": YEARLY,
    "locality": YEARLY,
    "anesthesia": YEARLY,
    "opps-cap": QUARTERLY,
    "opps": QUARTERLY,
    "asc": QUARTERLY,
    "asp": QUARTERLY,
    "asp-ndc": QUARTERLY,
    "ms-drg": HALF_YEARLY,
    "cms-hcc": YEARLY,
    "cpt-descriptors": YEARLY,
}
_FISCAL = ("icd10cm", "icd10pcs", "ms-drg")


def next_due(kind: str, effective: date) -> date | None:
    """When the edition after one of a day is to take effect; None where there is no calendar."""
    months = MONTHS.get(kind, ())
    later = [date(effective.year, month, 1) for month in months if month > effective.month]
    if later:
        return later[0]
    return date(effective.year + 1, months[0], 1) if months else None


def fiscal_year(kind: str, effective: date) -> int | None:
    """The government's year an edition is of, begun on October 1 before; None where it has none."""
    if not kind.startswith(_FISCAL):
        return None
    return effective.year + (effective.month >= 10)
