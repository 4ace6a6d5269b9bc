"""Deeds done at the same moment, each in a transaction and a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask

from app.errors import DomainError
from app.extensions import db


def at_once(app: Flask, *deeds: Callable[[], Any]) -> list[Any]:
    """What each deed gave or was refused with, each in a transaction and a thread of its own."""
    outcomes: list[Any] = [None] * len(deeds)
    ready = threading.Barrier(len(deeds))

    def run(number: int, deed: Callable[[], Any]) -> None:
        with app.app_context():
            try:
                ready.wait()
                outcomes[number] = deed()
                db.session.commit()
            except DomainError as error:
                db.session.rollback()
                outcomes[number] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.expire_all()
    return outcomes
