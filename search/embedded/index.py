"""One tantivy index on disk: its schema, its queries, a snapshot to read and a session to write.

The only file that imports tantivy, whose errors are ValueError and OSError; see `translated`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any, Self

import tantivy
from tantivy import DocAddress, Index, Occur, Query

from search.contract import IndexSpec, Kind, SearchUnavailable

ENGINE = f"tantivy {version('tantivy')}"
SOURCE, IDENTITY = "source", "id"

_BULK_MEMORY = 200_000_000  # bytes; a build of this product's largest index stays in one segment
_SESSION_MEMORY = 30_000_000
_MOST_VALUES = 65_000  # facet values counted before the most frequent are taken


@contextmanager
def translated() -> Iterator[None]:
    """The disk failed, or what is on it cannot be read: raises SearchUnavailable."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise SearchUnavailable(f"{type(error).__name__}: {error}") from error


def text_column(field: str) -> str:
    return f"text_{field}"


def start_column(field: str) -> str:
    """The first letters of each word, so that a short prefix is one term and not thousands."""
    return f"start_{field}"


def value_column(field: str) -> str:
    return f"value_{field}"


def order_column(order: str | None) -> str:
    """The one composite key of a named order, or of the tie-breakers."""
    return f"order_{order or ''}"


def build_schema(spec: IndexSpec) -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_bytes_field(SOURCE, stored=True)
    # An id is text under the raw tokenizer: deleting by a number would silently do nothing.
    builder.add_text_field(IDENTITY, tokenizer_name="raw", index_option="basic")
    for order in (None, *spec.orders):
        builder.add_text_field(
            order_column(order), fast=True, tokenizer_name="raw", index_option="basic"
        )
    for field in spec.searched:
        builder.add_text_field(text_column(field.name), tokenizer_name="whitespace")
        builder.add_text_field(
            start_column(field.name), tokenizer_name="whitespace", index_option="basic"
        )
    for field in spec.fields:
        if not (field.filterable or field.facet):
            continue
        if field.kind is Kind.INTEGER:
            builder.add_integer_field(value_column(field.name), indexed=True, fast=True)
        else:
            builder.add_text_field(
                value_column(field.name), fast=True, tokenizer_name="raw", index_option="basic"
            )
    return builder.build()


class Clauses:
    """Queries over one schema. Only `scored` and `best_of` give a score; the rest select."""

    def __init__(self, schema: tantivy.Schema) -> None:
        self._schema = schema

    def term(self, column: str, value: str | int) -> Query:
        return Query.term_query(self._schema, column, value, index_option="basic")

    def terms(self, column: str, values: Sequence[str | int]) -> Query:
        return Query.term_set_query(self._schema, column, values)

    def near(self, column: str, word: str, typos: int, *, prefix: bool) -> Query:
        return Query.fuzzy_term_query(self._schema, column, word, typos, True, prefix)

    def phrase(self, column: str, words: Sequence[str]) -> Query:
        if len(words) == 1:
            return self.term(column, words[0])
        return Query.phrase_query(self._schema, column, list(words))

    def between(self, column: str, low: int | None, high: int | None) -> Query:
        if low is None and high is None:
            return self.exists(column)
        return Query.range_query(self._schema, column, tantivy.FieldType.Integer, low, high)

    def exists(self, column: str) -> Query:
        return Query.exists_query(column)

    def all_of(self, queries: Sequence[Query]) -> Query:
        if len(queries) == 1:
            return queries[0]
        return Query.boolean_query([(Occur.Must, q) for q in queries]) if queries else self.all()

    def any_of(self, queries: Sequence[Query]) -> Query:
        if len(queries) == 1:
            return queries[0]
        return Query.boolean_query([(Occur.Should, q) for q in queries]) if queries else self.none()

    def at_least(self, number: int, queries: Sequence[Query]) -> Query:
        return Query.boolean_query([(Occur.Should, q) for q in queries], number)

    def but_not(self, query: Query, without: Query) -> Query:
        return Query.boolean_query([(Occur.Must, query), (Occur.MustNot, without)])

    def negated(self, query: Query) -> Query:
        return self.but_not(self.all(), query)

    def all(self) -> Query:
        return Query.all_query()

    def none(self) -> Query:
        return Query.empty_query()

    def scored(self, query: Query, score: int) -> Query:
        return Query.const_score_query(query, float(score))

    def best_of(self, queries: Sequence[Query]) -> Query:
        return Query.disjunction_max_query(list(queries))


