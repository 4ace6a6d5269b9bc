"""Reading which diagnoses and procedures lead to which MS-DRG, and which raise its severity.

The map is the MS-DRG Definitions Manual in machine-readable form, compressed JSON: labels of
each code such as "193&194&195|PDX" (the groups, then the part the code plays in their logic),
Appendix C (severity, and the principal diagnoses that exclude it), Appendix E (procedures).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from app.codes.intake.contract import Quarantine
from app.codes.intake.files import Member
from app.codes.intake.rows import Fact, Row, fact, packed
from app.errors import Invalid

_BEGINS = re.compile(r'\s*\{\s*"ccmap"\s*:\s*\{\s*"[0-9A-Z]{3,7}"\s*:\s*\{\s*"aowa"')
_VERSION = re.compile(r"v(\d{2})(?:\.(1))?")
_GROUPS = re.compile(r"\d{3}(?:&\d{3})*")
_CATEGORY = re.compile(r"_MDC(\d\d)(?:_PDX)?")
_SITE = "_TRAUMA24_SITE_"
_CODE = re.compile(r"[0-9A-Z]{3,7}")
_FIRST_FISCAL_YEAR = 1982  # version 1 of the groups began in October 1983
_LAST_PRE_MDC = "019"  # the groups before any category; Table 5 calls theirs PRE
_UNACCEPTABLE = "998"
_BESIDE_OTHERS = {"24", "25"}  # trauma and HIV: categories in addition to the diagnosis' own
_PARTS = ("ccmap", "drg_exclusions", "drgmap", "dxmap", "exmap", "neoormap", "orpcsmap", "prmap")


@dataclass(frozen=True)
class DrgMap:
    """One version of the map."""

    name: str
    version: str  # "v43.1"
    effective: date
    _payload: Mapping[str, Any]

    @staticmethod
    def begins(head: str) -> bool:
        return _BEGINS.match(head) is not None

    @property
    def diagnoses(self) -> Mapping[str, list[str]]:
        found: Mapping[str, list[str]] = self._payload["dxmap"]
        return found

    @cached_property
    def category(self) -> dict[str, str]:
        """The major diagnostic category of each group; PRE of those before all."""
        return {
            drg: str(group["mdc"] or ("PRE" if drg <= _LAST_PRE_MDC else ""))
            for drg, group in self._payload["drgmap"].items()
        }

    @cached_property
    def unnamed(self) -> dict[str, list[str]]:
        """The medical groups of each category that no diagnosis names.

        Any diagnosis of the category leads to them: so it is with alcohol and drugs (MDC 20).
        """
        named: set[str] = set()
        for label in {label for labels in self.diagnoses.values() for label in labels}:
            if found := _GROUPS.match(label):
                named.update(found[0].split("&"))
        unnamed: dict[str, list[str]] = {}
        for drg, group in sorted(self._payload["drgmap"].items()):
            if group["is_medical"] and drg not in named:
                unnamed.setdefault(self.category[drg], []).append(drg)
        return unnamed

    def groups(self) -> dict[str, dict[str, Any]]:
        exclusions = self._payload["drg_exclusions"]
        return {
            drg: {
                "title": group["desc"],
                "mdc": self.category[drg],
                "type": _type(group),
                "severity_exclusions": sorted(exclusions[drg]) if drg in exclusions else None,
            }
            for drg, group in self._payload["drgmap"].items()
        }

    def part(self, name: str) -> Any:
        return self._payload[name]


def _type(group: Mapping[str, Any]) -> str | None:
    if group["is_surgical"]:
        return "SURG"
    return "MED" if group["is_medical"] else None


def open_map(member: Member) -> DrgMap:
    """The map in the file. Raises Invalid where it is none, or not all of it is there."""
    try:
        payload = json.loads(member.content())
        if payload["schema_version"] != 1:
            raise Invalid(f"{member.name} is laid out in a way that is not known here.")
        for part in _PARTS:
            if not isinstance(payload[part], list if part == "neoormap" else dict):
                raise Invalid(f"{member.name}: its part “{part}” is not what it should be.")
        groups = payload["drgmap"]
        version = _VERSION.fullmatch(payload["version"])
        if not all(
            {"desc", "mdc", "is_surgical", "is_medical"} <= g.keys() for g in groups.values()
        ):
            raise Invalid(f"{member.name}: its groups lack their titles or categories.")
    except KeyError as error:
        raise Invalid(f"{member.name} has no part “{error.args[0]}”.") from error
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise Invalid(f"{member.name} is no map of MS-DRGs that can be read: {error}") from error
    if not version:
        raise Invalid(f"{member.name} does not say which version of the groups it is.")
    year = _FIRST_FISCAL_YEAR + int(version[1])
    effective = date(year + 1, 4, 1) if version[2] else date(year, 10, 1)
    return DrgMap(member.name, payload["version"], effective, payload)


def map_rows(drg_map: DrgMap, quarantine: Quarantine) -> Iterator[Row]:
    """What the map says of each diagnosis, each procedure and each list of exclusions."""
    severity = drg_map.part("ccmap")

    def diagnosis(key: str) -> str:
        return _diagnosis(drg_map.diagnoses.get(key, []), severity.get(key), drg_map.unnamed)

    yield from _rows(
        "dx", drg_map.diagnoses.keys() | severity.keys(), diagnosis, drg_map, quarantine
    )
    for collection, keys in sorted(drg_map.part("exmap").items()):
        yield fact("pdx_exclusion", collection, codes=sorted(keys))
    procedures, operations = drg_map.part("prmap"), drg_map.part("orpcsmap")
    minor = frozenset(drg_map.part("neoormap"))
    known: dict[Any, str] = {}  # hundreds of procedures share all that is said of them

    def procedure(key: str) -> str:
        labels, operation = procedures.get(key, ()), operations.get(key)
        said = (tuple(labels), None if operation is None else tuple(operation), key in minor)
        if said not in known:
            known[said] = _procedure(*said, drg_map.category)
        return known[said]

    yield from _rows("px", procedures.keys() | operations.keys(), procedure, drg_map, quarantine)


def _rows(
    topic: str,
    keys: Collection[str],
    said: Callable[[str], str],
    drg_map: DrgMap,
    quarantine: Quarantine,
) -> Iterator[Row]:
    for key in sorted(keys):
        try:
            if not _CODE.fullmatch(key):
                raise ValueError("is no code")
            yield Fact(topic, key, "", said(key))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            quarantine.add(drg_map.name, 1, f"“{key[:20]}” {error}.", key)


def _diagnosis(
    labels: Sequence[str], severity: Mapping[str, Any] | None, unnamed: Mapping[str, list[str]]
) -> str:
    categories: set[str] = set()
    principal: set[str] = set()
    secondary: set[str] = set()
    sites: set[str] = set()
    for label in labels:
        if found := _CATEGORY.fullmatch(label):
            categories.add(found[1])
        elif label.startswith(_SITE):
            sites.add(label.removeprefix(_SITE).replace("_", " ").lower())
        else:
            groups, plays, _ = _split(label)
            (secondary if _only_secondary(plays) else principal).update(groups)
    mdcs = sorted(categories, key=lambda mdc: (mdc in _BESIDE_OTHERS, mdc))
    if not principal and mdcs:
        principal.update(unnamed.get(mdcs[0], ()))
    level = severity["level"] if severity else None
    if level not in (None, "CC", "MCC"):
        raise ValueError(f"has the level “{level}”, neither CC nor MCC")
    return packed(
        {
            "level": level,
            "mdc": mdcs[0] if mdcs else None,
            "other_mdcs": mdcs[1:] or None,
            "drgs": sorted(principal - {_UNACCEPTABLE}) or None,
            "secondary_drgs": sorted(secondary) or None,
            "unacceptable": True if _UNACCEPTABLE in principal else None,
            "pdx_exclusion": severity["pdx"] if severity else None,
            "hac": severity["hac"] if severity else None,
            "alive_only": True if severity and severity["aowa"] else None,
            "trauma_sites": sorted(sites) or None,
        }
    )


def _procedure(
    labels: Sequence[str],
    operation: Sequence[str] | None,
    minor: bool,
    category: Mapping[str, str],
) -> str:
    alone: set[str] = set(operation or ())
    combined: set[str] = set()
    for label in labels:
        groups, _, others = _split(label)
        (combined if others else alone).update(groups)
    drgs = sorted(alone | combined)
    return packed(
        {
            "or": operation is not None,
            "drgs": drgs or None,
            "mdcs": sorted({category[drg] for drg in drgs if category.get(drg)}) or None,
            "combined_drgs": sorted(combined - alone) or None,
            "non_extensive": True if minor else None,
        }
    )


@lru_cache(maxsize=50_000)
def _split(label: str) -> tuple[list[str], str, list[str]]:
    """The groups of a label, the part the code plays, and the codes it needs beside it."""
    groups, _, rest = label.partition("|")
    if not _GROUPS.fullmatch(groups):
        raise ValueError(f"has the label “{label[:40]}”, which names no groups")
    plays, *others = rest.split("|")
    return groups.split("&"), plays, others


@lru_cache(maxsize=1_000)
def _only_secondary(plays: str) -> bool:
    """Whether a diagnosis plays the part as a secondary one only ("OR SDX", not "PSDX")."""
    words = set(re.findall(r"[A-Z]+", plays))
    return "SDX" in words and not words & {"PDX", "PSDX"}
