"""The numbers of CPT that CMS's files name, as a code system one can look up and browse.

The numbers are facts; what they are called belongs to the AMA and comes only from a licensed file.
The release is made anew whenever one of its sources changes.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator

from flask import current_app
from sqlalchemy import delete, select

from app import clock
from app.codes.cpt_sections import Section, part_of, section_of
from app.codes.intake.rows import Entry
from app.codes.models import CPT, CodeFact, CodeRelease, EntryKind, ReleaseState
from app.codes.services.editions import Edition, editions, forget_editions
from app.codes.services.importing.bulk import TABLES, write_rows
from app.extensions import db

DESCRIPTORS = "cpt-descriptors"
SOURCES = (
    "pprrvu", "opps", "mue-practitioner", "mue-outpatient", "add-on", "rbcs", DESCRIPTORS,
)  # fmt: skip
_NUMBER = re.compile(r"\d{4}[0-9AFTMU]")


def may_show_descriptors() -> bool:
    """Whether the operator has stated a license of the AMA for pages."""
    return "pages" in current_app.config["CPT_LICENSED_USES"]


def renew_numbers() -> None:
    """Make the release of CPT numbers anew where it is not made of what is loaded now."""
    sources = [e for kind in SOURCES for e in editions().of(kind)]
    licensed = may_show_descriptors()
    known = db.session.scalar(
        select(CodeRelease).where(
            CodeRelease.kind == CPT, CodeRelease.state == ReleaseState.PUBLISHED
        )
    )
    digest = hashlib.sha256(
        json.dumps([licensed, *sorted(e.sha256 for e in sources)]).encode()
    ).hexdigest()
    if known is not None and known.sha256 == digest:
        return
    titles, legend = _titles() if licensed else ({}, {})
    numbers = sorted(_numbers(sources) | set(titles))
    if known is not None:
        db.session.execute(delete(TABLES[Entry]).where(TABLES[Entry].c.release_id == known.id))
        db.session.delete(known)
        db.session.flush()
    if numbers:
        _publish(numbers, titles, legend, sources, digest)
    forget_editions()


def _numbers(sources: list[Edition]) -> set[str]:
    rows = db.session.scalars(
        select(CodeFact.code)
        .where(
            CodeFact.release_id.in_([e.id for e in sources if e.kind != DESCRIPTORS]),
            CodeFact.topic.in_(("rvu", "opps", "mue", "add_on", "rbcs")),
        )
        .distinct()
    )
    return {code for code in rows if _NUMBER.fullmatch(code)}


def _titles() -> tuple[dict[str, str], dict[str, str]]:
    """The licensed descriptors in force, with the AMA's notice on them."""
    edition = editions().on(DESCRIPTORS, clock.today())
    if edition is None:
        return {}, {}
    rows = db.session.execute(
        select(CodeFact.code, CodeFact.data).where(
            CodeFact.release_id == edition.id, CodeFact.topic == "descriptor"
        )
    )
    found = {code: json.loads(data) for code, data in rows}
    titles = {code: data.get("long") or data.get("medium", "") for code, data in found.items()}
    return titles, {"copyright": edition.legend.get("copyright", "")}


def _publish(
    numbers: list[str],
    titles: dict[str, str],
    legend: dict[str, str],
    sources: list[Edition],
    digest: str,
) -> None:
    moment = clock.now()
    release = CodeRelease(
        kind=CPT,
        edition=_named(sources),
        effective_from=min(e.effective_from for e in sources),
        source=", ".join(f"{e.title}, {e.name}" for e in sources),
        sha256=digest,
        state=ReleaseState.PUBLISHED,
        legend=legend,
        code_count=len(numbers),
        billable_count=len(numbers),
        imported_at=moment,
        heartbeat_at=moment,
        published_at=moment,
    )
    db.session.add(release)
    db.session.flush()
    rows = list(_rows(numbers, titles))
    write_rows(release.id, Entry, rows)
    release.row_count = len(rows)


def _named(sources: list[Edition]) -> str:
    newest = max(sources, key=lambda e: e.effective_from)
    return f"numbers in files of CMS up to {newest.name}"


def _rows(numbers: list[str], titles: dict[str, str]) -> Iterator[Entry]:
    """Sections and parts before the numbers in them, which stand in the order of the book."""
    opened: set[str] = set()
    position = 0
    for number in sorted(numbers, key=lambda n: ("" if n[4].isdigit() else n[4], n)):
        above: list[str] = []
        for section, kind in (
            (section_of(number), EntryKind.CHAPTER),
            (part_of(number), EntryKind.SECTION),
        ):
            if section is None:
                continue
            if section.slug not in opened:
                opened.add(section.slug)
                position += 1
                yield _heading(section, kind, above, position)
            above.append(section.slug)
        position += 1
        yield Entry(
            number,
            number,
            EntryKind.CODE.value,
            titles.get(number, ""),
            True,
            None,
            above[-1] if above else None,
            "/".join(above),
            position,
        )


def _heading(section: Section, kind: EntryKind, above: list[str], position: int) -> Entry:
    return Entry(
        section.slug,
        section.slug,
        kind.value,
        section.name,
        False,
        None,
        above[-1] if above else None,
        "/".join(above),
        position,
    )
