"""Routes of billing."""

from __future__ import annotations

from flask import Blueprint

from app.billing import models  # noqa: F401

bp = Blueprint("billing", __name__)
