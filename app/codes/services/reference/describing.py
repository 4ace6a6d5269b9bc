"""Descriptions of a code: the official one with its owner, and ours, composed from facts."""

from __future__ import annotations

from dataclasses import dataclass

from app.codes.models import CPT, HCPCS, ICD10CM, ICD10PCS
from app.codes.services.description import common_description
from app.codes.services.reference.describing_procedures import describe_procedure
from app.codes.services.reference.subject import Subject

_CDC = (
    "Centers for Disease Control and Prevention, National Center for Health Statistics (CDC/NCHS)"
)
_CMS = "Centers for Medicare & Medicaid Services (CMS)"
OWNERS = {ICD10CM: _CDC, "icd9cm": f"{_CDC} and {_CMS}"}


@dataclass(frozen=True, slots=True)
class Official:
    """The official description, or why there is none to show."""

    text: str
    owner: str  # whose it is, in a sentence
    is_licensed: bool = False  # the AMA's, shown under the operator's license


def official_description(subject: Subject) -> Official:
    title, name = subject.entry.title, subject.title
    if subject.system == CPT:
        notice = subject.edition.legend.get("copyright", "")
        if title and notice:
            return Official(title, notice, is_licensed=True)
        return Official(
            "",
            "CPT descriptors are the property of the American Medical Association. This site has "
            "no license to show them, so this page tells everything about the number that the "
            "government publishes, and not what the book calls it.",
        )
    owner = OWNERS.get(subject.system, _CMS)
    composed = ""
    if subject.edition.legend.get("titles") == "composed":
        composed = (
            " The edition was published as tables: this title is put together from them by the "
            "rules CMS’s own titles follow."  # noqa: RUF001
        )
    return Official(
        title,
        f"Owner: {owner}. {name} is a work of the United States government in the public domain. "
        f"Edition of {subject.edition.name}.{composed}",
    )


def describe(subject: Subject) -> tuple[str, ...]:
    """The paragraphs of the Common Language Description."""
    if subject.system in (HCPCS, CPT):
        return describe_procedure(subject)
    if subject.system == ICD10PCS:
        return tuple(filter(None, (_operation(subject),)))
    return common_description(subject.structure)


def _operation(subject: Subject) -> str:
    entry, above = subject.entry, subject.structure.ancestors
    if not above:
        return ""
    path = ", ".join(f"“{a.title}” ({a.shown})" for a in above)
    definitions = [row.data["definition"] for row in subject.facts if row.data.get("definition")]
    meaning = f" The operation is defined so: {definitions[0]}." if definitions else ""
    return f"{entry.shown} stands under {path}.{meaning}"
