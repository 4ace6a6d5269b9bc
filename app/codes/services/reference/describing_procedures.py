"""The Common Language Description of procedures, supplies and drugs, composed from facts."""

from __future__ import annotations

from app.codes.models import EntryKind
from app.codes.services.fees.localities import NATIONAL
from app.codes.services.fees.table import Row, national_cap, price
from app.codes.services.reference.hcpcs_record import crossings, record_of, terminated_on
from app.codes.services.reference.indicators import rvu_rows
from app.codes.services.reference.subject import Subject
from app.codes.words.fee_indicators import PAID_STATUSES, in_words
from app.codes.words.hcpcs import COVERAGE
from app.filters import long_date, plural

_NO_PERIOD = ("XXX", "")  # nothing worth a sentence
_SETTINGS = (("mue-practitioner", "a practitioner"), ("mue-outpatient", "an outpatient hospital"),
             ("mue-dme", "a supplier of equipment"))  # fmt: skip
_ANY_PRIMARY = "CCCCC"  # the contractor decides which codes an add-on code goes with


def describe_procedure(subject: Subject) -> tuple[str, ...]:
    """Paragraphs: what it is, how Medicare sees it, what it pays. Same facts, same sentences."""
    rows = rvu_rows(subject)
    first = next(iter(rows.values()), None)
    what = (_ended(subject), _service(subject), _kind_of_service(subject), _add_on(subject))
    paid = (_status(first), _period(first), _components(rows), _coverage(subject))
    amounts = (_nationally(subject, first), _drug(subject), _units(subject))
    return tuple(
        " ".join(filter(None, sentences)) for sentences in (what, paid, amounts) if any(sentences)
    )


def _ended(subject: Subject) -> str:
    last = terminated_on(subject)
    if last is None:
        return ""
    named = [crossing.code for crossing in crossings(subject)]
    instead = f" Its record refers to {', '.join(named)}." if named else ""
    return f"{subject.entry.shown} ended on {long_date(last)}.{instead}"


def _service(subject: Subject) -> str:
    entry, above = subject.entry, subject.structure.ancestors
    place = " in ".join(f"“{a.title}” ({a.shown})" for a in reversed(above) if a.title)
    what = "modifier" if entry.kind == EntryKind.MODIFIER else "code"
    stands = f", in the part of the numbers that this site calls {place}" if place else ""
    return f"{entry.shown} is a {what} of {subject.title}{stands}."


def _kind_of_service(subject: Subject) -> str:
    rows = subject.about("rbcs")
    if not rows:
        return ""
    data = max(rows, key=lambda row: str(row.data.get("effective", ""))).data
    path = ", ".join(filter(None, (data.get(k) for k in ("category", "subcategory", "family"))))
    return f"The classification of services by CMS (RBCS) counts it under {path}."


def _add_on(subject: Subject) -> str:
    primaries = subject.about("add_on", "add-on")
    added = subject.naming("add_on", "add-on")
    if primaries:
        named = sorted({row.other for row in primaries} - {_ANY_PRIMARY})
        which = "a primary code"
        if named:
            which = named[0] if len(named) == 1 else f"one of {len(named)} primary codes"
        return f"It is an add-on code: it is paid beside {which} only, and never alone."
    if added:
        count = len({row.code for row in added})
        return f"{plural(count, 'add-on code')} may stand beside it."
    return ""


def _status(first: Row | None) -> str:
    words = in_words("status", first["status"]) if first else None
    if first is None or not words:
        return ""
    return f"Its status in the Medicare physician fee schedule is {first['status']}: {_low(words)}"


def _low(words: str) -> str:
    """The sentence as it goes on after a colon, with its full stop."""
    return f"{words[:1].lower()}{words[1:].rstrip('.')}."


def _period(first: Row | None) -> str:
    if first is None or first["status"] not in PAID_STATUSES or first["global"] in _NO_PERIOD:
        return ""
    words = in_words("global", first["global"])
    return f"Global period {first['global']}: {_low(words)}" if words else ""


def _components(rows: dict[str, Row]) -> str:
    if "26" in rows and "TC" in rows:
        return (
            "It is paid as a whole, or in two parts: the professional component with modifier 26, "
            "the technical one with TC."
        )
    if "53" in rows:
        return "Broken off, with modifier 53, it has relative values of its own."
    return ""


def _coverage(subject: Subject) -> str:
    found = record_of(subject)
    letter = found[1].data.get("coverage", "") if found else ""
    words = COVERAGE.get(letter)
    return f"Coverage {letter} in its HCPCS record: {_low(words)}" if words else ""


def _nationally(subject: Subject, first: Row | None) -> str:
    edition = subject.edition_of("pprrvu")
    if first is None or edition is None:
        return ""
    cap = national_cap(first)
    office = price(first, NATIONAL, facility=False, cap=cap).amount
    facility = price(first, NATIONAL, facility=True, cap=cap).amount
    if not office and not facility:
        return ""
    said = [f"${office} outside a facility"] if office else []
    said += [f"${facility} in a facility"] if facility else []
    if office == facility:
        said = [f"${office} wherever it is done"]
    return (
        f"Nationally, before the indices of a locality, Medicare allows {' and '.join(said)} "
        f"({edition.name})."
    )


def _drug(subject: Subject) -> str:
    rows, edition = subject.about("asp", "asp"), subject.edition_of("asp")
    if not rows or edition is None or not rows[0].data.get("limit"):
        return ""
    data = rows[0].data
    unit = f" One unit is {data['dosage']}." if data.get("dosage") else ""
    return f"As a drug it is paid up to ${data['limit']} a unit ({edition.name}).{unit}"


def _units(subject: Subject) -> str:
    """The medically unlikely units of a day, for each kind of claim that has a limit."""
    limits = {row.kind: row.data.get("units") for row in subject.about("mue")}
    said = [
        f"{plural(int(limits[kind] or 0), 'unit')} for {who}"
        for kind, who in _SETTINGS
        if limits.get(kind) is not None
    ]
    if not said:
        return ""
    return f"More than these units a day are medically unlikely (MUE): {', '.join(said)}."
