"""The XML books of ICD-10-CM and ICD-10-PCS: opened safely, and the edition each is of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from lxml import etree

from app.codes.intake.contract import Hints, Parts, Quarantine, Reading
from app.codes.intake.days import fiscal_year_start, month_named, year_named
from app.codes.intake.files import Member
from app.errors import Invalid
from app.xml import UnreadableXml, read_xml

LARGEST = 32 * 1024**2  # bytes: the longest of these books, the index to diseases, has a third


def sole(parts: Parts, part: str, what: str) -> Member | None:
    """The one file that plays a part; None where there is none."""
    found: Sequence[Member] = parts.get(part, ())
    if len(found) > 1:
        names = ", ".join(member.name for member in found)
        raise Invalid(f"There are {len(found)} files with {what}, and one is needed: {names}.")
    return found[0] if found else None


def limited(member: Member) -> bytes:
    """All of a file that is read at once; raises Invalid where it is larger than any such book."""
    with member.open() as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise Invalid(f"{member.name} is larger than any such book: nothing was loaded.")
    if not content.strip():
        raise Invalid(f"{member.name} is empty.")
    return content


def book_root(member: Member, tag: str, what: str) -> etree._Element:
    """The root of a book, which has to be the element `tag`."""
    try:
        root = read_xml(limited(member))
    except UnreadableXml as error:
        raise Invalid(f"The XML of {member.name} cannot be read: {error}") from error
    if root.tag != tag:
        raise Invalid(f"{member.name} is not {what}: its root is another element.")
    return root


def text_of(element: etree._Element | None) -> str:
    """An element's own text, without that of elements within, its white space evened out."""
    return "" if element is None or element.text is None else " ".join(element.text.split())


def leave_out(file: str, element: etree._Element, quarantine: Quarantine) -> None:
    """A line of an index without a title; those under it would mean something else without it."""
    quarantine.add(file, element.sourceline or 0, "the line has no title")
    for line in element.iter("term"):
        if line is not element:
            why = "it stands under a line that has no title"
            quarantine.add(file, line.sourceline or 0, why, text_of(line.find("title")))


def begin(
    members: Iterable[Member], hints: Hints, *, version: str = "", what: str = "this release"
) -> Reading:
    """A reading without rows yet, of the edition that the operator, the files or names tell."""
    effective = hints.effective or _told(list(members), version.strip(), what)
    return Reading(hints.edition or _edition(effective), effective, iter(()))


def _told(members: list[Member], version: str, what: str) -> date:
    """The day a name gives with its month; else the fiscal year the book, then a name, gives."""
    names = [name for m in members for name in (m.name, m.archive)]
    day, year = month_named(names), year_named(names)
    if version.isascii() and version.isdigit() and len(version) == 4:
        year = int(version)
        if day and fiscal_year_start(year) > day:
            raise Invalid(
                f"The file says it is of fiscal year {year}, its name that it takes effect "
                f"earlier, on {day.isoformat()}. Say which with --effective YYYY-MM-DD."
            )
    if day or year:
        return day or fiscal_year_start(year or 0)
    raise Invalid(
        f"Neither the files nor their names say when {what} takes effect: "
        "say it with --effective YYYY-MM-DD."
    )


def _edition(effective: date) -> str:
    """As coders name it: "2026" for the fiscal year's own, "April 2026" for an update to it."""
    if (effective.month, effective.day) == (10, 1):
        return str(effective.year + 1)
    return f"{effective:%B %Y}"
