"""What is asked of the database: counted, and refused once a template is being drawn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from flask import Flask
from jinja2 import Template
from sqlalchemy import event
from sqlalchemy.engine import Engine

_drawing: ContextVar[str] = ContextVar("drawing", default="")


class WatchedTemplate(Template):
    def render(self, *arguments: Any, **context: Any) -> str:
        token = _drawing.set(_drawing.get() or self.name or "a template")
        try:
            return super().render(*arguments, **context)
        finally:
            _drawing.reset(token)


@event.listens_for(Engine, "before_cursor_execute")
def _refuse(_connection, _cursor, statement, _parameters, _context, _many) -> None:
    if name := _drawing.get():
        raise AssertionError(f"{name} queries while it is drawn: {statement}")


def watch(app: Flask) -> None:
    app.jinja_env.template_class = WatchedTemplate


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements sent to any database until the block ends."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)
