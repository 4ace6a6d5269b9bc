"""Mails to coders: employers that found them, and new listings of the searches they saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app import mail
from app.jobs.models import Job
from app.jobs.services.public import listing_view
from app.seekers.models import SeekerProfile


def send_invitation(profile: SeekerProfile, job: Job) -> None:
    """To the coder: an employer that does not know who this is asks for an application."""
    mail.send("invitation", profile.account.email, account=profile.account, job=listing_view(job))


def send_opt_in(to: str, token: str, labels: Sequence[str]) -> None:
    """To whoever a guest named: it holds no word that the guest typed."""
    mail.send("alerts_opt_in", to, token=token, labels=labels)


def send_lift(to: str, token: str) -> None:
    mail.send("alerts_lift", to, token=token)


def send_alert(to: str, groups: Sequence[Any], token: str, headers: Mapping[str, str]) -> None:
    count = sum(len(group.cards) + group.more for group in groups)
    mail.send(
        "job_alert",
        to,
        headers=headers,
        sender="ALERTS_FROM",
        groups=groups,
        count=count,
        token=token,
    )
