"""Watches that a page asks the database for nothing once its template is being drawn."""

from __future__ import annotations

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
