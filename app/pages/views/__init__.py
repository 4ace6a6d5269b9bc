"""Routes of pages, by audience: everyone, crawlers, moderators, developers."""

from __future__ import annotations

from app.pages.views import crawlers, desk, mailbox, public
from app.pages.views.blueprint import bp

__all__ = ["bp", "crawlers", "desk", "mailbox", "public"]
