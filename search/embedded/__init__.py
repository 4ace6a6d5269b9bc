"""The embedded search engine."""

from search.embedded.engine import EmbeddedEngine

__all__ = ["EmbeddedEngine"]
