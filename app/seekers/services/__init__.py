"""What coders do with their profile; each module beside holds one part of it."""

from app.seekers.services.closing import erase_profile
from app.seekers.services.credentials import add_credential, remove_credential
from app.seekers.services.experiences import (
    add_experience,
    change_experience,
    experience_of,
    remove_experience,
)
from app.seekers.services.profiles import (
    Gap,
    edit_profile,
    gaps_of,
    lock_profile,
    profile_of,
    snapshot_of,
    view_profile,
)
from app.seekers.services.resumes import keep_resume, note_access, remove_resume, resume_of

__all__ = [
    "Gap",
    "add_credential",
    "add_experience",
    "change_experience",
    "edit_profile",
    "erase_profile",
    "experience_of",
    "gaps_of",
    "keep_resume",
    "lock_profile",
    "note_access",
    "profile_of",
    "remove_credential",
    "remove_experience",
    "remove_resume",
    "resume_of",
    "snapshot_of",
    "view_profile",
]
