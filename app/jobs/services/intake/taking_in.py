"""Taking postings of a feed in: each becomes a draft, changes its listing, or is one we have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select, update

from app import clock
from app.accounts.models import Account
from app.errors import Conflict, DomainError, Invalid
from app.extensions import db
from app.jobs.content import Content, changed_fields, write_content
from app.jobs.intake import Posting, map_posting
from app.jobs.lifecycle import Action, Role
from app.jobs.models import ImportedJob, ImportRun, Job, JobSource, JobState
from app.jobs.services.composing import Saved, content_to_edit, replace_content
from app.jobs.services.intake.fitting import fitted
from app.jobs.services.intake.granting import publish_granted
from app.jobs.services.intake.phrases import Phrasebook
from app.jobs.services.intake.twins import Twins
from app.jobs.services.moves import carry_out, lock_job, record, state_of

_OVER = (JobState.ARCHIVED, JobState.REMOVED)
_ENDED = (JobState.FILLED, JobState.EXPIRED)


@dataclass(slots=True)
class Taken:
    """What became of some postings; `messages` are (number in the feed, sentence)."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    duplicates: int = 0
    refused: int = 0
    must_come_again: bool = False  # something could not be done yet
    messages: list[tuple[int, str]] = field(default_factory=list)

    def say(self, posting: Posting, sentence: str) -> None:
        self.messages.append((posting.number, f"{posting.title[:80]}: {sentence}"))


