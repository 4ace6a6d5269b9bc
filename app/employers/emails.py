"""Mails to the members of an organisation about its standing."""

from __future__ import annotations

from app import mail
from app.accounts.models import Account
from app.employers.models import Organisation


def send_suspended(member: Account, organisation: Organisation) -> None:
    mail.send("organisation_suspended", member.email, member=member, organisation=organisation)


def send_reinstated(member: Account, organisation: Organisation) -> None:
    mail.send("organisation_reinstated", member.email, member=member, organisation=organisation)
