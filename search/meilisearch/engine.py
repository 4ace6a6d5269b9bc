"""The Meilisearch engine: the same contract, kept by a server that many machines share."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
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
    SearchError,
    SearchQuery,
    SearchResult,
    SearchUnavailable,
    Ticket,
)
from search.facets import beginning_with, most_frequent
from search.meilisearch.dialect import (
    differ,
    document,
    filter_text,
    order,
    settings,
    typed_text,
)
from search.meilisearch.server import SEARCH_TIMEOUT, Server
from search.validation import (
    check_facet,
    check_filter,
    check_id,
    check_query,
    check_spec,
    clean_documents,
)
from search.words import typed_words

_BATCH = 2_000  # documents a request carries while rebuilding
_WAITING = 4  # batches that may wait on the server while the next is made
_PAGE = 5_000  # documents a request fetches for `revisions`
_FETCHED = 1_000  # whole documents a request fetches


@dataclass(slots=True)
class _Asked:
    """One question under way: its words, which may become fewer, and its answer so far."""

    spec: IndexSpec
    query: SearchQuery
    typed: list[str]
    result: SearchResult


class MeilisearchEngine:
    """Keeps each index on one server, under its name behind `prefix`.

    `search_key` needs the right to search; `admin_key` every right, and on all indexes (`*`), or
    a rebuild could not see its swap. Either may be None on a server without keys. A search is
    given up after `timeout` seconds of silence. Safe to share among threads and across forks.
    """

    def __init__(
        self,
        url: str,
        *,
        search_key: str | None = None,
        admin_key: str | None = None,
        prefix: str = "",
        specs: Sequence[IndexSpec] = (),
        timeout: float = SEARCH_TIMEOUT,
    ) -> None:
        self._server = Server(url, search_key, admin_key, timeout)
        self._prefix = prefix
        self._specs: dict[str, IndexSpec] = {}
        for spec in specs:
            self._learn(spec)

    def ensure(self, specs: Sequence[IndexSpec]) -> tuple[str, ...]:
        """Settings that differ are brought up to date by the rebuild this asks for.

        Changing them under a live index would take as long, over documents of the old shape.
        """
        stale = []
        for spec in specs:
            self._learn(spec)
            uid = self._uid(spec.name)
            try:
                found = self._server.settings(uid)
            except IndexMissing:
                self._server.create(uid, spec.id_field, settings(spec, built=False))
                found = {}
            if differ(settings(spec, built=True), found):
                stale.append(spec.name)
        return tuple(stale)

    def search(self, query: SearchQuery) -> SearchResult:
        return self.multi_search([query])[0]

    def multi_search(self, queries: Sequence[SearchQuery]) -> tuple[SearchResult, ...]:
        started = time.perf_counter()
        asked = []
        for query in queries:
            spec = self._spec(query.index)
            check_query(spec, query)
            asked.append(_Asked(spec, query, typed_words(query.text), SearchResult((), 0)))
        pending = asked
        while pending:
            self._ask(pending, started)
            # Where nothing holds every word, the last one is left out.
            pending = [
                each
                for each in pending
                if each.query.relax and len(each.typed) > 1 and not each.result.total
            ]
            for each in pending:
                each.typed = each.typed[:-1]
        return tuple(each.result for each in asked)

    def facet_search(
        self, index: str, facet: str, prefix: str, *, where: Filter | None = None, limit: int = 10
    ) -> tuple[FacetValue, ...]:
        spec = self._spec(index)
        check_facet(spec, facet)
        options: dict[str, Any] = {"exhaustiveFacetCount": True}
        if where is not None:
            check_filter(spec, where)
            options["filter"] = filter_text(spec, where)
        # Meilisearch forgives typos here too, which we do not.
        found = self._server.facet_values(self._uid(index), facet, prefix, options)
        return beginning_with(found, prefix, limit)

    def upsert(self, index: str, documents: Sequence[Document]) -> Ticket:
        spec = self._spec(index)
        cleaned = clean_documents(spec, documents).values()
        uid = self._existing_uid(index)
        written = [document(spec, each) for each in cleaned]
        return Ticket(index, str(self._server.put(uid, written)) if written else "")

    def delete(self, index: str, ids: Sequence[str]) -> Ticket:
        for identity in ids:
            check_id(identity)
        uid = self._existing_uid(index)
        return Ticket(index, str(self._server.remove(uid, list(ids))) if ids else "")

    def outcome(self, ticket: Ticket, *, timeout: float = 0.0) -> Outcome:
        """A write the server has forgotten counts as lost; writing again does no harm."""
        if not ticket.number:
            return Outcome.DONE
        try:
            return self._server.wait(int(ticket.number), timeout)[0]
        except IndexMissing:
            return Outcome.LOST

    def reason(self, ticket: Ticket) -> str:
        if not ticket.number:
            return ""
        try:
            outcome, reason = self._server.wait(int(ticket.number), 0)
        except IndexMissing:
            return "the server has forgotten the write"
        return reason if outcome in (Outcome.FAILED, Outcome.LOST) else ""

    def rebuild(
        self,
        index: str,
        documents: Iterable[Document],
        *,
        progress: Callable[[int], None] | None = None,
    ) -> int:
        spec, live = self._spec(index), self._uid(index)
        sizes = self._server.sizes()
        for uid in sizes:
            if uid.startswith(f"{live}-next-"):
                self._server.drop(uid)  # left by a rebuild that died
        beside = f"{live}-next-{secrets.token_hex(4)}"
        try:
            self._server.create(beside, spec.id_field, settings(spec, built=True))
            sent = self._fill(beside, spec, documents, progress)
            count = self._server.sizes()[beside]
            if progress is not None:
                progress(sent)  # the last moment to give it up
            if live not in sizes:
                # Only now: a swap needs both, and an empty one must not answer before it.
                self._server.create(live, spec.id_field, settings(spec, built=False))
            self._server.swap(live, beside)
        finally:
            with suppress(SearchError):  # the next rebuild will drop it
                self._server.drop(beside)
        return count

    def revisions(self, index: str, field: str = "revision") -> Iterator[tuple[str, int]]:
        """Every (id, revision), 0 for a document without one."""
        spec, uid = self._spec(index), self._uid(index)
        spec.get(field)
        offset, total = 0, 1
        while offset < total:
            asked = {"fields": [spec.id_field, field], "limit": _PAGE, "offset": offset}
            page, total = self._server.fetch(uid, asked)
            for each in page:
                yield str(each[spec.id_field]), int(each.get(field, 0))
            offset += _PAGE

    def documents(self, index: str, ids: Sequence[str] | None = None) -> Iterator[Document]:
        """Documents as they were given, cleaned: all, or those of `ids` that exist."""
        spec, uid = self._spec(index), self._uid(index)
        asked: dict[str, Any] = {"fields": [field.name for field in spec.fields]}
        if ids is not None:
            for start in range(0, len(ids), _FETCHED):
                part = list(ids[start : start + _FETCHED])
                yield from self._server.fetch(uid, {**asked, "ids": part, "limit": len(part)})[0]
            return
        offset, total = 0, 1
        while offset < total:
            page = {**asked, "limit": _FETCHED, "offset": offset}
            found, total = self._server.fetch(uid, page)
            yield from found
            offset += _FETCHED

    def health(self) -> Health:
        """Documents and version only where there is an admin key to ask with."""
        try:
            self._server.check()
            sizes = self._server.sizes() if self._server.administered else {}
        except SearchError as error:
            return Health(False, "meilisearch", str(error))
        version = ""
        if self._server.administered:
            with suppress(SearchError):
                version = self._server.version()
        counts = {name: sizes[uid] for name in self._specs if (uid := self._uid(name)) in sizes}
        return Health(True, "meilisearch", documents=counts, version=version)

    def close(self) -> None:
        self._server.close()

    def _ask(self, asked: Sequence[_Asked], started: float) -> None:
        bodies = [self._bodies(each) for each in asked]
        answers = iter(self._server.search([body for many in bodies for body in many]))
        milliseconds = (time.perf_counter() - started) * 1000
        for each, many in zip(asked, bodies, strict=True):
            each.result = _result(each, list(islice(answers, len(many))), milliseconds)

    def _bodies(self, asked: _Asked) -> list[dict[str, Any]]:
        """The question itself, then one for each facet whose own choice must not count."""
        spec, query = asked.spec, asked.query
        offset = min(query.offset, MAX_TOTAL)
        shared = {
            "indexUid": self._uid(query.index),
            "q": typed_text(asked.typed),
            "matchingStrategy": "all",
        }
        page = {
            **shared,
            "filter": _filters(query, spec),
            "facets": [name for name in query.facets if name not in query.groups],
            "offset": offset,
            "limit": min(query.limit, MAX_TOTAL - offset),
            "attributesToRetrieve": _retrieved(spec, query),
        }
        if query.order is not None:
            page["sort"] = order(spec, query.order)
        alone = [
            {**shared, "filter": _filters(query, spec, but=name), "facets": [name], "limit": 0}
            for name in query.facets
            if name in query.groups
        ]
        return [page, *alone]

    def _fill(
        self,
        uid: str,
        spec: IndexSpec,
        documents: Iterable[Document],
        progress: Callable[[int], None] | None,
    ) -> int:
        source, tasks, sent = iter(documents), [], 0

        def waiting() -> None:
            if progress is not None:
                progress(sent)

        while batch := list(islice(source, _BATCH)):
            cleaned = clean_documents(spec, batch).values()
            tasks.append(self._server.put(uid, [document(spec, each) for each in cleaned]))
            sent += len(cleaned)
            if len(tasks) > _WAITING:
                self._server.finish(tasks.pop(0), waiting)
            waiting()
        for task in tasks:
            self._server.finish(task, waiting)
        return sent

    def _existing_uid(self, index: str) -> str:
        """Raises IndexMissing: writing to a missing index would make one without settings.

        Asked before each write, because a server may have lost what it had an hour ago.
        """
        self._spec(index)
        uid = self._uid(index)
        self._server.require(uid)
        return uid

    def _uid(self, index: str) -> str:
        return f"{self._prefix}{index}"

    def _learn(self, spec: IndexSpec) -> None:
        check_spec(spec)
        self._specs[spec.name] = spec

    def _spec(self, index: str) -> IndexSpec:
        try:
            return self._specs[index]
        except KeyError:
            raise InvalidQuery(f"there is no index {index!r}") from None


def _filters(query: SearchQuery, spec: IndexSpec, *, but: str = "") -> list[str]:
    groups = [choice for name, choice in query.groups.items() if name != but]
    return [filter_text(spec, each) for each in (query.where, *groups) if each is not None]


def _retrieved(spec: IndexSpec, query: SearchQuery) -> list[str]:
    if query.fields is None:
        return [field.name for field in spec.fields]
    return sorted({spec.id_field, *query.fields})


def _hit(found: dict[str, Any], asked: _Asked) -> Hit:
    identity, fields = str(found[asked.spec.id_field]), asked.query.fields
    wanted = found if fields is None else {n: found[n] for n in fields if n in found}
    return Hit(identity, wanted)


def _result(asked: _Asked, answers: list[dict[str, Any]], milliseconds: float) -> SearchResult:
    query = asked.query
    try:
        counted: dict[str, dict[str, int]] = {}
        for answer in answers:
            counted |= answer.get("facetDistribution") or {}
        hits = tuple(_hit(hit, asked) for hit in answers[0]["hits"])
        total = min(int(answers[0]["estimatedTotalHits"]), MAX_TOTAL)
        facets = {name: most_frequent(counted.get(name, {})) for name in query.facets}
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise SearchUnavailable(f"the answer makes no sense: {error!r}") from error
    return SearchResult(hits, total, facets, milliseconds)
