"""The blueprint every route of jobs hangs on."""

from __future__ import annotations

from flask import Blueprint

from app.jobs import models  # noqa: F401 - the tables exist wherever the routes do

bp = Blueprint("jobs", __name__)
