"""What can be done with applications; each module beside holds one part of it."""

from app.applications.services.applying import (
    ResumeChoice,
    application_to,
    apply,
    job_to_apply_to,
)
from app.applications.services.closing import erase_applications
from app.applications.services.moving import move, withdraw
from app.applications.services.pipeline import (
    Board,
    application_for,
    board_of,
    export,
    listed,
    resume_for,
)
from app.applications.services.reading import (
    application_of,
    applications_of,
    sent_resume,
)

__all__ = [
    "Board",
    "ResumeChoice",
    "application_for",
    "application_of",
    "application_to",
    "applications_of",
    "apply",
    "board_of",
    "erase_applications",
    "export",
    "job_to_apply_to",
    "listed",
    "move",
    "resume_for",
    "sent_resume",
    "withdraw",
]
