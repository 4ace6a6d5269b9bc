"""What coders do with their profile; each module beside holds one part of it."""

from app.seekers.services.closing import erase_profile
from app.seekers.services.coders_for import CodersFound, Wanted, coders_for
from app.seekers.services.consent import (
    Visibility,
    hide_from,
    let_employers_find,
    show_to,
    shown_of,
    visibility_of,
)
from app.seekers.services.credentials import add_credential, remove_credential
from app.seekers.services.experiences import (
    add_experience,
    change_experience,
    experience_of,
    remove_experience,
)
from app.seekers.services.invitations import decline, invitations_to, invite
from app.seekers.services.jobs_for import JobMatch, Recommendations, jobs_for, match_with
from app.seekers.services.matching import coder_sent, match
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
from app.seekers.services.wishes import pay_wish
from app.seekers.services.work import edit_work

__all__ = [
    "CodersFound",
    "Gap",
    "JobMatch",
    "Recommendations",
    "Visibility",
    "Wanted",
    "add_credential",
    "add_experience",
    "change_experience",
    "coder_sent",
    "coders_for",
    "decline",
    "edit_profile",
    "edit_work",
    "erase_profile",
    "experience_of",
    "gaps_of",
    "hide_from",
    "invitations_to",
    "invite",
    "jobs_for",
    "keep_resume",
    "let_employers_find",
    "lock_profile",
    "match",
    "match_with",
    "note_access",
    "pay_wish",
    "profile_of",
    "remove_credential",
    "remove_experience",
    "remove_resume",
    "resume_of",
    "show_to",
    "shown_of",
    "snapshot_of",
    "view_profile",
    "visibility_of",
]
