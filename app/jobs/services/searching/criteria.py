"""What a visitor searches listings by: read from an address, and written back as one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app import places, taxonomy
from app.codes.models import ICD10CM, SYSTEMS
from app.codes.services.lookup import spelled
from app.forms import tidy
from app.jobs.documents import cents_a_year
from app.jobs.models import Facet
from app.jobs.services.searching.understanding import Understood, understand
from app.places import Place
from search.sphere import METRES_A_MILE

MAX_TEXT = 200
MAX_PAY = 1_000_000_00  # cents
MAX_PAGE = 500  # an engine counts no further than 10,000 results
MAX_PLACE = 80
MAX_VALUES = 60  # of one parameter; more than any filter has

RELEVANCE = "relevance"
SORTS = {
    RELEVANCE: "Best match",
    "newest": "Newest",
    "pay": "Highest pay",
    "closing": "Closing soonest",
}
PAY_PER = taxonomy.PAY_UNITS
MILES = (10, 25, 50, 100)
USUAL_MILES = 25
SINCE = {1: "Today", 3: "Last 3 days", 7: "Last 7 days", 14: "Last 14 days", 30: "Last 30 days"}
# Which of a listing's credentials a chosen one is looked for among.
NEEDS = {"": "Required or preferred", "required": "Required", "preferred": "Preferred"}
FLAGS = {
    "apprentice": "New coders welcome",
    "productivity": "Productivity stated",
    "accuracy": "Accuracy stated",
}
# The basis of pay as a coder calls it.
PAID_BY = {
    "hour": "Hourly",
    "year": "Salary",
    "chart": "Per chart",
    "encounter": "Per encounter",
    "rvu": "Per RVU",
}

Parameters = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Filter:
    """A group of values a listing is filtered by; any of the chosen ones will do."""

    name: str  # the parameter in the address
    label: str
    field: str  # in the search index
    values: Mapping[str, str]  # slug -> label
    facet: Facet | None = None  # where the database keeps it: terms of the listing,
    column: str = ""  # or a column


FILTERS: dict[str, Filter] = {
    f.name: f
    for f in (
        Filter("place", "Place of work", "place_kind", taxonomy.PLACE_KINDS, column="place_kind"),
        Filter("state", "State you work from", "states", taxonomy.STATES, Facet.STATE),
        Filter(
            "credential",
            "Credential",
            "credentials",
            {c.slug: c.label for c in taxonomy.CREDENTIALS.values()},
            Facet.CREDENTIAL,
        ),
        Filter("setting", "Setting", "settings", taxonomy.SETTINGS, Facet.SETTING),
        Filter("specialty", "Specialty", "specialties", taxonomy.SPECIALTIES, Facet.SPECIALTY),
        Filter("role", "Role", "role", taxonomy.ROLES, column="role"),
        Filter("engagement", "Engagement", "engagement", taxonomy.ENGAGEMENTS, column="engagement"),
        Filter("paid", "Paid", "pay_unit", PAID_BY, column="pay_unit"),
        Filter("code_set", "Code set", "code_sets", taxonomy.CODE_SETS, Facet.CODE_SET),
        Filter("tool", "Tool", "tools", taxonomy.TOOLS, Facet.TOOL),
        Filter("experience", "Experience", "experience", taxonomy.EXPERIENCE, column="experience"),
    )
}

_CODE_KEY = re.compile(r"[A-Z0-9]{1,8}(?:-[A-Z0-9]{1,8})?")
_SLUG = re.compile(r"[a-z0-9-]{1,80}")


@dataclass(frozen=True, slots=True)
class CodeNamed:
    """A code that a listing names, alone or within a range."""

    system: str
    key: str  # without the dot: "E119"

    @property
    def shown(self) -> str:
        return spelled(self.system, self.key)


@dataclass(frozen=True, slots=True)
class Near:
    """Within so many miles of a place, or remote and open to its state."""

    place: Place
    miles: int = USUAL_MILES

    @property
    def metres(self) -> int:
        return round(self.miles * METRES_A_MILE)


@dataclass(frozen=True, slots=True)
class Criteria:
    text: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    need: str = ""  # of NEEDS; says nothing where no credential is chosen
    apprentice: bool = False
    productivity: bool = False
    accuracy: bool = False
    near: Near | None = None
    nowhere: str = ""  # a place that was asked for and that nobody knows
    pay_min: int = 0  # cents
    pay_per: str = "hour"
    since: int = 0  # days
    employer: str = ""  # an organisation's slug
    code: CodeNamed | None = None
    sort: str = RELEVANCE
    page: int = 1

    @property
    def pay_floor(self) -> int:
        """The least pay asked for, in cents a year; 0 for any, and for piece rates."""
        return cents_a_year(self.pay_min, self.pay_per) or 0

    @property
    def flags(self) -> tuple[str, ...]:
        return tuple(name for name in FLAGS if getattr(self, name))

    @property
    def credential_field(self) -> str:
        """Where in the search index the chosen credentials are looked for."""
        return f"credentials_{self.need}" if self.need else "credentials"

    @property
    def narrowed(self) -> int:
        """How many choices narrow the search; typed words are one."""
        single = (self.text, self.near, self.pay_min, self.since, self.employer, self.code)
        return sum(len(values) for values in self.chosen.values()) + sum(
            map(bool, (*single, *self.flags))
        )

    def on_page(self, page: int) -> Criteria:
        return replace(self, page=page)

    @property
    def place_problem(self) -> str:
        """What to tell whoever asked for a place that does not exist; empty where none did."""
        if not self.nowhere:
            return ""
        return (
            f"We know no place called “{self.nowhere}”. Enter a ZIP code, or a city and its state."
        )

    def parameters(self) -> list[tuple[str, str]]:
        """The address of this search, the same whichever way it was reached."""
        found = [("q", self.text)] if self.text else []
        found += [(name, v) for name in FILTERS for v in self.chosen.get(name, ())]
        if self.need:
            found.append(("need", self.need))
        found += [(name, "1") for name in self.flags]
        if self.near:
            found.append(("near", self.near.place.label))
            if self.near.miles != USUAL_MILES:
                found.append(("miles", str(self.near.miles)))
        elif self.nowhere:
            found.append(("near", self.nowhere))
        if self.pay_min:
            found += [("pay_min", dollars(self.pay_min)), ("pay_per", self.pay_per)]
        if self.since:
            found.append(("since", str(self.since)))
        if self.employer:
            found.append(("employer", self.employer))
        if self.code:
            found.append(("code", f"{self.code.system}:{self.code.shown}"))
        if self.sort != RELEVANCE:
            found.append(("sort", self.sort))
        if self.page > 1:
            found.append(("page", str(self.page)))
        return found

    def choices(self, employer: str = "") -> Iterator[Choice]:
        """What narrows the search; `employer` is the name of the chosen one."""
        first = replace(self, page=1)
        if self.text:
            yield Choice("Words", f"“{self.text}”", replace(first, text=""))
        for name, values in self.chosen.items():
            for value in values:
                yield Choice(self._kind(name), FILTERS[name].values[value], first.less(name, value))
        for name in self.flags:
            without: dict[str, Any] = {name: False}
            yield Choice("Only", FLAGS[name], replace(first, **without))
        if self.near:
            label = f"Within {self.near.miles} miles of {self.near.place.label}"
            yield Choice("Place", label, replace(first, near=None))
        if self.pay_min:
            label = f"${dollars(self.pay_min, separated=True)} or more {PAY_PER[self.pay_per]}"
            yield Choice("Pay", label, replace(first, pay_min=0, pay_per="hour"))
        if self.since:
            yield Choice("Posted", SINCE[self.since], replace(first, since=0))
        if self.employer:
            yield Choice("Employer", employer or self.employer, replace(first, employer=""))
        if self.code:
            label = f"{SYSTEMS[self.code.system]} {self.code.shown}"
            yield Choice("Names the code", label, replace(first, code=None))

    def wider(self) -> Iterator[Choice]:
        """The larger circles around the same place, the next first."""
        for miles in MILES:
            if self.near and miles > self.near.miles:
                near = replace(self.near, miles=miles)
                label = f"Within {miles} miles of {near.place.label}"
                yield Choice("Place", label, replace(self, near=near, page=1))

    def less(self, name: str, value: str) -> Criteria:
        """The same search without one value of a filter."""
        left = {
            n: tuple(v for v in values if (n, v) != (name, value))
            for n, values in self.chosen.items()
        }
        chosen = {n: values for n, values in left.items() if values}
        return replace(self, chosen=chosen, need=self.need if "credential" in chosen else "")

    def _kind(self, name: str) -> str:
        if name == "credential" and self.need:
            return f"{FILTERS[name].label}, {NEEDS[self.need].lower()}"
        return FILTERS[name].label


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing a search is narrowed by."""

    kind: str
    label: str
    without: Criteria  # the same search, less this


