"""Routes of codes."""

from __future__ import annotations

from flask import Blueprint

from app.codes import models  # noqa: F401

bp = Blueprint("codes", __name__)
