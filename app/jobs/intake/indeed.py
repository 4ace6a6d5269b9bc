"""Indeed's XML of jobs, which most applicant tracking systems can write.

The elements are those of Indeed's own description of the feed (docs.indeed.com, "XML feed"):
`source` holds `job` elements with title, date, referencenumber, requisitionid, url, company, city,
state, country, postalcode, description, salary, jobtype, category, experience, expirationdate and
remotetype, most of them as CDATA. Only title and referencenumber are needed here.
"""

from __future__ import annotations

import re

from lxml import etree

from app.jobs.intake.posting import (
    Posting,
    Reading,
    Unreadable,
    day_or_remark,
    line,
    prose,
    several,
)
from app.xml import UnreadableXml, read_xml

_DECLARED = re.compile(rb"^\s*<\?xml[^>]*\?>")


def read_indeed(content: bytes) -> Reading:
    root = _root(content)
    reading = Reading("indeed")
    jobs = [node for node in root.iter() if _name(node) == "job"]
    if not jobs and _name(root) not in ("source", "jobs"):
        raise Unreadable(f"The XML holds no job elements; it begins with “{_name(root)[:40]}”.")
    for number, job in enumerate(jobs, start=1):
        reading.add(_posting(number, job))
    return reading


def _root(content: bytes) -> etree._Element:
    try:
        return read_xml(content)
    except UnreadableXml as error:
        if _is_utf8(content):
            raise Unreadable(f"The XML is broken: {error}.") from error
    # It says UTF-8 and is not: Windows wrote it.
    text = _DECLARED.sub(b"", content).decode("cp1252", "replace")
    try:
        return read_xml(text.encode())
    except UnreadableXml as error:
        raise Unreadable(f"The XML is broken: {error}.") from error


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _name(node: etree._Element) -> str:
    return etree.QName(node).localname.lower() if isinstance(node.tag, str) else ""


def _posting(number: int, job: etree._Element) -> Posting:
    found = {_name(child): "".join(child.itertext()) for child in job}

    def get(name: str) -> str:
        return line(found.get(name, ""))

    closes_on, remarks = day_or_remark(found.get("expirationdate", ""), "last day")
    return Posting(
        number=number,
        external_id=get("referencenumber"),
        title=get("title"),
        requisition=get("requisitionid"),
        company=get("company"),
        description=prose(found.get("description", "")),
        city=get("city"),
        state=get("state"),
        postal_code=get("postalcode"),
        country=get("country"),
        remote=get("remotetype"),
        pay=get("salary"),
        employment=several(get("jobtype").split(",")),
        experience=get("experience"),
        labels=several(get("category").split(",")),
        closes_on=closes_on,
        apply_url=line(found.get("url", ""), 2_000),
        remarks=remarks,
    )
