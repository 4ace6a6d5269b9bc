"""What accounts can do; each module beside holds one part of it."""

from app.accounts.services.addresses import find_account
from app.accounts.services.log_in import authenticate
from app.accounts.services.recovery import ask_reset, check_reset_link, reset_password
from app.accounts.services.sessions import (
    end_session,
    end_session_of,
    forget_ended_sessions,
    log_out_everywhere,
    name_browser,
    note_use,
    open_session,
    session_of,
    sessions_of,
)
from app.accounts.services.settings import (
    address_to_confirm,
    ask_email_change,
    change_password,
    close_account,
    confirm_email,
    rename,
)
from app.accounts.services.sign_up import (
    check_verification_link,
    register,
    send_verification_again,
    verify_email,
)
from app.accounts.services.staff import set_staff
from app.accounts.services.tokens import forget_old_tokens

__all__ = [
    "address_to_confirm",
    "ask_email_change",
    "ask_reset",
    "authenticate",
    "change_password",
    "check_reset_link",
    "check_verification_link",
    "close_account",
    "confirm_email",
    "end_session",
    "end_session_of",
    "find_account",
    "forget_ended_sessions",
    "forget_old_tokens",
    "log_out_everywhere",
    "name_browser",
    "note_use",
    "open_session",
    "register",
    "rename",
    "reset_password",
    "send_verification_again",
    "session_of",
    "sessions_of",
    "set_staff",
    "verify_email",
]