class Intake:
    """Takes postings in for one source, in the name of whoever set it up."""

    def __init__(self, source: JobSource, run: ImportRun, account: Account) -> None:
        self.source = source
        self.run = run
        self.account = account
        self.operator = db.session.get(Account, source.granted_by) if source.granted_by else None
        self.book = Phrasebook(source.organisation_id)
        self.taken = Taken()

    def take(self, postings: Sequence[Posting]) -> Taken:
        held = {
            imported.external_id: imported
            for imported in db.session.scalars(
                select(ImportedJob).where(
                    ImportedJob.source_id == self.source.id,
                    ImportedJob.external_id.in_([p.external_id for p in postings]),
                )
            )
        }
        same: list[int] = []
        new: list[tuple[Posting, _Read]] = []
        for posting in postings:
            imported = held.get(posting.external_id)
            if imported is None:
                new.append((posting, self._read(posting)))
            elif imported.digest == posting.digest() and imported.vanished_at is None:
                same.append(imported.id)
            else:
                self._again(posting, imported)
        self._add(new)
        self._seen(same)
        return self.taken

    def _seen(self, same: list[int]) -> None:
        self.taken.unchanged += len(same)
        if same:
            db.session.execute(
                update(ImportedJob)
                .where(ImportedJob.id.in_(same))
                .values(last_run_id=self.run.id, last_seen_at=clock.now(), misses=0),
                execution_options={"synchronize_session": False},
            )

    def _read(self, posting: Posting) -> _Read:
        mapped = map_posting(posting, self.book.choices)
        content, notes = fitted(mapped.content)
        company, own = _letters(posting.company), _letters(self.source.organisation.name)
        if company and company not in own and own not in company:
            notes.append(f"It names the company {posting.company}.")
        return _Read(content, mapped.phrases, [*mapped.notes, *notes])

    def _add(self, new: list[tuple[Posting, _Read]]) -> None:
        if not new:
            return
        twins = Twins(self.source.organisation_id, [read.content for _, read in new])
        for posting, read in new:
            twin = twins.of(read.content)
            if twin is None:
                job = self._draft(read.content)
                twins.add(job, read.content)
                self.taken.added += 1
            else:
                job = twin
                self.taken.duplicates += 1
                self.taken.say(
                    posting, f"this is listing {job.id}, “{job.title}”; it was not added again."
                )
            self._link(posting, read, job, is_duplicate=twin is not None)
            if twin is None:
                self._publish(posting, job)

    def _draft(self, content: Content) -> Job:
        moment = clock.now()
        job = Job(
            organisation_id=self.source.organisation_id,
            organisation=self.source.organisation,
            created_by=self.account.id,
            state=JobState.DRAFT,
            created_at=moment,
            changed_at=moment,
        )
        write_content(job, content)
        db.session.add(job)
        db.session.flush()
        detail = {"source": self.source.id, "run": self.run.id}
        record("job.imported", job, actor_id=self.account.id, detail=detail)
        return job

    def _link(self, posting: Posting, read: _Read, job: Job, *, is_duplicate: bool) -> None:
        moment = clock.now()
        imported = ImportedJob(
            source_id=self.source.id,
            external_id=posting.external_id,
            job_id=job.id,
            is_duplicate=is_duplicate,
            digest=posting.digest(),
            posting=posting.to_json(),
            mapped=read.content.to_json(),
            notes=read.notes,
            first_seen_at=moment,
            last_seen_at=moment,
            last_run_id=self.run.id,
        )
        db.session.add(imported)
        db.session.flush()
        if read.phrases:
            self.book.write_uses(imported, read.phrases, is_new=True)

    def _again(self, posting: Posting, imported: ImportedJob) -> None:
        """A posting that changed, or that came back."""
        came_back = imported.vanished_at is not None
        imported.vanished_at = None
        imported.last_run_id = self.run.id
        imported.last_seen_at = clock.now()
        imported.misses = 0
        if imported.is_duplicate:
            imported.digest, imported.posting = posting.digest(), posting.to_json()
            self.taken.unchanged += 1
            return
        job = lock_job(imported.job_id)
        if came_back and not self._reopen(posting, imported, job):
            return
        self.update(posting, imported, job)

    def _reopen(self, posting: Posting, imported: ImportedJob, job: Job) -> bool:
        """Whether the listing goes on as itself; an archived draft is made anew."""
        if job.state == JobState.ARCHIVED:
            read = self._read(posting)
            job = self._draft(read.content)
            self._write(posting, imported, read)
            imported.job_id = job.id
            self.taken.added += 1
            self._publish(posting, job)
            return False
        if state_of(job) is JobState.FILLED:
            try:
                carry_out(job, Action.REOPEN, Role.MEMBER, actor_id=self.account.id)
                self.taken.say(posting, "it is in the feed again, so it was reopened.")
            except Conflict as error:
                self.taken.say(posting, f"it is in the feed again. {error.message}")
        return True

    def update(self, posting: Posting, imported: ImportedJob, job: Job) -> None:
        """Bring a locked listing up to what its posting says now; what was edited here stays."""
        read = self._read(posting)
        if job.state in _OVER or state_of(job) in _ENDED:
            self.taken.unchanged += 1  # nothing is done to what is over
            return
        old = Content.from_json(imported.mapped)
        current = content_to_edit(job)
        values, kept = _merged(old, read.content, current)
        try:
            saved = replace_content(self.account, job, current.changed(**values))
        except (Conflict, Invalid) as error:
            # The digest stays, so that the next run tries again.
            self.taken.must_come_again = True
            self.taken.refused += 1
            self.taken.say(posting, f"its change was not taken over. {error.message}")
            return
        self._write(posting, imported, read)
        self._tell(posting, saved, kept)
        if saved in (Saved.IN_DRAFT, Saved.PROPOSED, Saved.UNCHANGED):
            self._publish(posting, job)

    def _write(self, posting: Posting, imported: ImportedJob, read: _Read) -> None:
        imported.digest, imported.posting = posting.digest(), posting.to_json()
        imported.mapped, imported.notes = read.content.to_json(), read.notes
        db.session.flush()
        self.book.write_uses(imported, read.phrases)

    def _tell(self, posting: Posting, saved: Saved, kept: list[str]) -> None:
        if saved is Saved.UNCHANGED:
            self.taken.unchanged += 1
        else:
            self.taken.changed += 1
        if saved is Saved.PROPOSED and self.operator is None:
            self.taken.say(posting, "its change waits for a moderator.")
        if kept:
            names = ", ".join(name.replace("_", " ") for name in kept)
            self.taken.say(posting, f"what was edited here stays: {names}.")

    def _publish(self, posting: Posting, job: Job) -> None:
        if self.operator is None:
            return
        try:
            publish_granted(self.operator, job)
        except DomainError as error:
            self.taken.say(posting, f"it was not published. {error.message}")


@dataclass(frozen=True, slots=True)
class _Read:
    content: Content
    phrases: list[tuple[str, str]]
    notes: list[str]


def _merged(old: Content, new: Content, current: Content) -> tuple[dict[str, object], list[str]]:
    """What the feed changed, but for what somebody edited here; and the names of those."""
    values: dict[str, object] = {}
    kept: list[str] = []
    for name in changed_fields(old, new):
        if getattr(current, name) in (getattr(old, name), getattr(new, name)):
            values[name] = getattr(new, name)
        else:
            kept.append(name)
    return values, kept


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