def dollars(cents: int, *, separated: bool = False) -> str:
    """30, 28.50, and 65,000 where `separated`."""
    whole, rest = divmod(cents, 100)
    return (f"{whole:,}" if separated else str(whole)) + (f".{rest:02d}" if rest else "")


def read_criteria(parameters: Parameters) -> Criteria:
    """The search an address asks for. What cannot be understood is left out, never refused."""
    typed = understand(str(tidy(_first(parameters, "q")[:MAX_TEXT])))
    chosen = {
        name: _values(known, [*parameters.get(name, ()), *typed.values.get(name, ())])
        for name, known in FILTERS.items()
    }
    need, since = _first(parameters, "need"), _number(_first(parameters, "since"))
    sort, employer = _first(parameters, "sort"), _first(parameters, "employer")
    near, nowhere = _near(parameters, typed)
    pay_min, pay_per = _pay(parameters, typed)
    flags = {name: _first(parameters, name) in ("1", "yes", "on", "true") for name in FLAGS}
    return Criteria(
        text=typed.text,
        chosen={name: values for name, values in chosen.items() if values},
        need=need if need in NEEDS and chosen["credential"] else "",
        apprentice=flags["apprentice"] or typed.apprentice,
        productivity=flags["productivity"],
        accuracy=flags["accuracy"],
        near=near,
        nowhere=nowhere,
        pay_min=pay_min,
        pay_per=pay_per,
        since=since if since in SINCE else 0,
        employer=employer if _SLUG.fullmatch(employer) else "",
        code=read_code(_first(parameters, "code")) or read_code(f"{ICD10CM}:{typed.code}"),
        sort=sort if sort in SORTS else RELEVANCE,
        page=min(max(_number(_first(parameters, "page")), 1), MAX_PAGE),
    )


