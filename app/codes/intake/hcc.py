"""Reading CMS's risk adjustment: which diagnoses are in which category of which model.

CMS ships one row for each diagnosis with a column for each model ("2026 Midyear Final ICD-10-CM
Mappings"), https://www.cms.gov/medicare/payment/medicare-advantage-rates-statistics/
risk-adjustment; the same laid out with a row for each model is read as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial

from app.codes.intake.contract import Hints, Kind, Parts, Quarantine, Reading
from app.codes.intake.days import year_named
from app.codes.intake.files import Member
from app.codes.intake.headings import HCPCS, Names, headed, table
from app.codes.intake.rows import Fact, Row, batches, fact, packed
from app.errors import Invalid

_DIAGNOSIS_COLUMN = ("diagnosis_code", "diagnosis code")
_LONG: Names = {"code": _DIAGNOSIS_COLUMN, "cc": ("cc",), "model": ("model_name",)}
_MODEL_COLUMNS = {"domain": ("model_domain",), "version": ("model_version",)}
_HIERARCHIES: Names = {"parent": ("cc_parent",), "child": ("cc_child",), **_MODEL_COLUMNS}
_LABELS: Names = {"cc": ("cc",), "label": ("label",), **_MODEL_COLUMNS}
_ELIGIBLE: Names = {
    "code": ("cpt_hcpcs_code", "cpt/hcpcs code", "cpt/hcpcs codes", "cpt/hcpcs"),
    "included": ("is_included", "included", "*included"),
}
_MODEL = re.compile(r"(CMS-HCC|CMS-HCC ESRD|RxHCC) Model V\d\d")
# A column of CMS's mapping; those "for 2026 Payment Year" only say yes or no.
_WIDE = re.compile(r"(cms-hcc esrd|cms-hcc|rxhcc) model category (v\d\d)")
_DOMAINS = {"cms-hcc": "CMS-HCC", "esrd": "CMS-HCC ESRD", "cms-hcc esrd": "CMS-HCC ESRD",
            "rxhcc": "RxHCC"}  # fmt: skip
_DIAGNOSIS = re.compile(r"[A-Z][0-9A-Z]{2,6}")
_CATEGORY = re.compile(r"(?:(?:RX)?HCC)?(\d{1,3})", re.IGNORECASE)
_PARTS = {
    "dx": "the mapping of diagnoses to categories (ra_dx_to_cc_2026.csv)",
    "hierarchies": "the hierarchies (ra_hierarchies_2026.csv)",
    "labels": "the labels (ra_labels_2026.csv)",
    "eligible": "the eligible procedures (ra_eligible_cpt_hcpcs_2026.csv)",
}
Labels = dict[tuple[str, str], str]  # of a model and a category


def _recognise(member: Member) -> str | None:
    if headed(member, *_LONG.values()) or _wide_header(member):
        return "dx"
    if headed(member, *_HIERARCHIES.values()):
        return "hierarchies"
    if headed(member, *_LABELS.values()):
        return "labels"
    eligible = headed(member, ("cpt_hcpcs_code",)) or (
        headed(member, _ELIGIBLE["code"])
        and re.search(r"risk adjustment", f"{member.name} {member.head[:2000]}", re.IGNORECASE)
    )
    return "eligible" if eligible else None


def _wide_header(member: Member) -> bool:
    text = " ".join(member.head[:20_000].lower().split())
    return headed(member, _DIAGNOSIS_COLUMN) and _WIDE.search(text) is not None


def _read(parts: Parts, hints: Hints) -> Reading:
    given: dict[str, Member] = {}
    for part, words in _PARTS.items():
        members = parts.get(part, ())
        if len(members) > 1:
            raise Invalid(f"There is more than one file of {words}.")
        if members:
            given[part] = members[0]
    if "dx" not in given:
        raise Invalid(f"A payment year needs {_PARTS['dx']}.")
    year, effective = _payment_year(given, hints)
    quarantine = Quarantine()
    labels = _labels(given["labels"], quarantine) if "labels" in given else {}
    readers: dict[str, Callable[[], Iterator[Row]]] = {
        "dx": _diagnoses(given["dx"], labels, quarantine)
    }
    if "hierarchies" in given:
        found = table(given["hierarchies"], _HIERARCHIES, first="parent")
        readers["hierarchies"] = partial(_hierarchies, found.records(quarantine), found.name,
                                         labels, quarantine)  # fmt: skip
    if "eligible" in given:
        found = table(given["eligible"], _ELIGIBLE, first="code", optional={"included"})
        readers["eligible"] = partial(_eligible, found.records(quarantine), found.name, quarantine)

    def rows() -> Iterator[Row]:
        for (model, cc), label in labels.items():
            version = model.rsplit(" ", 1)[1]
            yield fact("hcc_category", f"{model}:{cc}", model=model, version=version, cc=cc,
                       label=label)  # fmt: skip
        for read in readers.values():
            yield from read()

    return Reading(hints.edition or f"Payment year {year}", effective, batches(rows()),
                   quarantine=quarantine)  # fmt: skip


def _payment_year(given: dict[str, Member], hints: Hints) -> tuple[int, date]:
    """From the mapping's title or name; the other files may keep the name of an earlier year."""
    member = given["dx"]
    title = member.head.split("\n", 1)[0]
    year = year_named([title, member.name, member.archive])
    if hints.effective:
        return hints.effective.year, hints.effective
    if not year:
        raise Invalid(
            f"{member.name} does not say which payment year it is of: add --effective YYYY-MM-DD."
        )
    return year, date(year, 1, 1)


Records = Iterator[tuple[int, dict[str, str]]]


