"""What the worker does for search indexes by itself: rebuilds, comparisons, first builds."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta

from app import clock, index_checks, index_rebuilds, indexing, worker
from app.engine import engine
from app.errors import Conflict
from app.extensions import db
from app.index_rebuilds import Heart, Superseded, Taken
from app.indexing import Kept
from search.contract import SearchError, SearchUnavailable

log = logging.getLogger(__name__)

IN_STEP = timedelta(minutes=15)
LOOK = timedelta(seconds=2)  # until a rebuild that was asked for begins
LONGEST_WAIT = 3600.0  # seconds a command waits for somebody else's rebuild

Progress = Callable[[int], None]


@worker.every(IN_STEP, apart=True)
def keep_in_step() -> None:
    """Build what is missing or of another form; mend what was missed, and remember how much."""
    # What changes daily first, and all that is missing before anything is compared: after an
    # upgrade, visitors wait for it.
    indexes = sorted(indexing.kept_indexes(), key=lambda kept: not kept.changes_daily)
    for step in (_ask_where_missing, _compare):
        for kept in indexes:
            try:
                step(kept)
            except SearchError as error:
                log.warning("%s cannot be kept in step: %s", kept.name, error)
                index_checks.note_failure(kept.name, error)
        carry_out_rebuilds()
    index_checks.forget_old()
    db.session.commit()


@worker.every(LOOK, apart=True)
def carry_out_rebuilds() -> None:
    while taken := index_rebuilds.take():
        try:
            _carry_out(taken)
        except SearchUnavailable as error:
            log.warning("the rebuild of %s waits: %s", taken.index, error)
            db.session.rollback()
            index_rebuilds.put_back(taken, str(error)[:500])
        except Superseded as error:
            log.warning("a rebuild was given up: %s", error)
            db.session.rollback()
        except Exception as error:
            log.exception("a rebuild failed", extra={"index": taken.index})
            _end_badly(taken, error)


def rebuild_now(name: str, progress: Progress | None = None) -> int:
    """Build an index anew in this process. Returns how many documents were written. Commits.

    Waits for a rebuild that is under way elsewhere; raises Conflict where that takes an hour.
    """
    taken = _take_own(name)
    try:
        return _carry_out(taken, progress)
    except BaseException as error:  # a command that is interrupted must not look alive
        _end_badly(taken, error)
        raise


def _ask_where_missing(kept: Kept) -> None:
    health = engine().health()
    # Not made here: an empty index would answer that there is nothing, until it has been built.
    is_missing = health.available and kept.name not in health.documents
    if is_missing or kept.name in engine().ensure((kept.spec,)):
        index_rebuilds.ask(kept.name, reason="It was missing, or of another form.")
        db.session.commit()


def _compare(kept: Kept) -> None:
    if index_rebuilds.is_open(kept.name):
        return
    if index_checks.compared_since(kept.name, clock.now() - IN_STEP / 2):
        return  # by another worker
    if index_checks.full_is_due(kept.name):
        index_checks.compare(kept.name, index_checks.FULL)
    elif kept.changes_daily:
        index_checks.compare(kept.name)


def _take_own(name: str) -> Taken:
    deadline = time.monotonic() + LONGEST_WAIT
    while True:
        index_rebuilds.ask(name, reason="A command asked for it.")
        db.session.commit()
        taken = index_rebuilds.take(name)
        if taken is not None:
            return taken
        if time.monotonic() > deadline:
            raise Conflict("The index is being rebuilt elsewhere. The desk shows how far it is.")
        time.sleep(0.5)


def _carry_out(taken: Taken, progress: Progress | None = None) -> int:
    """Build beside the index in use, swap, and replay what came since."""
    if index_rebuilds.tries_of(taken) > index_rebuilds.TRIES:
        raise RuntimeError("every worker that tried it died")
    kept = indexing.kept_index(taken.index)
    heart = Heart(taken, kept.count())
    heart.check(0)
    refused: indexing.Refused = {}

    def tell(done: int) -> None:
        heart.beat(done)
        if progress is not None:
            progress(done)

    count = engine().rebuild(
        taken.index, indexing.every_document(taken.index, refused), progress=tell
    )
    heart.check(count)
    # Whatever was written to the old index meanwhile.
    index_checks.compare(taken.index, index_checks.REPLAY, lambda: heart.beat(count))
    indexing.set_aside(taken.index, refused)
    index_rebuilds.finish(taken, count)
    return count


def _end_badly(taken: Taken, error: BaseException) -> None:
    db.session.rollback()
    index_rebuilds.finish(taken, 0, f"{type(error).__name__}: {error}"[:500])
