"""Listings: their lifecycle, moderation, search, and the codes they name."""
