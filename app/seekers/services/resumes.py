"""The résumé on a profile: keeping, replacing, removing and opening it."""

from __future__ import annotations

from app import audit, files
from app.accounts.models import Account
from app.errors import NotFound
from app.files import StoredFile
from app.seekers.models import SeekerProfile
from app.seekers.services.profiles import lock_profile, note_change, view_profile


def keep_resume(account: Account, *, name: str, content: bytes) -> StoredFile:
    """Put a résumé on the profile in place of the one there. Raises Invalid or TooLarge."""
    profile = lock_profile(account)
    stored = files.store(account.id, name, content)
    _put(profile, stored)
    note_change(profile, "resume_stored")
    return stored


def remove_resume(account: Account) -> None:
    """Take the résumé off the profile; applications it was sent with keep it. Twice is fine."""
    profile = lock_profile(account)
    if profile.resume is not None:
        _put(profile, None)
        note_change(profile, "resume_removed")


def resume_of(account: Account) -> StoredFile:
    stored = view_profile(account).resume
    if stored is None:
        raise NotFound("There is no résumé on your profile.")
    return stored


def note_access(account: Account, stored: StoredFile) -> None:
    """Every opening of a résumé is on record, its owner's own ones too."""
    audit.record(
        "resume.opened",
        actor_id=account.id,
        subject_kind="stored_file",
        subject_id=stored.id,
        detail={"owner": stored.account_id},
    )


def _put(profile: SeekerProfile, stored: StoredFile | None) -> None:
    replaced, profile.resume = profile.resume, stored
    if replaced is not None:
        files.discard_unused(replaced)
