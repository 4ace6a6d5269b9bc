"""What coders do with their profile and their searches; each module beside holds one part."""

from app.seekers.services.alert_links import manage_token, opt_in_behind, recipient_behind
from app.seekers.services.alerts import recipients_due, send_alert
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
from app.seekers.services.newcomers import forget_told, look_back, match_new_listings
from app.seekers.services.profiles import (
    Gap,
    edit_profile,
    gaps_of,
    lock_profile,
    profile_of,
    snapshot_of,
    view_profile,
)
from app.seekers.services.recipients import lift, recipient_of, start_again, stop, suppress
from app.seekers.services.resumes import keep_resume, note_access, remove_resume, resume_of
from app.seekers.services.saved_searches import (
    address_of,
    ask_to_lift,
    ask_to_save,
    change_search,
    choices_of,
    confirm,
    delete_search,
    erase_of,
    forget_abandoned,
    name_for,
    pause_search,
    resume_search,
    save_search,
    search_of,
    searches_of,
    shown,
)
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
    "address_of",
    "ask_to_lift",
    "ask_to_save",
    "change_experience",
    "change_search",
    "choices_of",
    "coder_sent",
    "coders_for",
    "confirm",
    "decline",
    "delete_search",
    "edit_profile",
    "edit_work",
    "erase_of",
    "erase_profile",
    "experience_of",
    "forget_abandoned",
    "forget_told",
    "gaps_of",
    "hide_from",
    "invitations_to",
    "invite",
    "jobs_for",
    "keep_resume",
    "let_employers_find",
    "lift",
    "lock_profile",
    "look_back",
    "manage_token",
    "match",
    "match_new_listings",
    "match_with",
    "name_for",
    "note_access",
    "opt_in_behind",
    "pause_search",
    "pay_wish",
    "profile_of",
    "recipient_behind",
    "recipient_of",
    "recipients_due",
    "remove_credential",
    "remove_experience",
    "remove_resume",
    "resume_of",
    "resume_search",
    "save_search",
    "search_of",
    "searches_of",
    "send_alert",
    "show_to",
    "shown",
    "shown_of",
    "snapshot_of",
    "start_again",
    "stop",
    "suppress",
    "view_profile",
    "visibility_of",
]
