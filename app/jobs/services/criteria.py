"""What a visitor searches listings by: read from an address, and written back as one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app import taxonomy
from app.codes.models import SYSTEMS
from app.forms import tidy
from app.jobs.documents import cents_a_year
from app.jobs.models import Facet

MAX_TEXT = 200
MAX_PAY = 1_000_000  # dollars
MAX_PAGE = 500  # an engine counts no further than 10,000 results
MAX_VALUES = 60  # of one parameter; more than any filter has

RELEVANCE = "relevance"
SORTS = {
    RELEVANCE: "Best match",
    "newest": "Newest",
    "pay": "Highest pay",
    "closing": "Closing soonest",
}
PAY_PER = {"hour": "an hour", "year": "a year"}
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
    )
}

_CREDENTIALS = {c.label.lower(): c.slug for c in taxonomy.CREDENTIALS.values()}
# The apprentice form of a credential: who types CPC-A looks for work that takes apprentices.
_APPRENTICES = {
    f"{c.label}-A".lower(): c.slug for c in taxonomy.CREDENTIALS.values() if c.apprentice_form
}
_STATES = {name.lower(): code for code, name in taxonomy.STATES.items()}
_LONGEST_STATE = 3  # words: District of Columbia
# With its dot a code can be nothing else; without it, V28 may be a model of risk adjustment.
_DOTTED_CODE = re.compile(r"[a-tv-z][0-9][0-9a-z]\.[0-9a-z]{1,4}")
_CODE_KEY = re.compile(r"[A-Z0-9]{1,8}(?:-[A-Z0-9]{1,8})?")
_SLUG = re.compile(r"[a-z0-9-]{1,80}")


@dataclass(frozen=True, slots=True)
class CodeNamed:
    """A code that a listing names, alone or within a range."""

    system: str
    key: str  # without the dot: "E119"

    @property
    def shown(self) -> str:
        dotted = len(self.key) > 3 and "-" not in self.key
        return f"{self.key[:3]}.{self.key[3:]}" if dotted else self.key


@dataclass(frozen=True, slots=True)
class Criteria:
    text: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    apprentice: bool = False
    pay_min: int = 0  # dollars
    pay_per: str = "hour"
    employer: str = ""  # an organisation's slug
    code: CodeNamed | None = None
    sort: str = RELEVANCE
    page: int = 1

    @property
    def pay_floor(self) -> int:
        """The least pay asked for, in cents a year; 0 for any."""
        return cents_a_year(self.pay_min * 100, self.pay_per) or 0

    @property
    def narrowed(self) -> int:
        """How many choices narrow the search; typed words are one."""
        single = (self.text, self.apprentice, self.pay_min, self.employer, self.code)
        return sum(len(values) for values in self.chosen.values()) + sum(map(bool, single))

    def on_page(self, page: int) -> Criteria:
        return replace(self, page=page)

    def parameters(self) -> list[tuple[str, str]]:
        """The address of this search, the same whichever way it was reached."""
        found = [("q", self.text)] if self.text else []
        found += [(name, v) for name in FILTERS for v in self.chosen.get(name, ())]
        if self.apprentice:
            found.append(("apprentice", "1"))
        if self.pay_min:
            found += [("pay_min", str(self.pay_min)), ("pay_per", self.pay_per)]
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
                left = tuple(v for v in values if v != value)
                chosen = {n: (left if n == name else v) for n, v in self.chosen.items()}
                without = replace(first, chosen={n: v for n, v in chosen.items() if v})
                yield Choice(FILTERS[name].label, FILTERS[name].values[value], without)
        if self.apprentice:
            yield Choice("New to coding", "Apprentices welcome", replace(first, apprentice=False))
        if self.pay_min:
            label = f"${self.pay_min:,} or more {PAY_PER[self.pay_per]}"
            yield Choice("Pay", label, replace(first, pay_min=0, pay_per="hour"))
        if self.employer:
            yield Choice("Employer", employer or self.employer, replace(first, employer=""))
        if self.code:
            label = f"{SYSTEMS[self.code.system]} {self.code.shown}"
            yield Choice("Names the code", label, replace(first, code=None))


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing a search is narrowed by."""

    kind: str
    label: str
    without: Criteria  # the same search, less this


def read_criteria(parameters: Parameters) -> Criteria:
    """The search an address asks for. What cannot be understood is left out, never refused."""
    chosen = {name: _values(parameters, known) for name, known in FILTERS.items()}
    typed = _understand(_first(parameters, "q"))
    for name, exact in (("credential", typed.credentials), ("state", typed.states)):
        chosen[name] = tuple(dict.fromkeys((*chosen[name], *exact)))
    pay_per = _first(parameters, "pay_per")
    sort = _first(parameters, "sort")
    employer = _first(parameters, "employer")
    return Criteria(
        text=" ".join(typed.words),
        chosen={name: values for name, values in chosen.items() if values},
        apprentice=typed.apprentice
        or _first(parameters, "apprentice") in ("1", "yes", "on", "true"),
        pay_min=min(_whole_dollars(_first(parameters, "pay_min")), MAX_PAY),
        pay_per=pay_per if pay_per in PAY_PER else "hour",
        employer=employer if _SLUG.fullmatch(employer) else "",
        code=read_code(_first(parameters, "code")) or typed.code,
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


@dataclass(slots=True)
class _Understood:
    """What typed words say exactly, and the words that are left."""

    words: list[str] = field(default_factory=list)
    credentials: list[str] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    apprentice: bool = False
    code: CodeNamed | None = None


def _understand(typed: str) -> _Understood:
    """Take out what is exact: a credential, a state in full, a code with its dot.

    As words they would find too much and too little: CPC begins CPCO, CCS-P holds CCS, and a
    remote job that is open to Texas need not say so.
    """
    found = _Understood()
    words = str(tidy(typed[:MAX_TEXT])).split()
    while words:
        word = words.pop(0)
        bare = word.strip(",;.").lower()
        if slug := _CREDENTIALS.get(bare):
            found.credentials.append(slug)
        elif slug := _APPRENTICES.get(bare):
            found.credentials.append(slug)
            found.apprentice = True
        elif found.code is None and _DOTTED_CODE.fullmatch(bare):
            found.code = read_code(f"icd10cm:{bare}")
        elif state := _leading_state([word, *words]):
            found.states.append(state)
            del words[: taxonomy.STATES[state].count(" ")]
        else:
            found.words.append(word)
    return found


def _leading_state(words: Sequence[str]) -> str | None:
    """The state whose name the words begin with; Kansas City is none."""
    bare = [word.strip(",;.").lower() for word in words[: _LONGEST_STATE + 1]]
    for length in range(_LONGEST_STATE, 0, -1):
        state = _STATES.get(" ".join(bare[:length]))
        if state and bare[length : length + 1] != ["city"]:
            return state
    return None


def _first(parameters: Parameters, name: str) -> str:
    values = parameters.get(name) or [""]
    return values[0]


def _values(parameters: Parameters, known: Filter) -> tuple[str, ...]:
    """The chosen values that exist, each once, in the order of the taxonomy."""
    asked = set(list(parameters.get(known.name) or [])[:MAX_VALUES])
    if known.name == "state":
        asked = {value.upper() for value in asked}
    return tuple(value for value in known.values if value in asked)


def _number(typed: str) -> int:
    typed = typed.strip()
    return int(typed[:9]) if typed.isascii() and typed.isdigit() else 0


def _whole_dollars(typed: str) -> int:
    """$30, 30.00 and 65,000 as people write them."""
    return _number(typed.strip().lstrip("$").replace(",", "").partition(".")[0])
