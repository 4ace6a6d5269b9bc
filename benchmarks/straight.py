"""The same question without our library: what an engine takes by itself to answer it.

Each asker answers with the number of documents that match, so that both ways can be compared.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from search.contract import Filter, IndexSpec, Kind, SearchQuery
from search.embedded import index as disk
from search.embedded.directory import IndexDirectory
from search.embedded.filters import Points, compile_filter
from search.meilisearch.dialect import filter_text, order, typed_text
from search.words import typed_words, typos_forgiven


class Straight(Protocol):
    def prepare(self, query: SearchQuery) -> Any:
        """The question in the engine's own form; not part of what is timed."""

    def ask(self, prepared: Any) -> int: ...


class StraightMeilisearch:
    """Raw bodies over one connection that is kept open, for ids alone."""

    def __init__(self, url: str, key: str, uid: str, spec: IndexSpec) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._uid, self._spec = uid, spec

    def prepare(self, query: SearchQuery) -> bytes:
        def filters(but: str = "") -> list[str]:
            groups = [choice for name, choice in query.groups.items() if name != but]
            return [filter_text(self._spec, each) for each in (query.where, *groups) if each]

        shared = {
            "indexUid": self._uid,
            "q": typed_text(typed_words(query.text)),
            "matchingStrategy": "all",
        }
        page = {
            **shared,
            "filter": filters(),
            "facets": [name for name in query.facets if name not in query.groups],
            "offset": query.offset,
            "limit": query.limit,
            "attributesToRetrieve": [self._spec.id_field],
        }
        if query.order:
            page["sort"] = order(self._spec, query.order)
        alone = [
            {**shared, "filter": filters(name), "facets": [name], "limit": 0}
            for name in query.facets
            if name in query.groups
        ]
        return json.dumps({"queries": [page, *alone]}).encode()

    def ask(self, prepared: bytes) -> int:
        self._connection.request("POST", "/multi-search", prepared, self._headers)
        answer = self._connection.getresponse()
        found = json.loads(answer.read())
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {found}")
        return int(found["results"][0]["estimatedTotalHits"])


class StraightTantivy:
    """tantivy's own search and aggregation: its ranking, no documents read."""

    def __init__(self, folder: Path, spec: IndexSpec) -> None:
        generation = IndexDirectory(folder / spec.name).current()
        if generation is None:
            raise RuntimeError(f"there is no index in {folder}")
        self._spec = spec
        self._clauses = disk.Clauses(disk.build_schema(spec))
        self._snapshot = disk.Reader(generation.path).snapshot()
        geo = [field.name for field in spec.fields if field.kind is Kind.GEO]
        self._points = {
            name: Points(self._snapshot.values(disk.value_column(name))) for name in geo
        }
        self._texts = [disk.text_column(field.name) for field in spec.searched]

    def prepare(self, query: SearchQuery) -> tuple[SearchQuery, Any, list[tuple[Any, list[str]]]]:
        matching = self._matching(typed_words(query.text))
        counted = [name for name in query.facets if name not in query.groups]
        questions = [
            (self._narrowed(matching, query, but), [disk.value_column(n) for n in names])
            for but, names in (
                ("", counted),
                *((name, [name]) for name in query.facets if name in query.groups),
            )
            if names
        ]
        return query, self._narrowed(matching, query), questions

    def ask(self, prepared: tuple[SearchQuery, Any, list[tuple[Any, list[str]]]]) -> int:
        query, matching, counted = prepared
        if query.order is None:
            total = self._snapshot.best(matching, query.offset + query.limit)[1]
        else:
            column = disk.order_column(query.order)
            self._snapshot.ordered(matching, column, query.offset, query.limit)
            total = self._snapshot.count(matching)
        for selected, columns in counted:
            self._snapshot.counts(selected, columns)
        return total

    def _narrowed(self, matching: Any, query: SearchQuery, but: str = "") -> Any:
        groups = [choice for name, choice in query.groups.items() if name != but]
        conditions: Sequence[Filter | None] = (query.where, *groups)
        filters = [
            compile_filter(self._clauses, self._spec, each, self._points.__getitem__)
            for each in conditions
            if each is not None
        ]
        return self._clauses.all_of([matching, *filters])

    def _matching(self, typed: Sequence[str]) -> Any:
        last = len(typed) - 1
        return self._clauses.all_of(
            [self._ways(word, prefix=place == last) for place, word in enumerate(typed)]
        )

    def _ways(self, word: str, *, prefix: bool) -> Any:
        typos = typos_forgiven(word)
        return self._clauses.any_of(
            [
                self._clauses.near(text, word, typos, prefix=prefix)
                if typos or prefix
                else self._clauses.term(text, word)
                for text in self._texts
            ]
        )
