"""Routes of applications."""

from __future__ import annotations

from flask import Blueprint

from app.applications import models  # noqa: F401

bp = Blueprint("applications", __name__)
