"""Search indexes kept equal to the database: what a feature tells of its own, and every write.

Nothing is written in a request. A change is announced as a row of the outbox in its own
transaction; the worker then writes what the database holds at that moment.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app import clock, index_rebuilds, tasks
from app.engine import engine
from app.extensions import db
from app.tasks import OutboxRow, Payload
from search.contract import (
    Document,
    IndexMissing,
    IndexSpec,
    InvalidQuery,
    Outcome,
    SearchError,
    SearchUnavailable,
    Ticket,
)
from search.validation import clean_documents

log = logging.getLogger(__name__)

CHUNK = 500  # documents read and written at once
PATIENCE = 8.0  # seconds given to the engine to carry out a write; later another row asks again
ROUNDS = 5  # writes of one document that changes while it is written

Refused = dict[str, str]  # id -> why the engine will not have that document
Sent = tuple[Ticket, list[str]]  # a write under way, and the ids it is about


@dataclass(frozen=True, slots=True)
class Kept:
    """What a feature tells of its index. Each revision it counts up means another document."""

    spec: IndexSpec
    title: str  # what the index holds, for people
    # (id, revision) of every document the index should hold, or of those among some ids.
    revisions: Callable[[Collection[str] | None], Iterable[tuple[str, int]]]
    some: Callable[[Collection[str]], Iterable[Document]]
    count: Callable[[], int]
    # All documents, where that is quicker than chunk by chunk.
    every: Callable[[], Iterable[Document]] | None = None
    # Ids whose documents may have changed without a revision, because time went by.
    doubtful: Callable[[], Collection[str]] = tuple
    changes_daily: bool = True  # compared every quarter of an hour, not only at night
    other_kinds: tuple[str, ...] = ()  # kinds of outbox rows that become writes

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of outbox rows that stand for a change the index does not show yet."""
        own = (write_kind(self.name), many_kind(self.name), settle_kind(self.name))
        return (*own, *self.other_kinds)


_kept: dict[str, Kept] = {}


def register(kept: Kept) -> None:
    """Have an index kept: written to, compared, rebuilt, and shown on the desk."""
    _kept[kept.name] = kept
    tasks.handles(write_kind(kept.name), batch=True)(partial(_write_announced, kept.name))
    tasks.handles(many_kind(kept.name))(partial(_write_many, kept.name))
    tasks.handles(settle_kind(kept.name))(partial(_settle_later, kept.name))


def kept_index(name: str) -> Kept:
    return _kept[name]


def kept_indexes() -> list[Kept]:
    return list(_kept.values())


def kinds() -> tuple[str, ...]:
    """Every kind of outbox row that is about an index."""
    return tuple(kind for kept in _kept.values() for kind in kept.kinds)


def write_kind(name: str) -> str:
    return f"{name}.index"


def many_kind(name: str) -> str:
    return f"{name}.index_many"


def settle_kind(name: str) -> str:
    return f"{name}.index_settle"


def announce(name: str, ids: Sequence[str]) -> None:
    """Have the index hear of changed documents, once the change is committed.

    Rows of one document are done many together; one of many is done alone, so that each piece of
    work stays within its lease.
    """
    if len(ids) == 1:
        tasks.defer(write_kind(name), {"ids": list(ids)})
        return
    for chunk in _chunks(ids, CHUNK):
        tasks.defer(many_kind(name), {"ids": chunk})


def update(name: str, ids: Collection[str]) -> Refused:
    """Write documents as the database has them now; take away those that should not be there.

    Returns those the engine refuses; they keep none of the others out. Raises SearchUnavailable.
    """
    kept, refused = _kept[name], Refused()
    for chunk in _chunks(sorted(set(ids)), CHUNK):
        refused |= _bring_in_step(kept, chunk)
    return refused


def every_document(name: str, refused: Refused) -> Iterator[Document]:
    """What a rebuild writes. Documents that no engine would have are left out and named."""
    kept = _kept[name]
    if kept.every is not None:
        for chunk in _chunks(kept.every(), CHUNK):
            yield from _clean(kept.spec, chunk, refused)
        return
    for pairs in _chunks(kept.revisions(None), CHUNK):
        documents, bad = documents_of(kept, [identity for identity, _ in pairs])
        refused |= bad
        yield from _clean(kept.spec, list(documents.values()), refused)


def set_aside(name: str, refused: Mapping[str, str]) -> None:
    """Have refused documents tried once more by themselves, and shown on the desk if in vain."""
    known = {i for row in tasks.given_up((write_kind(name),)) for i in ids_of(row.payload)}
    for identity in sorted(refused.keys() - known):
        announce(name, [identity])


def on_the_way(name: str) -> set[str]:
    """Ids of documents whose writes are announced or not known to be carried out."""
    rows = select(OutboxRow.payload).where(
        *tasks.unfinished((write_kind(name), many_kind(name), settle_kind(name)))
    )
    return {i for payload in db.session.scalars(rows) for i in ids_of(payload)}


def ids_of(payload: Payload) -> list[str]:
    if "job_id" in payload:  # a row from before indexes were kept in common
        return [str(payload["job_id"])]
    return [str(identity) for identity in payload.get("ids", ())]


