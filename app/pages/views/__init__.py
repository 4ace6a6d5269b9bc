"""Routes of pages, by audience: everyone, crawlers, moderators, developers, machines."""

from __future__ import annotations

from app.pages.views import crawlers, desk, health, mailbox, public, search_desk
from app.pages.views.blueprint import bp

__all__ = ["bp", "crawlers", "desk", "health", "mailbox", "public", "search_desk"]
