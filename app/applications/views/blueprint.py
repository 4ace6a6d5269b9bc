"""The blueprint every route of applications hangs on."""

from __future__ import annotations

from flask import Blueprint

from app.applications import models  # noqa: F401 - the tables exist wherever the routes do

bp = Blueprint("applications", __name__)
