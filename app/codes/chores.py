"""What the worker does for the code reference by itself: releases are read, cleared and renewed."""

from __future__ import annotations

import logging
from datetime import timedelta

from flask import current_app
from sqlalchemy.exc import OperationalError

from app import clock, worker
from app.codes.services import allowance
from app.codes.services.importing import cpt_numbers, first_load, keeping, publishing, uploads
from app.codes.services.importing.uploads import Superseded, Taken
from app.extensions import db

log = logging.getLogger(__name__)

LOOK = timedelta(seconds=2)  # until an upload begins to be read
FIRST_LOAD = timedelta(minutes=5)  # until what an interrupted first load lacks is loaded


@worker.every(LOOK, apart=True)
def read_uploads() -> None:
    while taken := uploads.take_upload():
        db.session.commit()
        _read(taken)
    db.session.rollback()
    for _ in publishing.remove_discarded():
        db.session.commit()


def _read(taken: Taken) -> None:
    try:
        for _ in uploads.read_upload(taken):
            db.session.commit()
    except Superseded as error:
        log.warning("an upload was given up: %s", error)
        db.session.rollback()
    except OperationalError:
        # The database is away. Another try begins when the row has been silent for long enough.
        db.session.rollback()
        raise
    except Exception:
        log.exception("an upload could not be read", extra={"upload": taken.id})
        db.session.rollback()
        uploads.give_up(
            taken, "It cannot be read, for a reason nobody foresaw. The log of the worker tells it."
        )
        db.session.commit()
    uploads.remove_finished(taken)
    db.session.commit()


@worker.every(FIRST_LOAD, apart=True)
def load_what_packages_carry() -> None:
    """A new site gets the releases of its packages without anybody's doing."""
    for _ in first_load.load_missing():
        db.session.commit()


@worker.every(timedelta(hours=6))
def remove_orphaned_files() -> None:
    keeping.remove_orphans()
    db.session.commit()


@worker.every(timedelta(days=1))
def forget_old_guests() -> None:
    """Guests whose cookie has run out are strangers again."""
    period = timedelta(days=current_app.config["CODE_VIEW_DAYS"])
    allowance.forget_guests(clock.now() - period)
    db.session.commit()


@worker.every(timedelta(hours=1), apart=True)
def remove_replaced_releases() -> None:
    """Rows that no page shows any more make room."""
    for _ in publishing.remove_replaced():
        db.session.commit()


@worker.every(timedelta(hours=1))
def renew_cpt_numbers() -> None:
    """Descriptors of a license that has ended go, whether or not anything is imported."""
    cpt_numbers.renew_numbers()
    db.session.commit()
