"""Commands of the code reference: load a release, index it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from app import clock, index_keeper, worker
from app.codes.models import ICD10CM, SYSTEMS, CodeRelease
from app.codes.services import allowance, indexing, releases, sources
from app.errors import DomainError
from app.extensions import db
from app.filters import plural
from search.indexes import CODES

group = AppGroup("codes", help="The code reference: releases and their search index.")

_floor = click.option(
    "--row-floor",
    default=releases.ROW_FLOOR,
    show_default=True,
    help="Refuse a release with fewer codes than this.",
)
_again = click.option("--again", is_flag=True, help="Load the files even if they were before.")


@group.command("load-package")
@_again
@_floor
def load_package(again: bool, row_floor: int) -> None:
    """Load the ICD-10-CM release that an installed package carries, if it is not loaded yet."""
    with _plainly():
        _load(ICD10CM, sources.carried_source(), again=again, floor=row_floor)


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--order",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CDC's order file, bare or in its zip, where FILE does not hold it.",
)
@click.option(
    "--effective",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day the edition takes effect, where the file names do not say.",
)
@_again
@_floor
def import_file(
    file: Path, order: Path | None, effective: datetime | None, again: bool, row_floor: int
) -> None:
    """Load an ICD-10-CM release from CDC's tabular XML, bare or in its zip."""
    day = effective.replace(tzinfo=UTC).date() if effective else None
    with _plainly():
        source = sources.file_source(file, listing=order, effective=day)
        _load(ICD10CM, source, again=again, floor=row_floor)


@group.command("index")
def index() -> None:
    """Build the search index of the current release anew."""
    with _plainly():
        _index(ICD10CM)


@worker.every(timedelta(days=1))
def forget_old_guests() -> None:
    """Guests whose cookie has run out are strangers again."""
    period = timedelta(days=current_app.config["CODE_VIEW_DAYS"])
    allowance.forget_guests(clock.now() - period)
    db.session.commit()


@contextmanager
def _plainly() -> Iterator[None]:
    """A refusal becomes one line and exit status 1."""
    try:
        yield
    except DomainError as error:
        db.session.rollback()
        raise click.ClickException(error.message) from error


def _load(system: str, source: sources.Source, *, again: bool, floor: int) -> None:
    discarded = releases.discard_staged(system)
    db.session.commit()
    if discarded:
        click.echo("Removed a release that an interrupted load had left unfinished.")
    known = releases.known_release(system, source.sha256)
    if known and not again:
        click.echo(f"{_named(known)} is loaded already.")
        if not indexing.index_is_current(system):
            _index(system)
        return
    for fault in source.listing.faults if source.listing else ():
        click.echo(f"List of codes, {fault}: left out.", err=True)
    click.echo(f"Reading {source.name} …")
    book = releases.read_book(source, floor=floor)
    for fault in book.faults:
        click.echo(f"Tabular XML, {fault}: left out.", err=True)
    release = releases.begin_release(system, source, book)
    db.session.commit()
    with click.progressbar(length=releases.row_count(book), label=_named(release)) as bar:
        for rows in releases.fill_release(release.id, book):
            db.session.commit()
            bar.update(rows)
    shown = _publish(release)
    db.session.commit()
    if shown:
        _index(system)


def _publish(release: CodeRelease) -> bool:
    before = releases.current_release(release.system)
    if before is not None:
        change = releases.compare_releases(before, release)
        click.echo(
            f"Compared with {change.previous}: {plural(len(change.added), 'code')} added, "
            f"{len(change.removed):,} removed, {len(change.retitled):,} reworded."
        )
    shown = releases.publish_release(release)
    if shown:
        click.echo(
            f"{_named(release)}: {release.code_count:,} codes, "
            f"{release.billable_count:,} of them billable."
        )
    else:
        click.echo(f"{_named(release)} is older than the current edition and was only kept.")
    return shown


def _index(system: str) -> None:
    release = releases.current_release(system)
    if release is None:
        raise click.ClickException("No release is loaded: run `flask codes load-package` first.")
    with click.progressbar(length=indexing.document_count(), label="Search index") as bar:
        done = 0

        def advance(count: int) -> None:
            nonlocal done
            bar.update(count - done)
            done = count

        index_keeper.rebuild_now(CODES.name, advance)


def _named(release: CodeRelease) -> str:
    return f"{SYSTEMS[release.system]}, {release.edition}"
