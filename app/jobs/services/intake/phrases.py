"""What feeds say that the taxonomy does not know: asked once, and remembered for the next time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select

from app import audit, clock
from app.accounts.models import Account
from app.errors import Invalid
from app.extensions import db, insert_once
from app.jobs.intake.mapping import CHOICES, IGNORED, Choices, phrase_key
from app.jobs.models import ImportedJob, ImportPhrase, ImportPhraseUse, JobSource

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Question:
    """A phrase with how many postings of the source say it."""

    phrase: ImportPhrase
    count: int
    answers: Mapping[str, str]


class Phrasebook:
    """The phrases of an organisation while a piece of work goes on."""

    def __init__(self, organisation_id: int) -> None:
        self.organisation_id = organisation_id
        self._ids: dict[tuple[str, str], int] = {}
        # Those left open may be thousands, and are looked up when they are met.
        rows = db.session.execute(
            select(ImportPhrase.field, ImportPhrase.key, ImportPhrase.choice).where(
                ImportPhrase.organisation_id == organisation_id, ImportPhrase.choice != ""
            )
        )
        self.choices: Choices = {(field, key): choice for field, key, choice in rows}

    def write_uses(
        self, imported: ImportedJob, phrases: Iterable[tuple[str, str]], *, is_new: bool = False
    ) -> None:
        """Make the posting use exactly these phrases. It must have been flushed."""
        wanted = {self._id_of(field, text) for field, text in phrases}
        uses = select(ImportPhraseUse.phrase_id).where(ImportPhraseUse.imported_id == imported.id)
        held = set() if is_new else set(db.session.scalars(uses))
        if held - wanted:
            db.session.execute(
                delete(ImportPhraseUse).where(
                    ImportPhraseUse.imported_id == imported.id,
                    ImportPhraseUse.phrase_id.in_(held - wanted),
                )
            )
        db.session.add_all(
            ImportPhraseUse(imported_id=imported.id, phrase_id=phrase_id)
            for phrase_id in sorted(wanted - held)
        )

    def _id_of(self, field: str, text: str) -> int:
        key = phrase_key(text)
        known = self._ids.get((field, key))
        if known is None:
            values = {"organisation_id": self.organisation_id, "field": field, "key": key}
            known = (
                insert_once(ImportPhrase, **values, shown=text)
                or db.session.scalars(select(ImportPhrase.id).filter_by(**values)).one()
            )
            self._ids[field, key] = known
        return known


def questions_of(source: JobSource, *, decided: bool = False) -> list[Question]:
    """What is open, or was decided, about the postings of a source; the most frequent first."""
    count = func.count(ImportPhraseUse.imported_id)
    rows = db.session.execute(
        select(ImportPhrase, count)
        .join(ImportPhraseUse, ImportPhraseUse.phrase_id == ImportPhrase.id)
        .join(ImportedJob, ImportedJob.id == ImportPhraseUse.imported_id)
        .where(
            ImportedJob.source_id == source.id,
            ImportedJob.vanished_at.is_(None),
            ImportedJob.is_duplicate.is_(False),
            ImportPhrase.choice != "" if decided else ImportPhrase.choice == "",
        )
        .group_by(ImportPhrase.id)
        .order_by(count.desc(), ImportPhrase.id)
        .limit(MOST_SHOWN)
    ).all()
    return [Question(phrase, number, CHOICES.get(phrase.field, {})) for phrase, number in rows]


def decide(account: Account, source: JobSource, answers: Mapping[int, str]) -> Sequence[int]:
    """Keep what was decided about phrases of a source.

    Returns the ids of the postings it changes. An empty answer leaves a question open again.
    """
    asked = {q.phrase.id: q for q in (*questions_of(source), *questions_of(source, decided=True))}
    changed: list[ImportPhrase] = []
    for phrase_id, choice in answers.items():
        question = asked.get(phrase_id)
        if question is None or question.phrase.choice == choice:
            continue
        if choice not in ("", IGNORED) and choice not in question.answers:
            raise Invalid("Choose from the answers shown.", field=f"phrase-{phrase_id}")
        question.phrase.choice = choice
        question.phrase.decided_by = account.id
        question.phrase.decided_at = clock.now()
        changed.append(question.phrase)
    if not changed:
        return []
    audit.record(
        "source.phrases_decided",
        actor_id=account.id,
        subject_kind="job_source",
        subject_id=source.id,
        detail={"phrases": [phrase.id for phrase in changed]},
    )
    db.session.flush()
    return db.session.scalars(
        select(ImportPhraseUse.imported_id)
        .where(ImportPhraseUse.phrase_id.in_([phrase.id for phrase in changed]))
        .distinct()
        .order_by(ImportPhraseUse.imported_id)
    ).all()
