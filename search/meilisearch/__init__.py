"""The Meilisearch engine."""

from search.meilisearch.engine import MeilisearchEngine

__all__ = ["MeilisearchEngine"]
