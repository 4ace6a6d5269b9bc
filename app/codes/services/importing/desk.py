"""What the operators' pages of releases show: every kind, uploads, one release with its faults."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from app import clock
from app.accounts.models import Account
from app.codes.intake.contract import Kind
from app.codes.intake.kinds import KINDS
from app.codes.models import (
    SYSTEMS,
    CodeEntry,
    CodeRelease,
    NoticeAcceptance,
    ReleaseFault,
    ReleaseState,
    ReleaseUpload,
    UploadState,
)
from app.codes.services.editions import Edition, editions
from app.codes.services.importing import cpt_numbers
from app.codes.services.importing.loading import SILENT
from app.codes.services.importing.naming import told_difference
from app.extensions import db

FAULTS = 50  # a page
UPLOADS = 15
_NAME = re.compile(r"[0-9A-Z.]{2,8}")
_SORTS = {"added": "Added", "removed": "Removed", "changed": "Changed"}
_PARTS = {"codes": "Codes", "facts": "Statements", "edits": "Edits", "terms": "Index entries"}


@dataclass(frozen=True, slots=True)
class KindRow:
    """One kind of release: what holds today, what is to come, what waits."""

    kind: Kind
    live: Edition | None
    coming: tuple[Edition, ...]
    earlier: tuple[Edition, ...]
    open: CodeRelease | None
    overdue: bool
    has_run_out: bool
    wants_license: bool

    @property
    def state(self) -> tuple[str, str]:
        """In words, and in which tone."""
        if self.wants_license:
            return "No license stated", "neutral"
        if self.live is None:
            return ("Begins later", "accent") if self.coming else ("Not loaded", "neutral")
        if self.has_run_out:
            return ("Has run out", "bad") if self.live.next_due else ("Ended", "neutral")
        return ("Overdue", "warn") if self.overdue else ("Current", "good")


def kind_rows() -> list[KindRow]:
    day = clock.today()
    opened = db.session.scalars(
        select(CodeRelease).where(
            CodeRelease.state.in_((ReleaseState.STAGED, ReleaseState.READY)),
        )
    )
    by_kind = {release.kind: release for release in opened}
    return [_row(kind, by_kind.get(kind.name), day) for kind in KINDS.values()]


def _row(kind: Kind, open_: CodeRelease | None, day: date) -> KindRow:
    live = editions().on(kind.name, day)
    known = editions().of(kind.name)
    licensed = kind.name != cpt_numbers.DESCRIPTORS or cpt_numbers.may_show_descriptors()
    return KindRow(
        kind=kind,
        live=live,
        coming=tuple(e for e in known if e.effective_from > day),
        earlier=tuple(e for e in known if live and e.effective_from < live.effective_from),
        open=open_,
        overdue=live is not None and live.is_overdue(day),
        has_run_out=live is not None and live.has_run_out(day),
        wants_license=not licensed,
    )


def notices_missing() -> list[Kind]:
    """The kinds whose notice nobody has accepted yet."""
    accepted = set(db.session.scalars(select(NoticeAcceptance.kind)))
    return [kind for kind in KINDS.values() if kind.notice and kind.name not in accepted]


def acceptances() -> list[tuple[str, NoticeAcceptance, str]]:
    """Each kind whose notice was accepted, and by whom."""
    rows = db.session.execute(
        select(NoticeAcceptance, Account.name)
        .outerjoin(Account, Account.id == NoticeAcceptance.accepted_by)
        .order_by(NoticeAcceptance.accepted_at.desc())
    )
    return [
        (
            KINDS[row.kind].title if row.kind in KINDS else row.kind,
            row,
            name or row.stated.partition(":")[0],
        )
        for row, name in rows
    ]


@dataclass(frozen=True, slots=True)
class UploadRow:
    upload: ReleaseUpload
    by: str
    made: tuple[tuple[CodeRelease, str], ...]  # releases with the titles of their kinds

    @property
    def names(self) -> list[str]:
        return self.upload.name.split("\n")

    @property
    def asks(self) -> list[Kind]:
        if self.upload.state != UploadState.WAITING:
            return []
        return [KINDS[name] for name in self.upload.said.get("asks", "").split() if name in KINDS]

    @property
    def moves(self) -> bool:
        """Whether the worker will change it without anybody's doing."""
        state = self.upload.state
        return state == UploadState.READING or (state == UploadState.WAITING and not self.asks)

    @property
    def state(self) -> tuple[str, str]:
        if self.asks:
            return "Accept the notice", "warn"
        state = UploadState(self.upload.state)
        return {
            UploadState.WAITING: ("Waits for the worker", "accent"),
            UploadState.READING: ("Being read", "accent"),
            UploadState.DONE: ("Read", "good"),
            UploadState.REFUSED: ("Nothing loaded", "bad"),
        }[state]


def recent_uploads(limit: int = UPLOADS) -> list[UploadRow]:
    newest = select(ReleaseUpload).order_by(ReleaseUpload.id.desc()).limit(limit)
    return _upload_rows(db.session.scalars(newest).all())


def upload_row(upload: ReleaseUpload) -> UploadRow:
    return _upload_rows([upload])[0]


