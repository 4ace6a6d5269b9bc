"""Commands and chores of listings: the index, imports, expiry warnings, development's samples."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from app import worker
from app.accounts.services import find_account
from app.employers.services import organisation_on_desk
from app.errors import DomainError
from app.extensions import db
from app.filters import plural
from app.jobs.intake import KINDS
from app.jobs.services import samples, warn_of_expiry
from app.jobs.services.index import listing_count, rebuild_index
from app.jobs.services.intake import importing, sources
from app.jobs.services.landing import COUNTED_EVERY, count_topics
from app.jobs.services.placing import place_listings

group = AppGroup("jobs", help="Listings.")


@worker.every(timedelta(hours=1))
def warn_members_of_expiry() -> None:
    warn_of_expiry()
    db.session.commit()


@worker.every(timedelta(hours=1))
def put_listings_on_the_map() -> None:
    place_listings()
    db.session.commit()


@worker.every(COUNTED_EVERY, apart=True)
def count_kinds_of_jobs() -> None:
    count_topics()
    db.session.commit()


@worker.every(timedelta(minutes=5))
def import_what_is_due() -> None:
    importing.start_due_runs()
    importing.take_up_lost_runs()
    importing.forget_old_runs()
    db.session.commit()


@group.command("index")
def index() -> None:
    """Build the search index of listings anew; the old one answers meanwhile."""
    with click.progressbar(length=listing_count(), label="Listings") as bar:
        done = 0

        def advance(count: int) -> None:
            nonlocal done
            bar.update(count - done)
            done = count

        count = rebuild_index(advance)
    click.echo(f"{plural(count, 'listing')} in the search index.")


@click.command("samples")
def load() -> None:
    """Add an invented employer with listings, and accounts to try the site with."""
    if current_app.config["ENVIRONMENT"] == "production":
        raise click.ClickException("Production shows no invented employers.")
    loaded = samples.load_samples()
    db.session.commit()
    if loaded.without_codes:
        click.echo(
            f"{loaded.without_codes} samples name codes that no loaded release knows; "
            "run `flask codes load-package` first to have them linked.",
            err=True,
        )
    if loaded.added or loaded.dated_anew:
        click.echo(f"Samples: {loaded.added} added, {loaded.dated_anew} dated anew.")
    click.echo(
        f"To try the site out: {samples.EMPLOYER}, {samples.CODER} and {samples.MODERATOR}, "
        f"each with the password “{samples.PASSWORD}”."
    )


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--organisation", required=True, help="The organization's part of the address.")
@click.option("--as", "email", required=True, help="The operator's account.")
@click.option("--kind", type=click.Choice(list(KINDS)), default="auto", show_default=True)
@click.option("--publish-free", is_flag=True, help="Put complete listings up without a payment.")
def take_in(file: Path, organisation: str, email: str, kind: str, publish_free: bool) -> None:
    """Import a feed that was saved as a FILE."""
    account = find_account(email)
    if account is None or not account.is_operator:
        raise click.ClickException(f"{email} is no operator.")
    try:
        source, run = sources.take_file(
            account,
            organisation_on_desk(account, organisation),
            name=file.name,
            content=file.read_bytes(),
            kind=kind,
        )
        if publish_free:
            sources.act_on_source(account, source, "grant")
    except DomainError as error:
        raise click.ClickException(error.message) from error
    db.session.commit()
    with click.progressbar(length=run.total, label="Postings") as bar:
        more, done = True, 0
        while more:
            more = importing.go_on(run)
            db.session.commit()
            bar.update(run.at - done)
            done = run.at
    for number, message in run.messages:
        click.echo(f"{number}: {message}" if number else message, err=True)
    click.echo(
        f"{run.added} added, {run.changed} changed, {run.unchanged} unchanged, "
        f"{run.duplicates} known already, {run.closed} closed, {run.refused} refused."
    )
    if run.state == "failed":
        raise click.ClickException("The import failed.")
