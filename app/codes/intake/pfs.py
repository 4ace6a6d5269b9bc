"""The Medicare physician fee schedule: relative values, and the tables that turn them into fees."""

from __future__ import annotations

from app.codes.intake import pfs_localities, pprrvu
from app.codes.intake.contract import Kind

KINDS: tuple[Kind, ...] = (*pprrvu.KINDS, *pfs_localities.KINDS)
