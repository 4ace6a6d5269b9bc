"""Routes of jobs."""

from __future__ import annotations

from flask import Blueprint

from app.jobs import models  # noqa: F401

bp = Blueprint("jobs", __name__)
