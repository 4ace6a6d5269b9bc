"""What is written, replaced, deleted and rebuilt, and how an index comes to be."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from search.contract import (
    Eq,
    Exists,
    Field,
    IndexMissing,
    InvalidQuery,
    Kind,
    Not,
    Outcome,
    SearchEngine,
    SearchQuery,
    Ticket,
)
from tests.search.conftest import MakeEngine
from tests.search.things import THINGS, assorted, found, put, settled, thing


def test_a_document_comes_back_as_it_was_given(engine: SearchEngine):
    given = thing(
        "a",
        title=["Coder", "Auditor"],
        codes=["e11.9"],
        body="text",
        tags=["cpc", "ccs"],
        open=False,
        size=0,
        place={"lat": 1.5, "lng": -2},
        note={"anything": [1, 2.5, None, {"deep": "é"}]},
    )
    put(engine, given)

    (hit,) = engine.search(SearchQuery("things")).hits

    assert hit.document == given
    assert found(engine, "auditor") == ["a"]


def test_nothing_empty_is_kept(engine: SearchEngine):
    put(engine, thing("a", title=None, tags=[], colour="", size=None, place=None, note=None))

    (hit,) = engine.search(SearchQuery("things")).hits

    assert set(hit.document) == {"id", "revision"}
    for field in ("tags", "colour", "size", "place"):
        assert found(engine, where=Not(Exists(field))) == ["a"], field


def test_a_document_is_replaced_as_a_whole(engine: SearchEngine):
    put(engine, thing("a", title="coder", tags=["cpc"]), thing("b", title="coder"))
    put(engine, thing("a", title="nurse"))

    assert found(engine, "coder") == ["b"]
    assert found(engine, "nurse") == ["a"]
    assert found(engine, where=Exists("tags")) == []
    assert engine.search(SearchQuery("things")).total == 2


def test_the_last_of_several_documents_with_one_id_counts(engine: SearchEngine):
    put(engine, thing("a", title="coder"), thing("b", title="coder"), thing("a", title="nurse"))

    assert found(engine) == ["a", "b"]
    assert found(engine, "nurse") == ["a"]


def test_deleted_documents_are_gone_and_unknown_ids_do_no_harm(engine: SearchEngine):
    put(engine, thing("a-1"), thing("A-1"), thing("a-10"), thing("a_1"))

    settled(engine, engine.delete("things", ["a-1", "nobody"]))

    assert set(found(engine)) == {"A-1", "a-10", "a_1"}


def test_writing_nothing_is_done_at_once(engine: SearchEngine):
    settled(engine, engine.upsert("things", []))
    settled(engine, engine.delete("things", []))


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"id": None},
        {"id": 7},
        {"id": "E11.9"},
        {"id": ""},
        {"id": "a" * 129},
        {"id": "a\n"},
        {"id": "a", "secret": "unknown fields stay out"},
        {"id": "a", "title": 7},
        {"id": "a", "title": ["coder", None]},
        {"id": "a", "tags": [["cpc"]]},
        {"id": "a", "tags": "x" * 500},
        {"id": "a", "open": "yes"},
        {"id": "a", "open": 1},
        {"id": "a", "size": 1.5},
        {"id": "a", "size": True},
        {"id": "a", "size": 2**53 + 1},
        {"id": "a", "place": [1, 2]},
        {"id": "a", "place": {"lat": 91, "lng": 0}},
        {"id": "a", "place": {"lat": float("nan"), "lng": 0}},
        {"id": "a", "note": object()},
        {"id": "a", "note": float("inf")},
        {"id": "a", "title": "\ud800"},
    ],
    ids=lambda document: ascii(document)[:40],
)
def test_a_batch_with_a_wrong_document_is_refused_as_a_whole(
    engine: SearchEngine, document: dict[str, Any]
):
    with pytest.raises(InvalidQuery):
        engine.upsert("things", [thing("good"), document])

    assert found(engine) == []


def test_an_id_that_none_can_have_is_refused(engine: SearchEngine):
    with pytest.raises(InvalidQuery):
        engine.delete("things", ["a", "E11.9"])


def test_an_empty_index_answers_everything_with_nothing(engine: SearchEngine):
    asked = SearchQuery(
        "things", "coder", where=Eq("size", 1), groups={"tags": Eq("tags", "x")}, facets=("tags",)
    )

    result = engine.search(asked)

    assert (result.hits, result.total, result.facets) == ((), 0, {"tags": {}})
    assert engine.facet_search("things", "tags", "c") == ()
    assert list(engine.revisions("things")) == []


def test_an_index_that_was_never_created_is_missing(make_engine: MakeEngine):
    engine = make_engine(THINGS)

    with pytest.raises(IndexMissing):
        engine.search(SearchQuery("things"))
    with pytest.raises(IndexMissing):
        engine.facet_search("things", "tags", "c")
    with pytest.raises(IndexMissing):
        engine.upsert("things", [thing()])
    with pytest.raises(IndexMissing):
        engine.delete("things", ["a"])
    with pytest.raises(IndexMissing):
        list(engine.revisions("things"))
    assert engine.health().available
    assert engine.health().documents == {}


def test_an_index_is_missing_and_never_empty_while_it_is_built_for_the_first_time(
    make_engine: MakeEngine,
):
    builder, visitor = make_engine(THINGS), make_engine(THINGS)
    asked = []

    def documents() -> Iterator[dict[str, Any]]:
        with pytest.raises(IndexMissing):
            found(visitor)
        asked.append(True)
        yield thing("a")

    assert builder.rebuild("things", documents()) == 1
    assert asked
    assert found(visitor) == ["a"]


def test_a_new_index_asks_for_a_rebuild_until_it_had_one(make_engine: MakeEngine):
    engine = make_engine(THINGS)

    assert engine.ensure([THINGS]) == ("things",)
    put(engine, thing("a"))
    assert engine.ensure([THINGS]) == ("things",)
    assert engine.rebuild("things", [thing("a"), thing("b")]) == 2
    assert engine.ensure([THINGS]) == ()
    assert make_engine().ensure([THINGS]) == ()
    assert found(engine) == ["a", "b"]


@pytest.mark.parametrize(
    "changed",
    [
        replace(THINGS, fields=(*THINGS.fields, Field("extra", Kind.STORED))),
        replace(THINGS, synonyms={}),
        replace(THINGS, tie_breakers=(("size", True),)),
        replace(THINGS, orders={}),
    ],
    ids=["a field", "synonyms", "tie-breakers", "orders"],
)
def test_an_index_of_another_spec_asks_for_a_rebuild(make_engine: MakeEngine, changed: Any):
    old = make_engine(THINGS)
    old.ensure([THINGS])
    old.rebuild("things", [thing("a")])

    new = make_engine(changed)
    assert new.ensure([changed]) == ("things",)
    assert new.ensure([changed]) == ("things",)
    new.rebuild("things", [thing("b")])

    assert new.ensure([changed]) == ()
    assert found(new) == ["b"]
    assert make_engine().ensure([THINGS]) == ("things",)


def test_a_rebuild_replaces_everything_and_says_how_far_it_is(engine: SearchEngine):
    put(engine, thing("old", title="coder"))
    reports: list[int] = []

    documents = [thing(f"n-{n:04d}", title="nurse") for n in range(2500)]
    documents.append({**documents[0], "title": "twice"})
    count = engine.rebuild("things", iter(documents), progress=reports.append)

    assert count == 2500
    assert reports == sorted(reports)
    assert reports[-1] >= 2500
    assert len(reports) >= 2
    assert found(engine, "coder") == []
    assert found(engine, "twice") == ["n-0000"]
    assert engine.search(SearchQuery("things")).total == 2500
    assert engine.health().documents == {"things": 2500}


@pytest.mark.parametrize("failure", [RuntimeError, ValueError, OSError])
def test_a_rebuild_that_fails_leaves_the_old_index_in_place(
    engine: SearchEngine, failure: type[Exception]
):
    engine.rebuild("things", [thing("old")])

    def broken() -> Any:
        yield thing("new")
        raise failure("the database went away")

    with pytest.raises(failure):
        engine.rebuild("things", broken())
    with pytest.raises(InvalidQuery):
        engine.rebuild("things", [thing("new"), {"id": "no good"}])

    assert found(engine) == ["old"]
    put(engine, thing("other"))
    assert set(found(engine)) == {"old", "other"}


def test_readers_and_writers_go_on_during_rebuilds(engine: SearchEngine):
    engine.rebuild("things", assorted(300))
    done = threading.Event()
    failures: list[BaseException] = []

    def read() -> None:
        while not done.is_set():
            result = engine.search(SearchQuery("things", "coder", facets=("tags",), limit=200))
            if not 50 < result.total < 200:
                failures.append(AssertionError(result.total))

    def write() -> None:
        while not done.is_set():
            put(engine, thing("extra", title="visitor"))
            settled(engine, engine.delete("things", ["extra"]))

    def guarded(work: Any) -> None:
        try:
            work()
        except BaseException as failure:  # a thread's failure must fail the test
            failures.append(failure)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in (read, read, write)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        engine.rebuild("things", assorted(300))
    done.set()
    for thread in threads:
        thread.join()

    assert not failures
    assert engine.ensure([THINGS]) == ()


def test_revisions_tell_what_is_in_the_index(engine: SearchEngine):
    put(engine, thing("a", revision=3), thing("b", revision=None), thing("c", revision=7))
    settled(engine, engine.delete("things", ["c"]))

    assert sorted(engine.revisions("things")) == [("a", 3), ("b", 0)]
    with pytest.raises(InvalidQuery):
        list(engine.revisions("things", "nonsense"))


def test_what_another_process_wrote_is_found(make_engine: MakeEngine):
    writer, reader = make_engine(THINGS), make_engine(THINGS)
    writer.ensure([THINGS])

    assert found(reader) == []
    put(writer, thing("a"))
    assert found(reader) == ["a"]
    put(writer, thing("b"))
    assert found(reader) == ["a", "b"]
    settled(writer, writer.delete("things", ["a"]))
    assert found(reader) == ["b"]
    writer.rebuild("things", [thing("c")])
    assert found(reader) == ["c"]
    put(reader, thing("d"))
    assert found(writer) == ["c", "d"]


def test_an_index_with_a_doubtful_spec_is_refused(make_engine: MakeEngine):
    for bad in (
        replace(THINGS, tie_breakers=(("tags", True),)),
        replace(THINGS, orders={"odd": (("days", True),)}),
        replace(THINGS, fields=(*THINGS.fields, Field("x", Kind.KEYWORD, weight=1))),
        replace(THINGS, fields=(*THINGS.fields, Field("x", Kind.TEXT, facet=True))),
        replace(THINGS, fields=(*THINGS.fields, Field("x", Kind.GEO))),
    ):
        with pytest.raises(InvalidQuery):
            make_engine(bad)


def test_a_ticket_nobody_knows_is_not_pending(engine: SearchEngine):
    assert engine.outcome(Ticket("things", "4000000000")) in (Outcome.DONE, Outcome.LOST)


def test_documents_come_back_as_the_index_holds_them(engine: SearchEngine):
    coder = thing("a", title="coder", place={"lat": 1.5, "lng": -2})
    coded = thing("c-1", codes=["e11.9"], note={"deep": [1, None]})
    put(engine, {**coder, "tags": [], "body": None}, thing("b"), coded)

    everything = {each["id"]: each for each in engine.documents("things")}

    assert set(everything) == {"a", "b", "c-1"}
    assert (everything["a"], everything["c-1"]) == (coder, coded)
    some = engine.documents("things", ["a", "c-1", "nobody"])
    assert {each["id"]: each for each in some} == {k: everything[k] for k in ("a", "c-1")}
    assert list(engine.documents("things", [])) == []


def test_thousands_of_documents_come_back_once_each(engine: SearchEngine):
    engine.rebuild("things", [thing(f"n-{n}", title="nurse") for n in range(2500)])
    asked = [f"n-{n}" for n in range(100, 2400)]

    assert sorted(each["id"] for each in engine.documents("things", asked)) == sorted(asked)
    assert len({each["id"] for each in engine.documents("things")}) == 2500


def test_a_write_that_was_carried_out_has_no_reason_to_tell(engine: SearchEngine):
    ticket = engine.upsert("things", [thing("a")])

    assert engine.outcome(ticket, timeout=30) is Outcome.DONE
    assert engine.reason(ticket) == ""
    assert engine.reason(Ticket("things", "")) == ""


def test_what_is_told_of_the_progress_can_give_a_rebuild_up(engine: SearchEngine):
    engine.rebuild("things", [thing("old")])

    def enough(_count: int) -> None:
        raise TimeoutError("somebody else does it")

    with pytest.raises(TimeoutError):
        engine.rebuild("things", [thing("new")], progress=enough)
    assert found(engine) == ["old"]
    assert engine.rebuild("things", [thing("new")]) == 1
