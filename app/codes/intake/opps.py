"""Reading what Medicare pays hospital outpatient departments and surgical centers by code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from app.codes.intake.contract import Hints, Kind, Parts, Reading
from app.codes.intake.days import month_named
from app.codes.intake.files import Member
from app.codes.intake.headings import HCPCS, clean, headed, number, preamble, table
from app.codes.intake.rows import Row, batches, fact, is_public
from app.errors import Invalid

_CODE = ("hcpcs code", "hcpcscode", "hcpcs")
_TEXT = ("short descriptor", "shortdescriptor")
_OPPS_STATUS = ("si", "status indicator", "statusindicator", "*status indicator")
_OPPS_RATE = ("payment rate", "paymentrate", "*payment rate")
_OPPS = {
    "code": _CODE,
    "text": _TEXT,
    "status": _OPPS_STATUS,
    "rate": _OPPS_RATE,
    "apc": ("apc",),
    "weight": ("relative weight",),
    "national_copay": ("national unadjusted copayment",),
    "minimum_copay": ("minimum unadjusted copayment",),
    "coinsurance": ("ira coinsurance percentage",),
    "adjusted_copay": ("adjusted beneficiary copayment",),
    "pass_through": ("*pass-through expiration during calendar year",),
    "remark": ("note",),
    "change": ("* indicates a change", "changed?"),
    "source": ("source",),
}
_OPPS_ALWAYS = {"code", "text", "status", "rate"}
_OPPS_MONEY = (
    "weight", "rate", "national_copay", "minimum_copay", "coinsurance", "adjusted_copay",
)  # fmt: skip

_ASC_INDICATOR = ("payment indicator", "*payment indicator")
_ASC = {
    "code": _CODE,
    "text": _TEXT,
    "indicator": _ASC_INDICATOR,
    "weight": ("payment weight", "*payment weight"),
    "rate": ("payment rate", "*payment rate"),
    "discounted": ("*subject to multiple procedure discounting",),
    "comment": ("comment indicator", "*comment indicator"),
    "pass_through": ("*expiration during calendar year",),
}
_ASC_ALWAYS = {"code", "text", "indicator", "rate"}

_YEAR_MONTH = re.compile(r"(20\d\d)[-_ .]+([A-Za-z]{3,9})(?![A-Za-z])")
_ISO_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
_CALENDAR_YEAR = re.compile(r"\bfinal\b[^\n]*?\bCY *(20\d\d)", re.IGNORECASE)
_STATUS = re.compile(r"[A-Z]\d?")
_SET = {"*", "y", "yes", "true", "1"}
_UNSET = {"", "n", "no", "false", "0"}


def _recognise_opps(member: Member) -> str | None:
    return "addendum-b" if headed(member, _CODE, _OPPS_STATUS, _OPPS_RATE) else None


def _recognise_asc(member: Member) -> str | None:
    if not headed(member, _CODE, _ASC_INDICATOR, _ASC["rate"]):
        return None
    if headed(member, _ASC["discounted"]):
        return "aa"
    title = f"{preamble(member, _CODE)} {member.name}"
    return "bb" if re.search(r"addendum[ _-]*bb|pass-thr|_bb\b", title, re.IGNORECASE) else None


def _read_opps(parts: Parts, hints: Hints) -> Reading:
    members = parts.get("addendum-b", ())
    if len(members) != 1:
        raise Invalid("One Addendum B is read at a time: give one csv or xlsx file of it.")
    optional = _OPPS.keys() - _OPPS_ALWAYS
    found = table(members[0], _OPPS, first="code", optional=optional)
    effective = _effective(members, hints, source=_source_month(members[0]))
    reading = Reading(hints.edition or f"{effective:%B %Y}", effective, iter(()))

    def rows() -> Iterator[Row]:
        seen: set[str] = set()
        for line, cells in found.records(reading.quarantine):
            try:
                row = _opps_row(cells, seen, reading)
            except ValueError as error:
                reading.quarantine.add(found.name, line, str(error), ",".join(cells.values()))
            else:
                if row:
                    yield row

    reading.batches = batches(rows())
    return reading


def _opps_row(cells: dict[str, str], seen: set[str], reading: Reading) -> Row | None:
    code = _code(cells, seen)
    if not code:
        return None
    if not _STATUS.fullmatch(cells["status"]):
        raise ValueError(f"“{cells['status'][:20]}” is no status indicator.")
    money = {name: number(cells.get(name, "")) for name in _OPPS_MONEY}
    row = fact(
        "opps",
        code,
        "",
        status=cells["status"],
        apc=cells.get("apc"),
        note="changed" if _flag(cells.get("change", "")) else None,
        remark=cells.get("remark"),
        pass_through_ends=True if _flag(cells.get("pass_through", "")) else None,
        text=_public_text(code, cells["text"], reading),
        **money,
    )
    seen.add(code)
    return row


def _read_asc(parts: Parts, hints: Hints) -> Reading:
    given = [(part.upper(), member) for part in ("aa", "bb") for member in parts.get(part, ())]
    if not given or any(len(parts.get(part, ())) > 1 for part in ("aa", "bb")):
        raise Invalid("One Addendum AA and one Addendum BB are read at a time.")
    members = [member for _, member in given]
    for member in members:
        if re.search(r"\bproposed\b", preamble(member, _CODE), re.IGNORECASE):
            raise Invalid(f"{member.name} is of a proposed rule: Medicare does not pay by it.")
    optional = _ASC.keys() - _ASC_ALWAYS
    tables = [(a, table(member, _ASC, first="code", optional=optional)) for a, member in given]
    effective = _effective(members, hints)
    reading = Reading(hints.edition or f"{effective:%B %Y}", effective, iter(()))

    def rows() -> Iterator[Row]:
        seen: set[str] = set()
        for addendum, found in tables:
            for line, cells in found.records(reading.quarantine):
                try:
                    row = _asc_row(addendum, cells, seen, reading)
                except ValueError as error:
                    reading.quarantine.add(found.name, line, str(error), ",".join(cells.values()))
                else:
                    if row:
                        yield row

    reading.batches = batches(rows())
    return reading


def _asc_row(addendum: str, cells: dict[str, str], seen: set[str], reading: Reading) -> Row | None:
    code = _code(cells, seen)
    if not code:
        return None
    if not re.fullmatch(r"[A-Z]\d\*?", cells["indicator"]):
        raise ValueError(f"“{cells['indicator'][:20]}” is no payment indicator.")
    row = fact(
        "asc",
        code,
        addendum=addendum,
        indicator=cells["indicator"],
        weight=number(cells.get("weight", "")),
        rate=number(cells["rate"]),
        discounted=_flag(cells["discounted"]) if cells.get("discounted") else None,
        comment=cells.get("comment"),
        pass_through_ends=cells.get("pass_through"),
        text=_public_text(code, cells["text"], reading),
    )
    seen.add(code)
    return row


def _code(cells: dict[str, str], seen: set[str]) -> str:
    """The code of the row; empty where the row is a note under the table."""
    code = cells["code"]
    if not HCPCS.fullmatch(code):
        if code and not any(text for field, text in cells.items() if field != "code"):
            return ""
        raise ValueError(f"“{code[:20]}” is no HCPCS code.")
    if code in seen:
        raise ValueError(f"{code} is listed twice; the first row was kept.")
    return code


def _public_text(code: str, text: str, reading: Reading) -> str | None:
    if is_public(code):
        return text
    if text:
        reading.dropped["text"] += 1
    return None


def _flag(text: str) -> bool:
    if text.lower() in _SET:
        return True
    if text.lower() in _UNSET:
        return False
    raise ValueError(f"“{text[:20]}” is neither yes nor no.")


def _effective(members: Sequence[Member], hints: Hints, source: date | None = None) -> date:
    """From the title or the header, then the file's name; a final rule is of January."""
    texts = [preamble(member, _CODE) for member in members]
    names = [name for member in members for name in (member.name, member.archive)]
    found = hints.effective or source or month_named(texts) or _month_in(names)
    if found:
        return found if hints.effective else found.replace(day=1)
    for text in texts:
        year = _CALENDAR_YEAR.search(text)
        if year:
            return date(int(year[1]), 1, 1)
    raise Invalid(
        f"{members[0].name} does not say which quarter it is of: add --effective YYYY-MM-DD."
    )


