"""What the classification's own book says of a code: billable or not, its place, its notes."""

from __future__ import annotations

from typing import Any

from app.codes.models import ICD9CM, ICD9PCS, ICD10CM, ICD10PCS, NoteKind
from app.codes.services.reference.contract import Absence, Answer, Section, Topic, Why, none_in
from app.codes.services.reference.subject import Subject
from app.codes.services.structure import NoteGroup

_CLASSIFICATIONS = (ICD10CM, ICD10PCS, ICD9CM, ICD9PCS)


def _billable(subject: Subject) -> Answer:
    page = subject.structure
    content = {
        "billable": page.entry.billable,
        "billable_below": [entry.shown for entry in page.billable_below],
        "billable_count": page.billable_count,
    }
    return Section(content, (subject.edition,))


def _place(subject: Subject) -> Answer:
    page = subject.structure
    content = {
        "above": [{"code": a.shown, "title": a.title} for a in page.ancestors],
        "previous": page.previous.shown if page.previous else None,
        "next": page.following.shown if page.following else None,
        "below": [child.shown for child in page.children],
    }
    return Section(content, (subject.edition,))


def _lines(group: NoteGroup) -> dict[str, Any]:
    return {
        "at": group.origin.shown,
        "lines": ["".join(part.text for part in line) for line in group.lines],
    }


def _notes(subject: Subject, heading: str, sentence: str, *kinds: NoteKind) -> Answer:
    page = subject.structure
    found = {kind.value: [_lines(g) for g in page.groups(kind)] for kind in kinds}
    if not any(found.values()):
        return none_in(heading, (subject.edition,), sentence)
    return Section({kind: groups for kind, groups in found.items() if groups}, (subject.edition,))


def _includes(subject: Subject) -> Answer:
    return _notes(
        subject,
        "Includes and inclusion terms",
        f"the book prints none for {subject.entry.shown}, nor for anything above it",
        NoteKind.INCLUSION_TERM,
        NoteKind.INCLUDES,
    )


def _instructions(subject: Subject) -> Answer:
    return _notes(
        subject,
        "Code first, use additional code, code also",
        f"no such instruction applies to {subject.entry.shown}",
        NoteKind.CODE_FIRST,
        NoteKind.USE_ADDITIONAL,
        NoteKind.CODE_ALSO,
    )


def _excludes(subject: Subject) -> Answer:
    return _notes(
        subject,
        "Excludes1 and Excludes2",
        f"no Excludes note applies to {subject.entry.shown}",
        NoteKind.EXCLUDES1,
        NoteKind.EXCLUDES2,
    )


def _sevenths(subject: Subject) -> Answer:
    table = subject.structure.sevenths
    if table is None:
        sentence = f"{subject.entry.shown} takes none"
        return none_in("Seventh character", (subject.edition,), sentence)
    content = {
        "from": table.origin.shown,
        "instructions": list(table.instructions),
        "characters": [
            {
                "character": row.character,
                "meaning": list(row.meanings),
                "code": row.code.shown if row.code else None,
            }
            for row in table.rows
        ],
    }
    return Section(content, (subject.edition,))


def _further_notes(subject: Subject) -> Answer:
    page = subject.structure
    if not page.table and not page.groups(NoteKind.NOTE):
        return Absence(Why.NONE, "")  # the book prints one at few codes: silence says enough
    content = {
        "notes": [_lines(group) for group in page.groups(NoteKind.NOTE)],
        "table": [list(row) for row in page.table],
    }
    return Section(content, (subject.edition,))


BILLABLE = Topic("billable", "Billable or not", _billable, systems=_CLASSIFICATIONS)
PLACE = Topic("place", "Place in the book", _place)
NOTES = (
    Topic("includes", "Includes and inclusion terms", _includes, systems=(ICD10CM,)),
    Topic(
        "instructions",
        "Code first, use additional code, code also",
        _instructions,
        systems=(ICD10CM,),
    ),
    Topic("excludes", "Excludes1 and Excludes2", _excludes, systems=(ICD10CM,)),
    Topic("seventh", "Seventh character", _sevenths, systems=(ICD10CM,)),
    Topic("notes", "Notes", _further_notes, systems=(ICD10CM,)),
)