def _upload_rows(uploads: Sequence[ReleaseUpload]) -> list[UploadRow]:
    made = {row.id: [int(n) for n in row.said.get("made", "").split()] for row in uploads}
    wanted = [number for numbers in made.values() for number in numbers]
    found = db.session.scalars(select(CodeRelease).where(CodeRelease.id.in_(wanted)))
    releases = {release.id: release for release in found}
    names = _names({row.uploaded_by for row in uploads})
    return [
        UploadRow(
            row,
            names.get(row.uploaded_by, "a closed account"),
            tuple(
                (releases[number], KINDS[releases[number].kind].title)
                for number in made[row.id]
                if number in releases
            ),
        )
        for row in uploads
    ]


def _names(ids: set[int]) -> dict[int, str]:
    found = db.session.scalars(select(Account).where(Account.id.in_(ids)))
    return {account.id: account.name for account in found}


@dataclass(frozen=True, slots=True)
class Named:
    """One thing that differs: its words, each with the address of a code where it is one."""

    words: tuple[tuple[str, tuple[str, str] | None], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What differs in one table."""

    heading: str
    counts: tuple[tuple[str, int], ...]
    named: tuple[tuple[str, tuple[Named, ...], int], ...]  # sort, the first, how many in all


@dataclass(frozen=True, slots=True)
class ReleasePage:
    release: CodeRelease
    title: str
    kind: Kind | None
    by: str
    before: str  # the edition it was compared with
    told: tuple[str, ...]
    parts: tuple[Part, ...]
    replaces: tuple[str, ...]  # editions that it takes the place of
    behind: Edition | None  # a later edition that is live
    was_discarded: bool
    is_silent: bool
    faults_kept: int


def release_page(release: CodeRelease) -> ReleasePage:
    kind = KINDS.get(release.kind)
    difference = release.difference
    kept = select(func.count()).where(ReleaseFault.release_id == release.id)
    return ReleasePage(
        release=release,
        title=kind.title if kind else SYSTEMS.get(release.kind, release.kind),
        kind=kind,
        by=_names({release.imported_by}).get(release.imported_by, "")
        if release.imported_by
        else "",
        before=difference.get("previous", ""),
        told=tuple(told_difference(difference)),
        parts=tuple(_parts(release)),
        replaces=_replaced(release, kind),
        behind=_later(release),
        was_discarded=release.state == ReleaseState.REPLACED and release.published_at is None,
        is_silent=release.heartbeat_at < clock.now() - SILENT,
        faults_kept=db.session.scalar(kept) or 0,
    )


def _replaced(release: CodeRelease, kind: Kind | None) -> tuple[str, ...]:
    if release.state != ReleaseState.READY or kind is None:
        return ()
    return tuple(
        edition.name
        for edition in editions().of(release.kind)
        if edition.effective_from == release.effective_from
        or (kind.cumulative and edition.effective_from < release.effective_from)
    )


def _later(release: CodeRelease) -> Edition | None:
    if release.state != ReleaseState.READY:
        return None
    live = editions().on(release.kind, clock.today())
    return live if live and live.effective_from > release.effective_from else None


def _parts(release: CodeRelease) -> Iterator[Part]:
    found = {name: release.difference[name] for name in _PARTS if name in release.difference}
    texts = [text for part in found.values() for sort in part["named"].values() for text in sort]
    addresses = _addresses(release, {word for text in texts for word in text.split()})
    for name, part in found.items():
        yield Part(
            _PARTS[name],
            tuple((words, part[sort]) for sort, words in _SORTS.items()),
            tuple(
                (words, tuple(_named(t, addresses) for t in part["named"][sort]), part[sort])
                for sort, words in _SORTS.items()
                if part["named"].get(sort)
            ),
        )


def _named(text: str, addresses: Mapping[str, tuple[str, str]]) -> Named:
    return Named(tuple((word, addresses.get(word)) for word in text.split()))


def _addresses(release: CodeRelease, words: set[str]) -> dict[str, tuple[str, str]]:
    """The system and the address of each word that is a code today, as it is shown or keyed."""
    keys = {word.replace(".", ""): word for word in words if _NAME.fullmatch(word)}
    live = {e.id: s for s in SYSTEMS if (e := editions().on(s, clock.today())) is not None}
    found: dict[str, tuple[str, str]] = {}
    wanted = sorted(keys)
    for start in range(0, len(wanted), 500):
        rows = db.session.scalars(
            select(CodeEntry).where(
                CodeEntry.release_id.in_(live), CodeEntry.key.in_(wanted[start : start + 500])
            )
        )
        for entry in rows:
            system = live[entry.release_id]
            if not entry.is_heading and (keys[entry.key] not in found or system == release.kind):
                found[keys[entry.key]] = (system, entry.address)
    return found


def faults_page(release: CodeRelease, page: int) -> tuple[Sequence[ReleaseFault], int]:
    """The rows that were left out of one page, and how many pages there are."""
    mine = select(ReleaseFault).where(ReleaseFault.release_id == release.id)
    total = db.session.scalar(select(func.count()).select_from(mine.subquery())) or 0
    rows = mine.order_by(ReleaseFault.id).offset((page - 1) * FAULTS).limit(FAULTS)
    return db.session.scalars(rows).all(), max(-(-total // FAULTS), 1)


def every_fault(release: CodeRelease) -> Sequence[ReleaseFault]:
    mine = select(ReleaseFault).where(ReleaseFault.release_id == release.id)
    return db.session.scalars(mine.order_by(ReleaseFault.id)).all()
