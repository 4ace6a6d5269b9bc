"""The contract every search engine keeps: what an index is, what may be asked, what comes back.

Nothing here knows an engine, a web framework or a database. Values are frozen, filters are a small
tree and never a string, and a write returns a ticket: no caller may rely on reading its own write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

Scalar = str | int | float | bool
Document = Mapping[str, Any]


class SearchError(Exception):
    """Anything an engine can fail with."""


class SearchUnavailable(SearchError):
    """The engine cannot be reached or is too slow; the caller falls back to the database."""


class InvalidQuery(SearchError):
    """The query names a field the index does not declare, or a value of the wrong type."""


class IndexMissing(SearchError):
    """The index has not been built yet."""


class Kind(StrEnum):
    """What a field holds. Lists are allowed for every kind but GEO; a list matches by any item."""

    TEXT = "text"  # searched word by word, with typos and prefixes
    CODE = "code"  # searched as a whole token or a prefix of one, never with typos
    KEYWORD = "keyword"  # filtered and counted, exact; values never differ by case or blanks alone
    INTEGER = "integer"  # filtered and sorted; dates are unix seconds, money is cents
    BOOLEAN = "boolean"
    GEO = "geo"  # {"lat": degrees, "lng": degrees}
    STORED = "stored"  # returned, never searched


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    kind: Kind
    weight: int = 0  # >0: searched; a heavier field ranks above every lighter one
    filterable: bool = False
    facet: bool = False
    sortable: bool = False


@dataclass(frozen=True, slots=True)
class IndexSpec:
    """An index as code. `id_field` values match `[A-Za-z0-9_-]{1,128}`."""

    name: str
    fields: tuple[Field, ...]
    # Named orders: "newest" -> (("featured", desc), ...). An order never outranks typed text,
    # unless the query asks for it by name.
    orders: Mapping[str, tuple[tuple[str, bool], ...]] = field(default_factory=dict)
    # What breaks ties between equally good matches of typed text.
    tie_breakers: tuple[tuple[str, bool], ...] = ()
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    id_field: str = "id"

    def get(self, name: str) -> Field:
        for candidate in self.fields:
            if candidate.name == name:
                return candidate
        raise InvalidQuery(f"{self.name} has no field {name!r}")

    @property
    def facets(self) -> tuple[Field, ...]:
        return tuple(f for f in self.fields if f.facet)

    @property
    def searched(self) -> tuple[Field, ...]:
        return tuple(sorted((f for f in self.fields if f.weight), key=lambda f: -f.weight))


# --- Filters -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Eq:
    field: str
    value: Scalar


@dataclass(frozen=True, slots=True)
class In:
    """Any of the values; an empty tuple matches nothing."""

    field: str
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """Inclusive at both ends; None leaves that end open."""

    field: str
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Exists:
    field: str


@dataclass(frozen=True, slots=True)
class GeoRadius:
    field: str
    lat: float
    lng: float
    metres: int


@dataclass(frozen=True, slots=True)
class All:
    """Every part; with no parts it matches everything."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part; with no parts it matches nothing."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Filter


Filter = Eq | In | Range | Exists | GeoRadius | All | AnyOf | Not


# --- Asking ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """One question to one index.

    `groups` are the visitor's choices, one filter per facet field; the counts of a facet ignore
    its own group, so that a visitor sees what another choice would give. `where` always applies.
    """

    index: str
    text: str = ""
    where: Filter | None = None
    groups: Mapping[str, Filter] = field(default_factory=dict)
    facets: tuple[str, ...] = ()
    order: str | None = None  # a name in IndexSpec.orders; None ranks by the typed text
    offset: int = 0
    limit: int = 20
    # Every typed word must match (the default), or the last ones may be left out when nothing does.
    relax: bool = True
    # What is wanted of each document found: these fields, none of them, or (None) all of it.
    fields: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    id: str
    document: Document


@dataclass(frozen=True, slots=True)
class SearchResult:
    hits: tuple[Hit, ...]
    total: int  # exact up to MAX_TOTAL, clamped there
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    milliseconds: float = 0.0


MAX_TOTAL = 10_000
MAX_LIMIT = 200
MAX_TEXT = 400  # characters of typed text an engine looks at; the rest is ignored
MAX_FACET_VALUES = 200


@dataclass(frozen=True, slots=True)
class FacetValue:
    value: str
    count: int


# --- Writing -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ticket:
    """A write that was accepted; `outcome` tells whether it was carried out."""

    index: str
    number: str


class Outcome(StrEnum):
    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"  # refused: something in the documents is wrong
    LOST = "lost"  # not carried out, and the documents are not to blame: write them again


@dataclass(frozen=True, slots=True)
class Health:
    available: bool
    engine: str
    detail: str = ""
    documents: Mapping[str, int] = field(default_factory=dict)
    version: str = ""  # of a server, where the key may ask for it


class SearchEngine(Protocol):
    """What both engines do. Every call may raise SearchUnavailable."""

    def ensure(self, specs: Sequence[IndexSpec]) -> tuple[str, ...]:
        """Create what is missing and bring settings up to date.

        Returns the names of the indexes that need a rebuild (new, or of another fingerprint).
        """

    def search(self, query: SearchQuery) -> SearchResult: ...

    def multi_search(self, queries: Sequence[SearchQuery]) -> tuple[SearchResult, ...]:
        """Several questions in one round trip, answered in the order asked."""

    def facet_search(
        self, index: str, facet: str, prefix: str, *, where: Filter | None = None, limit: int = 10
    ) -> tuple[FacetValue, ...]:
        """Values of one facet that begin with `prefix` (any case), most frequent first."""

    def upsert(self, index: str, documents: Sequence[Document]) -> Ticket: ...

    def delete(self, index: str, ids: Sequence[str]) -> Ticket: ...

    def outcome(self, ticket: Ticket, *, timeout: float = 0.0) -> Outcome:
        """Whether the write was carried out; waits up to `timeout` seconds for it."""

    def reason(self, ticket: Ticket) -> str:
        """Why a write failed, in the engine's words; empty where it did not."""

    def rebuild(
        self,
        index: str,
        documents: Iterable[Document],
        *,
        progress: Callable[[int], None] | None = None,
    ) -> int:
        """Build beside and swap; the old index answers until then. Returns the document count.

        `progress` hears how many documents were written, also now and then while nothing but
        waiting is done; what it raises gives the rebuild up. Writers need not stop: what they
        write meanwhile goes to the old index, and the caller replays it (see `revisions`).
        """

    def revisions(self, index: str, field: str = "revision") -> Iterable[tuple[str, int]]:
        """Every (id, revision) in the index, to compare with the database."""

    def documents(self, index: str, ids: Sequence[str] | None = None) -> Iterable[Document]:
        """Documents as the index holds them, in no order: all, or those of `ids` that exist."""

    def health(self) -> Health: ...

    def close(self) -> None: ...
