"""What an operator decides of a release that was read: put it live, discard it, take it off."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import CursorResult, and_, or_, update

from app import audit, clock, index_rebuilds
from app.accounts.models import Account
from app.codes.intake.kinds import KINDS
from app.codes.models import SYSTEMS, CodeRelease, ReleaseState
from app.codes.services.editions import forget_editions
from app.codes.services.importing import cpt_numbers, publishing
from app.codes.services.importing.loading import SILENT
from app.errors import Conflict, NotFound
from app.extensions import db
from search.indexes import CODES

ACTIONS = ("publish", "discard", "take-off")


def release_of(release_id: int) -> CodeRelease:
    found = db.session.get(CodeRelease, release_id) if release_id < 2**31 else None
    if found is None:
        raise NotFound("There is no such release.")
    return found


def decide(by: Account, release: CodeRelease, action: str) -> str:
    """Carry out one of ACTIONS. Returns what was done, as a sentence for the person.

    Raises NotFound for another action, and Conflict where somebody else was faster.
    """
    named = f"{title_of(release.kind)}, {release.edition}"
    if action == "publish":
        _publish(by, release)
        later = release.effective_from > clock.today()
        return f"{named} is live" + (", and holds from its day on." if later else ".")
    if action == "discard":
        _discard(by, release)
        return f"{named} is discarded. The worker removes its rows."
    if action == "take-off":
        _take_off(by, release)
        return f"{named} is no longer shown. The edition before it holds again, where one is live."
    raise NotFound("There is no such action.")


def title_of(kind: str) -> str:
    return KINDS[kind].title if kind in KINDS else SYSTEMS[kind]


def _publish(by: Account, release: CodeRelease) -> None:
    # Whoever comes second waits here for the first, and finds that nothing is ready any more.
    _claim(release, CodeRelease.state == ReleaseState.READY, heartbeat_at=clock.now())
    kind = KINDS[release.kind]
    publishing.publish_release(release, cumulative=kind.cumulative, by=by.id)
    _renew_index(release, by)


def _discard(by: Account, release: CodeRelease) -> None:
    """It is at once as if it had been replaced; `remove_discarded` takes its rows away."""
    silent = and_(
        CodeRelease.state == ReleaseState.STAGED, CodeRelease.heartbeat_at < clock.now() - SILENT
    )
    open_ = or_(CodeRelease.state == ReleaseState.READY, silent)
    _claim(release, open_, state=ReleaseState.REPLACED)
    _record("code release discarded", by, release)


def _take_off(by: Account, release: CodeRelease) -> None:
    # The numbers of CPT are made of other releases, and of those again where they are taken off.
    if release.kind not in KINDS:
        raise Conflict("This release is made of others: take those off.")
    _claim(release, CodeRelease.state == ReleaseState.PUBLISHED, state=ReleaseState.REPLACED)
    forget_editions()
    if release.kind in cpt_numbers.SOURCES:
        cpt_numbers.renew_numbers()
    _record("code release taken off", by, release)
    _renew_index(release, by)


def _claim(release: CodeRelease, condition: Any, **values: Any) -> None:
    claimed = update(CodeRelease).where(CodeRelease.id == release.id, condition).values(**values)
    done = db.session.execute(claimed, execution_options={"synchronize_session": False})
    if cast("CursorResult[Any]", done).rowcount != 1:
        raise Conflict(
            "This release is being read, or was put live, discarded or taken off meanwhile."
        )
    db.session.refresh(release)


def _record(action: str, by: Account, release: CodeRelease) -> None:
    audit.record(
        action,
        actor_id=by.id,
        subject_kind="code_release",
        subject_id=release.id,
        detail={"kind": release.kind, "edition": release.edition, "sha256": release.sha256},
    )


def _renew_index(release: CodeRelease, by: Account) -> None:
    if release.kind in SYSTEMS or release.kind in cpt_numbers.SOURCES:
        reason = f"{title_of(release.kind)}, {release.edition}: other codes are in force."
        index_rebuilds.ask(CODES.name, reason=reason, asked_by=by.id)
