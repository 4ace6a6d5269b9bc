"""The indexes of this product: their fields, weights, facets, orders and synonyms, as code."""

from __future__ import annotations

from search.contract import Field, IndexSpec, Kind

DESCENDING = True

# One work under its many titles: each phrase means the word before it.
USUAL_TITLES: dict[str, tuple[str, ...]] = {
    "coder": (
        *("medical coder", "medical coders", "medical coding", "medical coding specialist"),
        *("coding specialist", "coding specialists", "coding technician", "coding analyst"),
        *("coding professional", "coding associate", "coding abstractor", "coder abstractor"),
        *("him coder", "him coders", "him coding specialist", "him technician coder"),
        *("health information coder", "health information management coder"),
        *("clinical coder", "clinical coding specialist", "certified coder"),
        *("certified medical coder", "medical code specialist", "code specialist"),
        *("medical records coder", "medical record coder", "medical records technician"),
        *("medical record technician", "medical records technician coder"),
        *("medical record technician coder", "coders", "abstractor"),
    ),
    "senior": ("sr", "snr"),
    "i": ("1", "level 1", "level i"),
    "ii": ("2", "level 2", "level ii"),
    "iii": ("3", "level 3", "level iii"),
}
# One-way lists would surprise a visitor: each group holds for every word in it.
TRADE_SYNONYMS: dict[str, tuple[str, ...]] = {
    "hcc": ("risk adjustment",),
    "risk adjustment": ("hcc",),
    "profee": ("professional fee", "pro fee"),
    "professional fee": ("profee",),
    "pro fee": ("profee",),
    "cdi": ("clinical documentation integrity", "clinical documentation improvement"),
    "ed": ("emergency department",),
    "er": ("emergency department",),
    "emergency department": ("ed",),
    "ip": ("inpatient",),
    "op": ("outpatient",),
    "asc": ("ambulatory surgery",),
    "ambulatory surgery": ("asc",),
    "himcoder": ("him coder",),
    "ir": ("interventional radiology",),
    "ob": ("obstetrics",),
    "ortho": ("orthopaedics", "orthopedics"),
    "orthopedics": ("orthopaedics",),
    "pediatrics": ("paediatrics",),
    "anesthesia": ("anaesthesia",),
    "wfh": ("remote",),
    "apprentice": ("entry level", "trainee"),
    "senior": ("sr",),
    "coding": ("coder",),
    **{phrase: (usual,) for usual, phrases in USUAL_TITLES.items() for phrase in phrases},
}

JOBS = IndexSpec(
    name="jobs",
    fields=(
        Field("id", Kind.KEYWORD, filterable=True),
        Field("title", Kind.TEXT, weight=10),
        Field("usual_title", Kind.TEXT, weight=9),
        Field("credentials", Kind.KEYWORD, facet=True, filterable=True),
        Field("credentials_required", Kind.KEYWORD, facet=True, filterable=True),
        Field("credentials_preferred", Kind.KEYWORD, facet=True, filterable=True),
        Field("credential_words", Kind.TEXT, weight=8),
        Field("code_words", Kind.CODE, weight=8),
        Field("organisation", Kind.TEXT, weight=6),
        Field("keywords", Kind.TEXT, weight=4),  # labels of setting, specialty, tools, code sets
        Field("place", Kind.TEXT, weight=3),
        Field("body", Kind.TEXT, weight=1),
        # What the title itself says of the work, such as "specialty:cardiology".
        Field("said", Kind.KEYWORD, filterable=True),
        Field("organisation_id", Kind.INTEGER, filterable=True),
        Field("employer", Kind.KEYWORD, facet=True, filterable=True),  # its slug
        Field("settings", Kind.KEYWORD, facet=True, filterable=True),
        Field("specialties", Kind.KEYWORD, facet=True, filterable=True),
        Field("code_sets", Kind.KEYWORD, facet=True, filterable=True),
        Field("tools", Kind.KEYWORD, facet=True, filterable=True),
        Field("role", Kind.KEYWORD, facet=True, filterable=True),
        Field("engagement", Kind.KEYWORD, facet=True, filterable=True),
        Field("experience", Kind.KEYWORD, facet=True, filterable=True),
        Field("place_kind", Kind.KEYWORD, facet=True, filterable=True),
        # Every state the job may be done from: its own, or each eligible one of a remote job.
        Field("states", Kind.KEYWORD, facet=True, filterable=True),
        Field("everywhere", Kind.BOOLEAN, filterable=True),  # remote, and open to all of them
        Field("town", Kind.KEYWORD, facet=True, filterable=True),  # not of a remote job
        Field("point", Kind.GEO, filterable=True),
        Field("apprentice", Kind.BOOLEAN, facet=True, filterable=True),
        Field("productivity", Kind.BOOLEAN, facet=True, filterable=True),  # stated or not
        Field("accuracy", Kind.BOOLEAN, facet=True, filterable=True),
        Field("pay_unit", Kind.KEYWORD, facet=True, filterable=True),
        # Cents a year, so that hourly and yearly pay compare; absent for piece rates.
        Field("pay_low", Kind.INTEGER, filterable=True),
        Field("pay_high", Kind.INTEGER, filterable=True, sortable=True),
        Field("rate_high", Kind.INTEGER, filterable=True),  # cents per pay_unit
        Field("published", Kind.INTEGER, filterable=True, sortable=True),
        Field("expires", Kind.INTEGER, filterable=True, sortable=True),
        Field("featured", Kind.INTEGER, filterable=True, sortable=True),
        Field("quality", Kind.INTEGER, sortable=True),
        Field("revision", Kind.INTEGER),
    ),
    orders={
        "newest": (("published", DESCENDING),),
        "pay": (("pay_high", DESCENDING), ("published", DESCENDING)),
        "closing": (("expires", not DESCENDING),),
        "browse": (("quality", DESCENDING), ("published", DESCENDING)),
    },
    tie_breakers=(("featured", DESCENDING), ("quality", DESCENDING), ("published", DESCENDING)),
    synonyms=TRADE_SYNONYMS,
)

CODES = IndexSpec(
    name="codes",
    fields=(
        Field("id", Kind.KEYWORD),
        # Both spellings, E11.9 and E119, lower case.
        Field("code_words", Kind.CODE, weight=10),
        Field("title", Kind.TEXT, weight=8),
        Field("terms", Kind.TEXT, weight=4),  # inclusion terms
        Field("system", Kind.KEYWORD, facet=True, filterable=True),
        Field("kind", Kind.KEYWORD, filterable=True),
        Field("billable", Kind.BOOLEAN, filterable=True),
        Field("code", Kind.STORED),
        Field("shown", Kind.STORED),
        # Position in the book: the tie-breaker that keeps neighbours together.
        Field("position", Kind.INTEGER, sortable=True),
        Field("revision", Kind.INTEGER),
    ),
    orders={"book": (("position", not DESCENDING),)},
    tie_breakers=(("position", not DESCENDING),),
)

ALL_INDEXES: tuple[IndexSpec, ...] = (JOBS, CODES)
