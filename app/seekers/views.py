"""Routes of seekers."""

from __future__ import annotations

from flask import Blueprint

from app.seekers import models  # noqa: F401

bp = Blueprint("seekers", __name__)
