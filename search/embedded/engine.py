"""The embedded search engine: answers in this process, from an index on the local disk."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from search.contract import (
    MAX_TOTAL,
    Document,
    FacetValue,
    Filter,
    Health,
    Hit,
    IndexMissing,
    IndexSpec,
    InvalidQuery,
    Outcome,
    SearchQuery,
    SearchResult,
    SearchUnavailable,
    Ticket,
)
from search.embedded import index as disk
from search.embedded.directory import Generation, IndexDirectory, Stamp, content_stamp
from search.embedded.documents import Columns, order_key
from search.embedded.filters import Points, compile_filter
from search.embedded.ranking import TypedText, ranked_page
from search.facets import beginning_with, most_frequent
from search.validation import (
    check_facet,
    check_filter,
    check_id,
    check_query,
    check_spec,
    clean_documents,
)
from search.words import synonym_phrases, typed_words

LAYOUT = 1  # raised when the columns of a document change, so that every index is rebuilt

_PROGRESS = 1000  # documents between two reports of a rebuild
_OPENING_TRIES = 5  # a generation may be swept away between reading the pointer and opening it


@dataclass(slots=True)
class _View:
    """One state of an index, as this process last opened it."""

    process: int
    pointer: Stamp
    fingerprint: str
    content: Stamp
    path: str
    reader: disk.Reader
    snapshot: disk.Snapshot
    places: dict[str, Points] = field(default_factory=dict)

    def points(self, name: str) -> Points:
        if name not in self.places:
            self.places[name] = Points(self.snapshot.values(disk.value_column(name)))
        return self.places[name]


class _Known:
    """A spec with what is worked out from it once."""

    def __init__(self, spec: IndexSpec, root: Path) -> None:
        check_spec(spec)
        self.spec = spec
        self.directory = IndexDirectory(root / spec.name)
        self.clauses = disk.Clauses(disk.build_schema(spec))
        self.synonyms = synonym_phrases(spec.synonyms)
        self.columns = Columns(spec)
        described = f"{LAYOUT} {disk.ENGINE} {spec!r}"
        self.fingerprint = hashlib.sha256(described.encode()).hexdigest()

    def text(self, typed: list[str], view: _View) -> TypedText:
        return TypedText(self.clauses, view.snapshot, self.spec, typed, self.synonyms)

    def compiled(self, conditions: Iterable[Filter | None], view: _View) -> list[Any]:
        return [
            compile_filter(self.clauses, self.spec, condition, view.points)
            for condition in conditions
            if condition is not None
        ]

    def current(self) -> Generation:
        """Raises IndexMissing where there is none, or one made for another spec."""
        generation = self.directory.current()
        if generation is None or generation.fingerprint != self.fingerprint:
            raise IndexMissing(f"{self.spec.name} has to be rebuilt")
        return generation


class EmbeddedEngine:
    """Keeps each index in a directory under `path`, shared by any number of processes.

    Nothing is opened before it is asked for, so an engine may be made before a fork. A write has
    happened when the call returns.
    """

    def __init__(self, path: str | Path, specs: Sequence[IndexSpec] = ()) -> None:
        self._root = Path(path)
        self._known = {spec.name: _Known(spec, self._root) for spec in specs}
        self._views: dict[str, _View] = {}

    def ensure(self, specs: Sequence[IndexSpec]) -> tuple[str, ...]:
        stale = []
        for spec in specs:
            known = self._known[spec.name] = _Known(spec, self._root)
            with disk.translated(), known.directory.writing():
                generation = known.directory.current()
                if generation is None:
                    path = known.directory.fresh()
                    disk.create(path, spec)
                    generation = Generation(path, known.fingerprint, built=False)
                    known.directory.publish(generation)
                if not generation.built or generation.fingerprint != known.fingerprint:
                    stale.append(spec.name)
        return tuple(stale)

    def search(self, query: SearchQuery) -> SearchResult:
        started = time.perf_counter()
        known = self._spec(query.index)
        check_query(known.spec, query)
        with disk.translated():
            view = self._view(known)
            hits, total, typed = self._page(known, view, query)
            counted = self._facets(known, view, query, typed) if query.facets else {}
        found = tuple(Hit(str(hit[known.spec.id_field]), _asked_of(hit, query)) for hit in hits)
        milliseconds = (time.perf_counter() - started) * 1000
        return SearchResult(found, min(total, MAX_TOTAL), counted, milliseconds)

    def multi_search(self, queries: Sequence[SearchQuery]) -> tuple[SearchResult, ...]:
        return tuple(self.search(query) for query in queries)

    def facet_search(
        self, index: str, facet: str, prefix: str, *, where: Filter | None = None, limit: int = 10
    ) -> tuple[FacetValue, ...]:
        known = self._spec(index)
        check_facet(known.spec, facet)
        if where is not None:
            check_filter(known.spec, where)
        with disk.translated():
            view = self._view(known)
            selected = known.clauses.all_of(known.compiled([where], view))
            column = disk.value_column(facet)
            counted = view.snapshot.counts(selected, [column])[column]
        return beginning_with(counted, prefix, limit)

    def upsert(self, index: str, documents: Sequence[Document]) -> Ticket:
        known = self._spec(index)
        cleaned = clean_documents(known.spec, documents)
        rows = [known.columns.of(document) for document in cleaned.values()]
        return self._write(known, list(cleaned), rows)

    def delete(self, index: str, ids: Sequence[str]) -> Ticket:
        for identity in ids:
            check_id(identity)
        return self._write(self._spec(index), ids, [])

    def outcome(self, ticket: Ticket, *, timeout: float = 0.0) -> Outcome:  # noqa: ARG002
        """DONE: a ticket is given when the write has been carried out."""
        return Outcome.DONE

    def reason(self, ticket: Ticket) -> str:  # noqa: ARG002
        """Nothing: a write that fails does so at once."""
        return ""

    def rebuild(
        self,
        index: str,
        documents: Iterable[Document],
        *,
        progress: Callable[[int], None] | None = None,
    ) -> int:
        known = self._spec(index)
        directory = known.directory
        with directory.rebuilding():
            with disk.translated(), directory.writing():
                directory.sweep()
                path = directory.fresh()
            try:
                disk.create(path, known.spec)
                count = _fill(path, known, documents, progress)
            except BaseException:
                shutil.rmtree(path, ignore_errors=True)
                raise
            with disk.translated(), directory.writing():
                directory.publish(Generation(path, known.fingerprint, built=True))
                directory.sweep()
        return count

    def revisions(self, index: str, field: str = "revision") -> Iterator[tuple[str, int]]:
        """Every (id, revision), 0 for a document without one."""
        known = self._spec(index)
        known.spec.get(field)
        with disk.translated():
            snapshot = self._view(known).snapshot
            for document in snapshot.everything():
                yield str(document[known.spec.id_field]), int(document.get(field, 0))

    def documents(self, index: str, ids: Sequence[str] | None = None) -> Iterator[Document]:
        """Documents as they were given, cleaned: all, or those of `ids` that exist."""
        known = self._spec(index)
        with disk.translated():
            snapshot = self._view(known).snapshot
            if ids is None:
                yield from snapshot.everything()
            if not ids:
                return
            wanted = known.clauses.terms(disk.IDENTITY, list(ids))
            yield from snapshot.selected(wanted)

    def health(self) -> Health:
        counts = {}
        for name, known in self._known.items():
            try:
                with disk.translated():
                    counts[name] = self._view(known).snapshot.size()
            except IndexMissing:
                continue
            except SearchUnavailable as error:
                return Health(False, disk.ENGINE, str(error))
        return Health(True, disk.ENGINE, documents=counts)

    def close(self) -> None:
        self._views.clear()

    def _spec(self, index: str) -> _Known:
        try:
            return self._known[index]
        except KeyError:
            raise InvalidQuery(f"there is no index {index!r}") from None

    def _view(self, known: _Known) -> _View:
        """The latest state, opened anew in a new process and where something was written."""
        for attempt in range(_OPENING_TRIES):
            try:
                return self._fresh_view(known)
            except (FileNotFoundError, ValueError):
                if attempt == _OPENING_TRIES - 1:
                    raise
        raise AssertionError

    def _fresh_view(self, known: _Known) -> _View:
        # No lock: two threads may open the same state, and a fork can never inherit a held lock.
        view = self._views.get(known.spec.name)
        process, pointer = os.getpid(), known.directory.pointer_stamp()
        as_before = (process, pointer, known.fingerprint)
        if view is not None and as_before == (view.process, view.pointer, view.fingerprint):
            path, reader = view.path, view.reader
            content = content_stamp(path)
            if content == view.content:
                return view
        else:
            path = known.current().path
            content = content_stamp(path)
            reader = disk.Reader(path)
        view = _View(*as_before, content, path, reader, reader.snapshot())
        self._views[known.spec.name] = view
        return view

    def _page(
        self, known: _Known, view: _View, query: SearchQuery
    ) -> tuple[Sequence[dict[str, Any]], int, list[str]]:
        """One page of documents, how many match, and the words that were kept."""
        clauses, snapshot = known.clauses, view.snapshot
        filters = known.compiled([query.where, *query.groups.values()], view)
        # A filter selects and never scores.
        selecting = [clauses.scored(each, 0) for each in filters]

        def narrowed(matches: Any) -> Any:
            return clauses.all_of([matches, *selecting])

        typed = typed_words(query.text)
        offset = min(query.offset, MAX_TOTAL)
        limit = min(query.limit, MAX_TOTAL - offset)
        column = disk.order_column(query.order)
        ties = (column, partial(order_key, known.spec, query.order))
        while True:
            text = known.text(typed, view)
            if typed and query.order is None and limit:
                page, total = ranked_page(snapshot, text, narrowed, ties, offset, limit)
            else:
                matching = narrowed(text.matching())
                total = snapshot.count(matching)
                addresses = snapshot.ordered(matching, column, offset, limit) if limit else []
                page = snapshot.documents(addresses)
            if total or not query.relax or len(typed) < 2:
                return page, total, typed
            typed = typed[:-1]

    def _facets(
        self, known: _Known, view: _View, query: SearchQuery, typed: list[str]
    ) -> dict[str, dict[str, int]]:
        """The counts of each facet under every choice but its own."""
        matching = known.text(typed, view).matching()
        shared = [name for name in query.facets if name not in query.groups]
        alone = [[name] for name in query.facets if name in query.groups]
        counted: dict[str, dict[str, int]] = {}
        for names in (shared, *alone):
            groups = [choice for name, choice in query.groups.items() if name not in names]
            filters = known.compiled([query.where, *groups], view)
            selected = known.clauses.all_of([matching, *filters])
            counted |= view.snapshot.counts(selected, [disk.value_column(n) for n in names])
        return {name: most_frequent(counted[disk.value_column(name)]) for name in query.facets}

    def _write(self, known: _Known, ids: Sequence[str], rows: list[dict[str, Any]]) -> Ticket:
        ticket = Ticket(known.spec.name, str(time.time_ns()))
        with disk.translated(), known.directory.writing():
            path = known.current().path
            if ids:
                with disk.Session(path) as session:
                    for identity in ids:
                        session.remove(identity)
                    for row in rows:
                        session.put(row)
                    session.commit()
        return ticket


def _asked_of(document: dict[str, Any], query: SearchQuery) -> dict[str, Any]:
    if query.fields is None:
        return document
    return {name: document[name] for name in query.fields if name in document}


def _fill(
    path: str,
    known: _Known,
    documents: Iterable[Document],
    progress: Callable[[int], None] | None,
) -> int:
    seen: set[str] = set()
    with disk.Session(path, bulk=True) as session:
        for document in documents:
            for identity, cleaned in clean_documents(known.spec, [document]).items():
                if identity in seen:
                    session.remove(identity)
                seen.add(identity)
                session.put(known.columns.of(cleaned))
            if progress is not None and len(seen) % _PROGRESS == 0:
                progress(len(seen))
        session.commit()
    if progress is not None:
        progress(len(seen))
    return len(seen)
