"""Commands and chores of seekers: matching new listings, sending alerts, suppressing an address."""

from __future__ import annotations

import time
from datetime import timedelta

import click
from flask.cli import AppGroup

from app import worker
from app.errors import DomainError
from app.extensions import db
from app.seekers import services

PATIENCE = 45.0  # seconds of one run; what is left is done by the next

group = AppGroup("seekers", help="Coders and their alerts.")


@worker.every(timedelta(minutes=1))
def tell_of_new_listings() -> None:
    """Put new listings to the saved searches, then write to whoever is due."""
    until = time.monotonic() + PATIENCE
    while services.match_new_listings():
        db.session.commit()
    db.session.commit()
    while time.monotonic() < until and (due := services.recipients_due()):
        for recipient_id in due:
            services.send_alert(recipient_id)
            db.session.commit()


@worker.every(timedelta(hours=6))
def forget_what_is_over() -> None:
    services.forget_abandoned()
    services.forget_told()
    db.session.commit()


@group.command("suppress")
@click.argument("email")
@click.option("--reason", type=click.Choice(["bounce", "complaint"]), default="complaint")
def suppress(email: str, reason: str) -> None:
    """Send no more alerts to EMAIL: someone complained, or the address is dead."""
    try:
        known = services.suppress(email, reason)
    except DomainError as error:
        raise click.ClickException(error.message) from error
    db.session.commit()
    click.echo("No more alerts are sent there." if known else "Nobody gets alerts there.")
