"""Commands of the code reference: load releases, put them live, index them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from app import clock, index_keeper
from app.codes.intake.carried import carried_members
from app.codes.intake.contract import Hints, Kind
from app.codes.intake.files import Member, members
from app.codes.intake.kinds import KINDS, Found, find_releases
from app.codes.models import ICD10CM, SYSTEMS, CodeRelease
from app.codes.services import indexing
from app.codes.services.editions import editions
from app.codes.services.importing import cpt_numbers, loading, notices, publishing
from app.codes.services.importing.load import load_release
from app.codes.services.importing.naming import told_difference
from app.errors import DomainError
from app.extensions import db
from app.filters import long_date, plural
from search.indexes import CODES

group = AppGroup("codes", help="The code reference: its releases and their search index.")

_floor = click.option(
    "--row-floor", type=int, help="Refuse a release with fewer rows than this, not the usual."
)
_again = click.option("--again", is_flag=True, help="Load the files even if they were before.")


@group.command("load-package")
@click.option("--first", is_flag=True, help="Only ICD-10-CM: the worker of a new site loads more.")
@_again
@_floor
def load_package(first: bool, again: bool, row_floor: int | None) -> None:
    """Load the releases that installed packages carry, where they are not loaded yet."""
    only = ICD10CM if first else ""
    with _plainly():
        _load([carried_members()], Hints(), only=only, again=again, floor=row_floor)


@group.command("import")
@click.argument("words", nargs=-1, required=True, metavar="[KIND] FILE…")
@click.option(
    "--effective",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day the edition takes effect, where the files do not say.",
)
@click.option("--edition", default="", help="What to call the edition, where the files do not say.")
@click.option("--accept-notice", is_flag=True, help="Accept CMS's click-through notice.")
@click.option("--preview", is_flag=True, help="Load and compare, but do not put it live.")
@_again
@_floor
def import_files(
    words: Sequence[str],
    effective: datetime | None,
    edition: str,
    accept_notice: bool,
    preview: bool,
    again: bool,
    row_floor: int | None,
) -> None:
    """Load releases from their makers' files, bare or zipped; the files say of what KIND."""
    only, paths = _kind_and_paths(words)
    day = effective.replace(tzinfo=UTC).date() if effective else None
    hints = Hints(effective=day, edition=edition, licensed=cpt_numbers.may_show_descriptors())
    with _plainly():
        found = [members(path) for path in paths]
        _load(
            found,
            hints,
            only=only,
            accept=accept_notice,
            preview=preview,
            again=again,
            floor=row_floor,
        )


def _kind_and_paths(words: Sequence[str]) -> tuple[str, list[Path]]:
    first = words[0]
    only = "" if Path(first).is_file() or (len(words) == 1 and first not in KINDS) else first
    paths = [Path(word) for word in (words[1:] if only else words)]
    if only and only not in KINDS:
        raise click.ClickException(f"There is no kind “{only}”. There are: {', '.join(KINDS)}.")
    if not paths:
        raise click.ClickException(f"Name the files of {KINDS[only].title}.")
    for path in paths:
        if not path.is_file():
            raise click.ClickException(f"There is no file {path}.")
    return only, paths


@group.command("kinds")
def list_kinds() -> None:
    """List the kinds of release that can be loaded, and where to get them."""
    for kind in KINDS.values():
        click.echo(f"{kind.name:20} {kind.title} ({kind.owner}) {kind.source}")


@group.command("releases")
def list_releases() -> None:
    """List the releases that are loaded."""
    for kind, found in editions().by_kind.items():
        for edition in found:
            click.echo(
                f"{kind:20} {edition.name:24} from {edition.effective_from}  "
                f"{edition.row_count:>9,} rows  {edition.source}"
            )


@group.command("publish")
@click.argument("kind", type=click.Choice(sorted(KINDS)))
def publish(kind: str) -> None:
    """Put the release live that was loaded with --preview."""
    with _plainly():
        _publish(KINDS[kind], _open(kind))
        _index_if_needed()


@group.command("discard")
@click.argument("kind", type=click.Choice(sorted(KINDS)))
def discard(kind: str) -> None:
    """Remove the release that was loaded with --preview, or whose load was interrupted."""
    with _plainly():
        for _ in publishing.discard_release(_open(kind), by=None):
            db.session.commit()
    click.echo("Discarded.")


@group.command("index")
def index() -> None:
    """Build the search index of the current releases anew."""
    with _plainly():
        _index()