class Snapshot:
    """One state of an index; it stays as it is whatever is written meanwhile."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self._searcher = searcher

    def size(self) -> int:
        return int(self._searcher.num_docs)

    def count(self, query: Query) -> int:
        return _matches(self._searcher.search(query, 1))

    def holds(self, column: str, word: str) -> bool:
        return bool(self._searcher.doc_freq(column, word))

    def best(self, query: Query, limit: int) -> tuple[list[tuple[int, DocAddress]], int]:
        """The hits of highest score with it, ties in no order, and how many match at all."""
        found = self._searcher.search(query, limit)
        return [(round(score), address) for score, address in found.hits], _matches(found)

    def ordered(self, query: Query, column: str, offset: int, limit: int) -> list[DocAddress]:
        """A page in ascending order of a text column, which must tell every two documents apart."""
        found = self._searcher.search(
            query,
            limit,
            count=False,
            order_by_field=column,
            offset=offset,
            order=tantivy.Order.Asc,
        )
        return [address for _, address in found.hits]

    def documents(self, addresses: Iterable[DocAddress]) -> list[dict[str, Any]]:
        return [json.loads(self._source(address)) for address in addresses]

    def _source(self, address: DocAddress) -> bytes:
        source: bytes = self._searcher.doc(address)[SOURCE][0]
        return source

    def counts(self, query: Query, columns: Sequence[str]) -> dict[str, dict[str, int]]:
        """How many of the matching documents hold each value of each column."""
        if not columns:
            return {}
        wanted = {
            column: {"terms": {"field": column, "size": _MOST_VALUES, "segment_size": _MOST_VALUES}}
            for column in columns
        }
        found = self._searcher.aggregate(query, wanted)
        return {
            column: {_shown(b["key"]): b["doc_count"] for b in found[column]["buckets"]}
            for column in columns
        }

    def everything(self) -> Iterator[dict[str, Any]]:
        """Every document, as they lie on disk."""
        yield from self.selected(Query.all_query())

    def selected(self, query: Query) -> Iterator[dict[str, Any]]:
        """Every document that a query selects, in no order."""
        found = self._searcher.search(query, max(1, self.size()), count=False)
        for _, address in found.hits:
            yield from self.documents([address])

    def values(self, column: str) -> list[str]:
        """Every distinct value of a text column."""
        return [value for value, _ in self._searcher.terms_with_prefix(column, "")]


def _matches(found: Any) -> int:
    return int(found.count)  # tantivy's stubs leave it out


def _shown(key: str | float) -> str:
    return key if isinstance(key, str) else str(int(key))


class Reader:
    """Opens an index in this process and follows what other processes write."""

    def __init__(self, path: str) -> None:
        self._index = Index.open(path)
        # tantivy's own reloading is a thread, which a fork would lose.
        self._index.config_reader("manual")

    def snapshot(self) -> Snapshot:
        self._index.reload()
        return Snapshot(self._index.searcher())


@translated()
def create(path: str, spec: IndexSpec) -> None:
    """An empty index in an empty directory."""
    Index(build_schema(spec), path=path)


class Session:
    """Writes to a freshly opened index that become visible together, at `commit`.

    The caller holds the write lock of the index. Left without a commit, nothing was written.
    """

    @translated()
    def __init__(self, path: str, *, bulk: bool = False) -> None:
        memory = _BULK_MEMORY if bulk else _SESSION_MEMORY
        self._writer = Index.open(path).writer(memory, num_threads=1)
        # A writer that was killed between writing its deletions and its commit left a file that
        # this one, repeating the work, would give the same name.
        self._writer.garbage_collect_files()
        self._committed = False

    def __enter__(self) -> Self:
        return self

    @translated()
    def put(self, columns: dict[str, Any]) -> None:
        self._writer.add_document(tantivy.Document(**columns))

    @translated()
    def remove(self, identity: str) -> None:
        self._writer.delete_documents_by_term(IDENTITY, identity)

    @translated()
    def commit(self) -> None:
        self._writer.commit()
        self._committed = True

    @translated()
    def __exit__(self, *_: object) -> None:
        if not self._committed:
            self._writer.rollback()
        self._writer.wait_merging_threads()
