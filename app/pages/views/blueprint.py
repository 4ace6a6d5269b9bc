"""The blueprint that every route of pages hangs on."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("pages", __name__)