def read_code(typed: str) -> CodeNamed | None:
    """`icd10cm:E11.9`, also without the dot and in any case."""
    system, _, code = typed.partition(":")
    key = code.replace(".", "").strip().upper()
    if system.strip().lower() not in SYSTEMS or not _CODE_KEY.fullmatch(key):
        return None
    return CodeNamed(system.strip().lower(), key)


def _near(parameters: Parameters, typed: Understood) -> tuple[Near | None, str]:
    """The circle that is asked for, or the name of a place that nobody knows."""
    asked = str(tidy(_first(parameters, "near")[:MAX_PLACE]))
    place = places.read_place(asked) if asked else typed.place
    if place is None:
        return None, asked
    miles = typed.miles or _number(_first(parameters, "miles"))
    return Near(
        place, next((m for m in MILES if m >= miles), MILES[-1]) if miles else USUAL_MILES
    ), ""


def _pay(parameters: Parameters, typed: Understood) -> tuple[int, str]:
    """Cents and their unit. $30, 30.00 and 65,000 as people write them."""
    if typed.pay_cents:
        return min(typed.pay_cents, MAX_PAY), typed.pay_per
    asked = _first(parameters, "pay_min").strip().lstrip("$").replace(",", "")
    whole, _, rest = asked.partition(".")
    cents = min(_number(whole) * 100 + (_number(rest[:2].ljust(2, "0")) if rest else 0), MAX_PAY)
    per = _first(parameters, "pay_per")
    return cents, per if per in PAY_PER and cents else "hour"


def _first(parameters: Parameters, name: str) -> str:
    values = parameters.get(name) or [""]
    return values[0]


def _values(known: Filter, asked: Sequence[str]) -> tuple[str, ...]:
    """The chosen values that exist, each once, in the order of the taxonomy."""
    wanted = set(asked[:MAX_VALUES])
    if known.name == "state":
        wanted = {value.upper() for value in wanted}
    return tuple(value for value in known.values if value in wanted)


def _number(typed: str) -> int:
    typed = typed.strip()
    return int(typed[:9]) if typed.isascii() and typed.isdigit() else 0