def _month_in(names: Sequence[str]) -> date | None:
    """A month before or after its year: "october-2025", "2025_oct"."""
    turned = [_YEAR_MONTH.sub(r"\2 \1", name) for name in names]
    return month_named(names) or month_named(turned)


def _source_month(member: Member) -> date | None:
    """The month in the column "Source" of an extract, where its first rows have one."""
    header, *rows = (line.split(",") for line in member.head.splitlines()[:2] or [""])
    if not rows or clean(header[-1]).lower() != "source":
        return None
    month = _ISO_MONTH.fullmatch(clean(rows[0][-1]))
    return date(int(month[1]), int(month[2]), 1) if month else None


KINDS: tuple[Kind, ...] = (
    Kind(
        name="opps",
        title="OPPS Addendum B, payment by code",
        owner="CMS",
        floor=10_000,
        recognise=_recognise_opps,
        read=_read_opps,
        notice=True,
        source="https://www.cms.gov/medicare/payment/prospective-payment-systems/"
        "hospital-outpatient-pps/quarterly-addenda-updates",
    ),
    Kind(
        name="asc",
        title="ASC payment, Addenda AA and BB",
        owner="CMS",
        floor=2_000,
        recognise=_recognise_asc,
        read=_read_asc,
        notice=True,
        source="https://www.cms.gov/medicare/payment/prospective-payment-systems/"
        "ambulatory-surgical-center-asc/asc-payment-rates-addenda",
    ),
)