@contextmanager
def _plainly() -> Iterator[None]:
    """A refusal becomes one line and exit status 1."""
    try:
        yield
    except DomainError as error:
        db.session.rollback()
        raise click.ClickException(error.message) from error


def _open(kind: str) -> CodeRelease:
    found = loading.open_release(kind)
    if found is None:
        raise click.ClickException(f"No release of {KINDS[kind].title} waits to be put live.")
    return found


def _load(
    given: Sequence[Sequence[Member]],
    hints: Hints,
    *,
    only: str = "",
    accept: bool = False,
    preview: bool = False,
    again: bool = False,
    floor: int | None = None,
) -> None:
    """Load every release in the files; one that is refused does not keep the others out."""
    found = find_releases(given, only=only)
    for kind in {release.kind.name: release.kind for release in found}.values():
        _settle_notice(kind, accept)
    refused = []
    for release in found:
        try:
            if _load_one(release, hints, again=again, floor=floor):
                if preview:
                    click.echo(f"Put it live with: flask codes publish {release.kind.name}")
                else:
                    _publish(release.kind, _open(release.kind.name))
        except DomainError as error:
            db.session.rollback()
            refused.append(f"{release.kind.title}: {error.message}")
            if len(found) > 1:
                click.echo(refused[-1], err=True)
    if not preview:
        _index_if_needed()
    if refused:
        several = f"{len(refused)} releases were refused."
        raise click.ClickException(refused[0] if len(found) == 1 else several)


def _settle_notice(kind: Kind, accept: bool) -> None:
    if not notices.must_accept(kind):
        return
    if not accept:
        click.echo(f"{kind.title}: {notices.NOTICE}")
        if not sys.stdin.isatty() or not click.confirm("Do you accept it?"):
            raise click.ClickException(
                "The notice was not accepted, and nothing was loaded. --accept-notice accepts it."
            )
    notices.accept_notice(kind, by=None, stated="on the command line")
    db.session.commit()


def _load_one(found: Found, hints: Hints, *, again: bool, floor: int | None) -> bool:
    """Whether there is now a release to put live."""
    kind, parts = found.kind, found.parts
    known = loading.published_as(kind.name, loading.digest_of(parts))
    if known and not again:
        click.echo(f"{_named(kind, known)} is loaded already.")
        return False
    names = ", ".join(member.name for found in parts.values() for member in found)
    click.echo(f"{kind.title}: reading {names} …")
    stored = 0
    for rows in load_release(kind, parts, hints, floor=floor):
        db.session.commit()
        stored += rows
        if rows and sys.stdout.isatty():
            click.echo(f"\r{stored:>12,} rows", nl=False)
    release = _open(kind.name)
    if sys.stdout.isatty():
        click.echo()
    for fault in loading.faults_of(release):
        click.echo(f"{loading.told(fault)}: left out.", err=True)
    if release.quarantined:
        click.echo(f"{plural(release.quarantined, 'row')} left out in all.", err=True)
    for what, count in release.dropped.items():
        click.echo(f"Not kept, for want of a license: {plural(count, what)}.")
    for line in told_difference(release.difference):
        click.echo(line)
    return True


def _publish(kind: Kind, release: CodeRelease) -> None:
    publishing.publish_release(release, cumulative=kind.cumulative, by=None)
    db.session.commit()
    click.echo(f"{_named(kind, release)}: {_size(release)}.")
    if release.effective_from > clock.today():
        click.echo(f"It holds from {long_date(release.effective_from)} on.")


def _size(release: CodeRelease) -> str:
    if release.code_count:
        return f"{release.code_count:,} codes, {release.billable_count:,} of them billable"
    return plural(release.row_count, "row")


def _index_if_needed() -> None:
    if _has_codes() and not indexing.index_is_current():
        _index()


def _has_codes() -> bool:
    return any(editions().of(system) for system in SYSTEMS)


def _index() -> None:
    if not _has_codes():
        raise click.ClickException("No release is loaded: run `flask codes load-package` first.")
    with click.progressbar(length=indexing.document_count(), label="Search index") as bar:
        done = 0

        def advance(count: int) -> None:
            nonlocal done
            bar.update(count - done)
            done = count

        index_keeper.rebuild_now(CODES.name, advance)


def _named(kind: Kind, release: CodeRelease) -> str:
    return f"{kind.title}, {release.edition}"