def _labels(member: Member, quarantine: Quarantine) -> Labels:
    """Labels by the model's name in full. A file spells models by domain and version."""
    found: Labels = {}
    for line, cells in table(member, _LABELS, first="label").records(quarantine):
        try:
            key = (_model(cells), _category(cells["cc"]))
            if not cells["label"]:
                raise ValueError("The category has no label.")
            if found.setdefault(key, cells["label"]) != cells["label"]:
                raise ValueError(f"{key[0]} has another label for {key[1]} above.")
        except ValueError as error:
            quarantine.add(member.name, line, str(error), ",".join(cells.values()))
    return found


@dataclass(frozen=True, slots=True)
class _Mapping:
    line: int
    code: str
    model: str
    cc: str


def _diagnoses(
    member: Member, labels: Labels, quarantine: Quarantine
) -> Callable[[], Iterator[Row]]:
    mapped = (_long if headed(member, *_LONG.values()) else _wide)(member, quarantine)

    def rows() -> Iterator[Row]:
        seen: set[tuple[str, str, str]] = set()
        known: dict[tuple[str, str], str] = {}
        for one in mapped:
            code = one.code.replace(".", "").upper()
            try:
                if not _DIAGNOSIS.fullmatch(code):
                    raise ValueError(f"“{one.code[:20]}” is no code of ICD-10-CM.")
                if not _MODEL.fullmatch(one.model):
                    raise ValueError(f"“{one.model[:40]}” is no model of risk adjustment.")
                cc = _category(one.cc)
                if (code, one.model, cc) in seen:
                    raise ValueError("This mapping is listed twice; the first row was kept.")
            except ValueError as error:
                row = ",".join((one.code, one.cc, one.model))
                quarantine.add(member.name, one.line, str(error), row)
                continue
            seen.add((code, one.model, cc))
            category = (one.model, cc)
            if category not in known:
                known[category] = packed(
                    {
                        "model": one.model,
                        "version": one.model.rsplit(" ", 1)[1],
                        "cc": cc,
                        "label": labels.get(category),
                    }
                )
            yield Fact("hcc", code, f"{one.model}:{cc}", known[category])

    return rows


def _long(member: Member, quarantine: Quarantine) -> Iterator[_Mapping]:
    found = table(member, _LONG, first="code")
    return (
        _Mapping(line, cells["code"], cells["model"], cells["cc"])
        for line, cells in found.records(quarantine)
    )


def _wide(member: Member, quarantine: Quarantine) -> Iterator[_Mapping]:
    """Of CMS's own layout: the column of each model holds the category, or nothing."""
    header = table(member, {"code": _DIAGNOSIS_COLUMN}, first="code").header
    models = {
        name: f"{_DOMAINS[match[1]]} Model {match[2].upper()}"
        for name in header
        if (match := _WIDE.fullmatch(name))
    }
    if not models:
        raise Invalid(f"{member.name} has no column “CMS-HCC MODEL CATEGORY V28”.")
    names = {"code": _DIAGNOSIS_COLUMN, **{name: (name,) for name in models}}
    found = table(member, names, first="code", optional=set(models))

    def mapped() -> Iterator[_Mapping]:
        for line, cells in found.records(quarantine):
            code = cells["code"]
            held = {name: cells[name] for name in models if cells[name]}
            if not held and (not code or not _DIAGNOSIS.fullmatch(code.replace(".", ""))):
                continue  # a note under the table
            for name, cc in held.items():
                yield _Mapping(line, code, models[name], cc)

    return mapped()


def _hierarchies(
    records: Records, file: str, labels: Labels, quarantine: Quarantine
) -> Iterator[Row]:
    seen: set[tuple[str, str]] = set()
    for line, cells in records:
        try:
            model = _model(cells)
            parent, child = _category(cells["parent"]), _category(cells["child"])
            pair = (f"{model}:{parent}", f"{model}:{child}")
            if pair in seen:
                raise ValueError("This hierarchy is listed twice; the first row was kept.")
        except ValueError as error:
            quarantine.add(file, line, str(error), ",".join(cells.values()))
            continue
        seen.add(pair)
        yield fact(
            "hcc_hierarchy", *pair, model=model, parent=parent, child=child,
            label=labels.get((model, child)),
        )  # fmt: skip


def _eligible(records: Records, file: str, quarantine: Quarantine) -> Iterator[Row]:
    seen: set[str] = set()
    for line, cells in records:
        code, included = cells["code"], cells.get("included", "").lower()
        if included in ("no", "n", "excluded"):
            continue
        if not HCPCS.fullmatch(code) or code in seen:
            why = f"{code} is listed twice." if code in seen else f"“{code[:20]}” is no HCPCS code."
            quarantine.add(file, line, why, code)
            continue
        seen.add(code)
        yield fact("hcc_eligible", code)


def _model(cells: dict[str, str]) -> str:
    """The model's name as the mapping has it: of "RxHCC" and "R08" it is "RxHCC Model V08"."""
    domain = _DOMAINS.get(cells["domain"].lower())
    version = re.fullmatch(r"[VR](\d\d)", cells["version"])
    if not domain or not version:
        raise ValueError(f"“{cells['domain']} {cells['version']}” is no model.")
    return f"{domain} Model V{version[1]}"


def _category(text: str) -> str:
    found = _CATEGORY.fullmatch(text)
    if not found:
        raise ValueError(f"“{text[:20]}” is no category.")
    return found[1]


KINDS: tuple[Kind, ...] = (
    Kind(
        name="cms-hcc",
        title="CMS-HCC risk adjustment",
        owner="CMS",
        floor=20_000,
        recognise=_recognise,
        read=_read,
        source="https://www.cms.gov/medicare/payment/medicare-advantage-rates-statistics/"
        "risk-adjustment",
    ),
)