def _chunks(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    source = iter(items)
    while chunk := list(islice(source, size)):
        yield chunk


# --- The outbox ---------------------------------------------------------------------------------


def _write_announced(name: str, payloads: Sequence[Payload]) -> None:
    asked = [ids_of(payload) for payload in payloads]
    ids = {identity for each in asked for identity in each}
    refused = _update_or_wait(name, ids)
    _supersede(name, ids)
    failed: dict[int, Exception] = {}
    blamed: set[str] = set()
    for position in reversed(range(len(asked))):  # of several rows the last one stands for all
        for identity in asked[position]:
            if identity in refused and identity not in blamed:
                blamed.add(identity)
                failed[position] = tasks.Permanent(refused[identity])
    if failed:
        raise tasks.Partly(failed)


def _write_many(name: str, payload: Payload) -> None:
    ids = ids_of(payload)
    refused = _update_or_wait(name, ids)
    _supersede(name, ids)
    for identity in sorted(refused):
        announce(name, [identity])  # a row of its own, which can be set aside


def _settle_later(name: str, payload: Payload) -> None:
    """A write that took longer than anybody waited: has it been carried out meanwhile?"""
    match engine().outcome(Ticket(name, str(payload["number"]))):
        case Outcome.PENDING:
            raise tasks.Unreachable(f"write {payload['number']} still waits at the engine")
        case Outcome.FAILED | Outcome.LOST:
            announce(name, ids_of(payload))


def _update_or_wait(name: str, ids: Collection[str]) -> Refused:
    """Where there is no index to write to, one is asked for, and the change waits for it."""
    try:
        return update(name, ids)
    except IndexMissing as error:
        db.session.rollback()
        index_rebuilds.ask(name, reason="It was missing.")
        db.session.commit()
        raise SearchUnavailable(f"{name} is being built: {error}") from error


def _supersede(name: str, ids: Collection[str]) -> None:
    """What was set aside is over once the same documents were tried again."""
    for row in tasks.given_up((write_kind(name),)):
        if set(ids_of(row.payload)) <= set(ids):
            row.done_at, row.abandoned_at, row.payload = clock.now(), None, {}


# --- Writing ------------------------------------------------------------------------------------


def _bring_in_step(kept: Kept, ids: Sequence[str]) -> Refused:
    refused, sent = _send_latest(kept, ids)
    for ticket, written in sent:
        reason = _settle(ticket, written)
        if reason is None:
            continue
        if len(written) == 1:
            refused[written[0]] = reason
            continue
        # Its halves, read anew, until the documents to blame stand alone.
        half = len(written) // 2
        refused |= _bring_in_step(kept, written[:half]) | _bring_in_step(kept, written[half:])
    return refused


def _send_latest(kept: Kept, ids: Sequence[str]) -> tuple[Refused, list[Sent]]:
    """Send what the database holds, and what changed while it was read and sent once more.

    Another worker may have read the database before us and written after us, or the other way
    round. Engines keep the order of writes, so whoever writes last has to look once more: what it
    wrote must be what the database has by then.
    """
    refused, sent, pending = Refused(), list[Sent](), set(ids)
    for _ in range(ROUNDS):
        documents, bad = documents_of(kept, sorted(pending))
        gone = sorted(pending - documents.keys() - bad.keys())
        tickets, also_bad = _send(kept.spec, list(documents.values()))
        sent += tickets
        if gone:
            sent.append((engine().delete(kept.name, gone), gone))
        refused |= bad | also_bad
        written = {i: int(each.get("revision", 0)) for i, each in documents.items()}
        now = dict(kept.revisions(pending))
        pending = {i for i in pending - refused.keys() if now.get(i) != written.get(i)}
        if not pending:
            break
    return refused, sent


def documents_of(kept: Kept, ids: Sequence[str]) -> tuple[dict[str, Document], Refused]:
    """Documents by id. One that cannot even be made keeps none of the others out."""
    try:
        return {str(each[kept.spec.id_field]): each for each in kept.some(ids)}, {}
    except SQLAlchemyError:
        raise
    except Exception as error:
        if len(ids) == 1:
            log.exception("a document cannot be made", extra={"index": kept.name, "id": ids[0]})
            return {}, {ids[0]: f"{type(error).__name__}: {error}"}
    half = len(ids) // 2
    made, refused = documents_of(kept, ids[:half])
    more, also_refused = documents_of(kept, ids[half:])
    return made | more, refused | also_refused


def _send(spec: IndexSpec, documents: Sequence[Document]) -> tuple[list[Sent], Refused]:
    """One write, or where it is refused at once its halves."""
    if not documents:
        return [], {}
    ids = [str(each[spec.id_field]) for each in documents]
    try:
        return [(engine().upsert(spec.name, documents), ids)], {}
    except (SearchUnavailable, IndexMissing):
        raise
    except SearchError as error:
        if len(documents) == 1:
            return [], {ids[0]: str(error)}
    half = len(documents) // 2
    sent, refused = _send(spec, documents[:half])
    more, also_refused = _send(spec, documents[half:])
    return sent + more, refused | also_refused


def _settle(ticket: Ticket, ids: Sequence[str]) -> str | None:
    """Why the engine refused a write, or None. Raises SearchUnavailable where it lost it.

    A write that waits for longer than anybody here is not taken for done: a row asks again.
    """
    match engine().outcome(ticket, timeout=PATIENCE):
        case Outcome.FAILED:
            return engine().reason(ticket) or "the engine refused it"
        case Outcome.LOST:
            raise SearchUnavailable(
                f"{ticket.index} could not carry out a write: {engine().reason(ticket)}"
            )
        case Outcome.PENDING:
            waiting = {"number": ticket.number, "ids": list(ids)}
            tasks.defer(settle_kind(ticket.index), waiting, after=tasks.OUTAGE_PAUSE)
    return None


def _clean(spec: IndexSpec, documents: Sequence[Document], refused: Refused) -> Iterable[Document]:
    try:
        return clean_documents(spec, documents).values()
    except InvalidQuery as error:
        if len(documents) == 1:
            refused[str(documents[0].get(spec.id_field))] = str(error)
            return []
    half = len(documents) // 2
    return [*_clean(spec, documents[:half], refused), *_clean(spec, documents[half:], refused)]
