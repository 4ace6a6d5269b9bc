"""Commands and chores of listings: the search index, expiry warnings, development's samples."""

from __future__ import annotations

from datetime import timedelta

import click
from flask import current_app
from flask.cli import AppGroup

from app import worker
from app.extensions import db
from app.filters import plural
from app.jobs.services import samples, warn_of_expiry
from app.jobs.services.index import listing_count, rebuild_index
from app.jobs.services.landing import COUNTED_EVERY, count_topics

group = AppGroup("jobs", help="Listings.")


@worker.every(timedelta(hours=1))
def warn_members_of_expiry() -> None:
    warn_of_expiry()
    db.session.commit()


@worker.every(COUNTED_EVERY, apart=True)
def count_kinds_of_jobs() -> None:
    count_topics()
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
