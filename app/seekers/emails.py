"""Mails to coders about employers that found them."""

from __future__ import annotations

from app import mail
from app.jobs.models import Job
from app.jobs.services.public import listing_view
from app.seekers.models import SeekerProfile


def send_invitation(profile: SeekerProfile, job: Job) -> None:
    """To the coder: an employer that does not know who this is asks for an application."""
    mail.send("invitation", profile.account.email, account=profile.account, job=listing_view(job))
