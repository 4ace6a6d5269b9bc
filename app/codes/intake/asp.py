"""Reading what Medicare Part B pays for drugs, and which products each drug code stands for.

Both are the quarterly ASP files of https://www.cms.gov/medicare/payment/part-b-drugs/
asp-pricing-files: the payment allowance limits, and the crosswalk from NDC to HCPCS.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

from app.codes.intake.contract import Hints, Kind, Parts, Reading
from app.codes.intake.days import month_named
from app.codes.intake.files import Member
from app.codes.intake.headings import HCPCS, Names, Table, headed, number, preamble, table
from app.codes.intake.rows import Row, batches, fact, is_public
from app.errors import Invalid

_CODE = ("hcpcs code", "hcpcs")
_CROSSWALK_CODE = ("*_code", "hcpcs code")  # its full name begins with the year: "_2026_CODE"
_NDC = ("ndc2", "ndc")
_LIMITS: Names = {
    "code": _CODE,
    "text": ("short description", "short descriptor"),
    "dosage": ("hcpcs code dosage", "hcpcs dosage"),
    "limit": ("payment limit",),
    "coinsurance": ("co-insurance percentage", "coinsurance percentage"),
    "vaccine_awp": ("vaccine awp%",),
    "vaccine_limit": ("vaccine limit",),
    "blood_awp": ("blood awp%",),
    "blood_limit": ("blood limit",),
    "clotting": ("clotting factor",),
    "notes": ("notes",),
}
_LIMITS_SOMETIMES = {"coinsurance"}  # files before 2023 have none
_PRODUCTS: Names = {
    "ndc": _NDC,
    "code": _CROSSWALK_CODE,
    "text": ("short description", "short descriptor"),
    "labeler": ("labeler name",),
    "drug": ("drug name",),
    "dosage": ("hcpcs dosage", "hcpcs code dosage"),
    "package_size": ("pkg size",),
    "package_quantity": ("pkg qty",),
    "units": ("billunits",),
    "units_package": ("billunitspkg",),
}
_PERIOD = re.compile(
    r"effective\s+([a-z]+)\s+(\d{1,2}),?\s+(20\d\d)\s+(?:through|to|-)\s+"
    r"([a-z]+)\s+(\d{1,2}),?\s+(20\d\d)",
    re.IGNORECASE,
)
_HYPHENS = re.compile(r"(\d{5})-(\d{4})-(\d{2})")
_SHORTER = re.compile(r"(\d{4,5})-(\d{3,4})-(\d{1,2})")  # the 10-digit forms of the FDA
_SOURCE = "https://www.cms.gov/medicare/payment/part-b-drugs/asp-pricing-files"

_RowOf = Callable[[dict[str, str], Reading], tuple[tuple[str, str], Row]]


def _recognise_limits(member: Member) -> str | None:
    return "limits" if headed(member, _CODE, _LIMITS["limit"], _LIMITS["dosage"]) else None


def _recognise_products(member: Member) -> str | None:
    wanted = (_NDC, _CROSSWALK_CODE, _PRODUCTS["units_package"])
    return "crosswalk" if headed(member, *wanted) else None


def _read_limits(parts: Parts, hints: Hints) -> Reading:
    member = _only(parts, "limits")
    found = table(member, _LIMITS, first="code", optional=_LIMITS_SOMETIMES)
    return _reading(member, found, hints, _limit_row)


def _read_products(parts: Parts, hints: Hints) -> Reading:
    member = _only(parts, "crosswalk")
    found = table(member, _PRODUCTS, first="ndc")
    return _reading(member, found, hints, _product_row)


def _only(parts: Parts, part: str) -> Member:
    given = parts.get(part, ())
    if len(given) != 1:
        raise Invalid("One file of a quarter is read at a time.")
    return given[0]


def _reading(member: Member, found: Table, hints: Hints, row_of: _RowOf) -> Reading:
    begins, ends = _period(member, hints)
    reading = Reading(hints.edition or f"{begins:%B %Y}", begins, iter(()), effective_to=ends)

    def rows() -> Iterator[Row]:
        seen: set[tuple[str, str]] = set()
        for line, cells in found.records(reading.quarantine):
            if _note(cells):
                continue
            try:
                key, row = row_of(cells, reading)
                if key in seen:
                    raise ValueError(f"{' '.join(key)} is listed twice; the first row was kept.")
            except ValueError as error:
                reading.quarantine.add(found.name, line, str(error), ",".join(cells.values()))
            else:
                seen.add(key)
                yield row

    reading.batches = batches(rows())
    return reading


def _limit_row(cells: dict[str, str], reading: Reading) -> tuple[tuple[str, str], Row]:
    code = _hcpcs(cells)
    money = {
        name: number(cells.get(name, ""))
        for name in (
            "limit", "coinsurance", "vaccine_awp", "vaccine_limit", "blood_awp", "blood_limit",
            "clotting",
        )
    }  # fmt: skip
    row = fact(
        "asp",
        code,
        "",
        dosage=cells["dosage"],
        notes=cells["notes"],
        text=_public_text(code, cells, reading),
        **money,
    )
    return (code, ""), row


def _product_row(cells: dict[str, str], reading: Reading) -> tuple[tuple[str, str], Row]:
    code, written = _hcpcs(cells), cells["ndc"]
    ndc = digits(written)
    sizes = ("package_size", "package_quantity", "units", "units_package")
    row = fact(
        "ndc",
        code,
        ndc,
        ndc=written,
        labeler=cells["labeler"],
        drug=cells["drug"],
        dosage=cells["dosage"],
        text=_public_text(code, cells, reading),
        **{name: number(cells[name]) for name in sizes},
    )
    return (code, ndc), row


def digits(written: str) -> str:
    """An NDC as the eleven digits that claims have, whichever way its hyphens stand.

    One product of the crosswalk is known by twelve digits, the code on its box: they are kept.
    Raises ValueError for what is no NDC.
    """
    if found := _HYPHENS.fullmatch(written):
        return "".join(found.groups())
    if found := _SHORTER.fullmatch(written):
        labeler, product, package = found.groups()
        if len(labeler + product + package) == 10:
            return labeler.zfill(5) + product.zfill(4) + package.zfill(2)
    if written.isascii() and written.isdigit() and len(written) in (11, 12):
        return written
    raise ValueError(f"“{written[:20]}” is no NDC.")


def _hcpcs(cells: dict[str, str]) -> str:
    if not HCPCS.fullmatch(cells["code"]):
        raise ValueError(f"“{cells['code'][:20]}” is no HCPCS code.")
    return cells["code"]


def _note(cells: dict[str, str]) -> bool:
    """Whether the row is a note under the table: text in one cell, and no code."""
    filled = [text for text in cells.values() if text]
    return len(filled) == 1 and not HCPCS.fullmatch(filled[0])


def _public_text(code: str, cells: dict[str, str], reading: Reading) -> str | None:
    if is_public(code):
        return cells["text"]
    if cells["text"]:
        reading.dropped["text"] += 1
    return None


def _period(member: Member, hints: Hints) -> tuple[date, date | None]:
    """The first and the last day, from "Effective January 1, 2026 through March 31, 2026"."""
    text = preamble(member, [*_CODE, "_20"])
    found = _PERIOD.search(text)
    begins = ends = None
    if found:
        begins = month_named([f"{found[1]} {found[2]}, {found[3]}"])
        ends = month_named([f"{found[4]} {found[5]}, {found[6]}"])
    if begins is None:
        ends = None
        named = month_named([text.split("\n", 1)[0], member.name, member.archive])
        begins = named.replace(day=1) if named else None
    if hints.effective and hints.effective != begins:
        begins, ends = hints.effective, None
    if begins is None:
        raise Invalid(
            f"{member.name} does not say which quarter it is of: add --effective YYYY-MM-DD."
        )
    return begins, ends if ends and ends >= begins else None


KINDS: tuple[Kind, ...] = (
    Kind(
        name="asp",
        title="ASP payment limits of Part B drugs",
        owner="CMS",
        floor=300,
        recognise=_recognise_limits,
        read=_read_limits,
        notice=True,
        source=_SOURCE,
    ),
    Kind(
        name="asp-ndc",
        title="ASP crosswalk from NDC to HCPCS",
        owner="CMS",
        floor=1_000,
        recognise=_recognise_products,
        read=_read_products,
        notice=True,
        source=_SOURCE,
    ),
)
