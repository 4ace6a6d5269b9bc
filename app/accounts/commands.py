"""What operators do with accounts on the command line, and the chores of the worker."""

from __future__ import annotations

from datetime import timedelta

import click

from app.accounts.models import Staff
from app.accounts.services import forget_ended_sessions, forget_old_tokens, set_staff
from app.errors import DomainError
from app.extensions import db
from app.worker import every


@click.command("staff")
@click.argument("email")
@click.argument("role", type=click.Choice([s.value for s in Staff]))
def staff(email: str, role: str) -> None:
    """Make the account of EMAIL a moderator, an operator, or neither."""
    try:
        account = set_staff(email, role)
    except DomainError as error:
        raise click.ClickException(error.message) from error
    db.session.commit()
    click.echo(f"{account.email}: {account.staff}")


@every(timedelta(hours=12))
def forget_expired() -> None:
    forget_ended_sessions()
    forget_old_tokens()
    db.session.commit()
