"""PPRRVU, the relative values of the physician fee schedule with their payment indicators."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from itertools import chain

from app.codes.intake import cms_tables, pfs_days
from app.codes.intake.cms_tables import CODE, beginning, beginning_of, cells, is_note, is_number
from app.codes.intake.contract import Hints, Kind, Parts, Reading
from app.codes.intake.files import Member
from app.codes.intake.rows import Fact, batches, fact, is_public
from app.errors import Invalid

_SOURCE = "https://www.cms.gov/medicare/payment/fee-schedules/physician/pfs-relative-value-files"
_HEADER_WITHIN = 40  # rows
_STACKED = 7  # rows that may hold the words of one column's name, one above the other

_NONFAC = r"non[-_ ]?fac(?:ility)?"
# By the words of a column's name from top to bottom. CMS's own are stacked over several rows; those
# of the same file laid out again stand in one.
_COLUMNS = {
    "code": r"hcpcs",
    "modifier": r"(?:.* )?mod",
    "text": r"(?:.* )?description",
    "status": r"status[_ ]code",
    "not_used": r"not[_ ]used[_ ]for[_ ]medicare[_ ]payment.*",
    "work": r"(?:.* )?work[_ ]rvu",
    "nonfac_pe": rf"(?:.* )?{_NONFAC}[_ ]pe[_ ]rvu",
    "nonfac_na": rf"{_NONFAC}[_ ](?:na[_ ])?indicator",
    "fac_pe": r"(?:.* )?facility[_ ]pe[_ ]rvu",
    "fac_na": r"facility[_ ](?:na[_ ])?indicator",
    "mp": r"(?:.* )?mp[_ ]rvu",
    "nonfac_total": rf"(?:.* )?{_NONFAC}[_ ]total",
    "fac_total": r"(?:.* )?facility[_ ]total",
    "pctc": r"pc/?tc[_ ]ind",
    "global": r"glob[_ ]days",
    "pre": r"pre[_ ]op",
    "intra": r"intra[_ ]op",
    "post": r"post[_ ]op",
    "mult": r"mult[_ ]proc",
    "bilateral": r"bilat[_ ]surg",
    "assistant": r"asst[_ ]surg",
    "co": r"co-?[_ ]surg",
    "team": r"team[_ ]surg",
    "price_indicator": r"pric[_ ]ind",
    "endo": r"endo[_ ]base",
    "factor": r"conv[_ ]factor",
    "supervision": r"physician[_ ]supervision[_ ]of[_ ]diagnostic[_ ]procedures",
    "calculation": r"calculation[_ ]flag",
    "imaging": r"diagnostic[_ ]imaging[_ ]family[_ ]indicator",
    "opps_nonfac_pe": rf"{_NONFAC}[_ ]pe[_ ]used[_ ]for[_ ]opps[_ ]payment[_ ]amount",
    "opps_fac_pe": r"facility[_ ]pe[_ ]used[_ ]for[_ ]opps[_ ]payment[_ ]amount",
    "opps_mp": r"mp[_ ]used[_ ]for[_ ]opps[_ ]payment[_ ]amount",
}
_OPTIONAL = ("not_used", "price_indicator", "opps_nonfac_pe", "opps_fac_pe", "opps_mp", "text")
_NUMBERS = ("work", "nonfac_pe", "fac_pe", "mp", "pre", "intra", "post", "factor")
_OPPS = ("opps_nonfac_pe", "opps_fac_pe", "opps_mp")
_TOLERANCE = Decimal("0.02")  # totals are rounded, their parts too

# What each indicator may be: a column that was moved does not hold these.
_INDICATORS = {
    "modifier": r"|26|TC|53",
    "status": r"[A-Z]",
    "pctc": r"\d",
    "global": r"000|010|090|XXX|YYY|ZZZ|MMM",
    "mult": r"\d",
    "bilateral": r"\d",
    "assistant": r"\d",
    "co": r"\d",
    "team": r"\d",
    "price_indicator": r"[0-9A-Z]?",
    "nonfac_na": r"(?:NA)?",
    "fac_na": r"(?:NA)?",
    "endo": r"(?:[A-Z0-9]{5})?",
    "supervision": r"[0-9A-Z]{2}",
    "imaging": r"\d{2}",
}
_INDICATOR = {field: re.compile(pattern) for field, pattern in _INDICATORS.items()}


def _recognise(qualifying: bool, member: Member) -> str | None:
    if not cms_tables.is_table(member) or _is_qualifying(member.name) != qualifying:
        return None
    head = beginning(member)
    if head.startswith("hdr") and "relative value file" in head:
        return "fixed"
    if "conv" not in head or "hcpcs" not in head or "glob" not in head:
        return None
    return "table" if re.search(r"hcpcs[, ]mod[, ]description", head) else None


def _is_qualifying(name: str) -> bool:
    """Whether it is the file with the factor of those who take part in alternative models."""
    return re.search(r"(?<!non)qpp", name, re.IGNORECASE) is not None


def _read(qualifying: bool, parts: Parts, hints: Hints) -> Reading:
    """The comma separated file or the workbook of RVU24C.zip and its like."""
    if not parts.get("table"):
        raise Invalid(
            "The text file of relative values cannot be read: load the .csv or the .xlsx that CMS "
            "ships in the same zip."
        )
    member = cms_tables.one_form(parts["table"])
    if _is_qualifying(member.name) != qualifying:
        raise Invalid(f"{member.name} holds the other of the two conversion factors.")
    rows = member.rows()
    where, title = _header(rows, member.name)
    first = next(((n, r) for n, r in rows if r and CODE.fullmatch(r[0].strip())), None)
    if first is None:
        raise Invalid(f"{member.name} holds no relative values.")
    marked = cells(first[1], where) or {}
    if "price_indicator" in marked and (marked["price_indicator"] == "1") != qualifying:
        raise Invalid(f"{member.name} holds the other of the two conversion factors.")
    factor = marked.get("factor", "")
    found = pfs_days.title_day(title) or pfs_days.release_day(cms_tables.names_of([member]))
    day = cms_tables.effective(hints, pfs_days.with_factor(found, factor), member.name)
    reading = Reading(hints.edition or pfs_days.month_edition(day), day, iter(()))
    reading.batches = batches(_facts(member, where, chain([first], rows), reading))
    return reading


def _header(rows: Iterator[tuple[int, list[str]]], file: str) -> tuple[dict[str, int], str]:
    """Where the columns stand, and what is written above them."""
    above: list[list[str]] = []
    for _, (_, row) in zip(range(_HEADER_WITHIN), rows, strict=False):
        above.append([" ".join(cell.lower().split()) for cell in row])
        if row and row[0].strip().upper() == "HCPCS":
            title = " ".join(" ".join(filter(None, line)) for line in above[:-1])
            names = _stacked(above[-_STACKED:])
            return cms_tables.placed(_told_apart(names), _COLUMNS, _OPTIONAL, file), title
    raise Invalid(f"{file} is no file of relative values: no row begins with “HCPCS”.")


def _stacked(lines: list[list[str]]) -> list[str]:
    """The names of the columns, each from its words in the lines from top to bottom."""
    width = len(lines[-1])
    names = []
    for at in range(width):
        words = [line[at] for line in lines if at < len(line) and line[at]]
        # The titles of the file stand in the first columns, over names that need no other words.
        names.append(words[-1] if at < 3 and words else " ".join(words))
    return names


def _told_apart(names: list[str]) -> dict[str, int]:
    """Columns by name. Both columns of NA flags have one name: each is of the one before it."""
    columns: dict[str, int] = {}
    for at, name in enumerate(names):
        if name == "na indicator" and at:
            setting = re.search(rf"{_NONFAC}|facility", names[at - 1])
            name = f"{setting[0] if setting else ''} na indicator"
        while name in columns:
            name += " again"  # so that two of one name are told, and not one of them taken
        columns[name] = at
    return columns


def _facts(
    member: Member,
    where: dict[str, int],
    rows: Iterator[tuple[int, list[str]]],
    reading: Reading,
) -> Iterator[Fact]:
    seen: set[tuple[str, str]] = set()
    for number, row in rows:
        if is_note(row):
            continue
        found = _with_zeros(cells(row, where))
        why = _fault(found) if found else "has too few columns"
        if found and (found["code"], found["modifier"]) in seen:
            why = "is there twice"
        if found is None or why:
            reading.quarantine.add(member.name, number, why, _undescribed(row, where))
            continue
        seen.add((found["code"], found["modifier"]))
        yield _fact(found, reading)


def _with_zeros(found: dict[str, str] | None) -> dict[str, str] | None:
    """With the zeros that a workbook loses where it takes an indicator for a number."""
    for field, width in (("global", 3), ("supervision", 2), ("imaging", 2)) if found else ():
        if found and found[field].isdigit():
            found[field] = found[field].zfill(width)
    return found


def _undescribed(row: list[str], where: dict[str, int]) -> str:
    """The beginning of a row that is reported, without the descriptor it may hold."""
    at = where.get("text")
    return beginning_of([cell for n, cell in enumerate(row) if n != at])


def _fault(found: dict[str, str]) -> str:
    if not CODE.fullmatch(found["code"]):
        return "has no code"
    for field in _NUMBERS:
        if not is_number(found[field]):
            return f"“{found[field][:20]}” is no number"
    for field in _OPPS:
        if found.get(field) and not is_number(found[field]):
            return f"“{found[field][:20]}” is no number"
    for field, pattern in _INDICATOR.items():
        if field in found and not pattern.fullmatch(found[field]):
            return f"“{found[field][:20]}” is no value of {field.replace('_', ' ')}"
    shared = Decimal(found["work"]) + Decimal(found["mp"])
    for part, total in (("nonfac_pe", "nonfac_total"), ("fac_pe", "fac_total")):
        if is_number(found[total]) and (
            abs(shared + Decimal(found[part]) - Decimal(found[total])) > _TOLERANCE
        ):
            return "has parts that do not add up to their total"
    return ""


def _fact(found: dict[str, str], reading: Reading) -> Fact:
    code, modifier = found.pop("code"), found.pop("modifier")
    del found["nonfac_total"], found["fac_total"]
    if found.get("text") and not is_public(code):
        reading.dropped["text"] += 1
        del found["text"]
    return fact("rvu", code, modifier, **found)


def _kind(name: str, title: str, *, qualifying: bool) -> Kind:
    return Kind(
        name=name,
        title=title,
        owner="CMS",
        floor=10_000,
        recognise=partial(_recognise, qualifying),
        read=partial(_read, qualifying),
        notice=True,
        source=_SOURCE,
    )


KINDS: tuple[Kind, ...] = (
    _kind("pprrvu", "Physician fee schedule relative values", qualifying=False),
    _kind(
        "pprrvu-qpp",
        "Physician fee schedule relative values, qualifying APM participants",
        qualifying=True,
    ),
)
