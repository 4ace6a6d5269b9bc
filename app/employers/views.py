"""Routes of employers."""

from __future__ import annotations

from flask import Blueprint

from app.employers import models  # noqa: F401

bp = Blueprint("employers", __name__)
