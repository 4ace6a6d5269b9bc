"""Full-text search as a library: one contract, two engines, the indexes of this product."""

from __future__ import annotations

from collections.abc import Sequence

from search.breaker import CircuitBreaker
from search.contract import IndexSpec, SearchEngine
from search.embedded import EmbeddedEngine
from search.indexes import ALL_INDEXES
from search.meilisearch import MeilisearchEngine

_EMBEDDED = "embedded:"


def open_engine(
    setting: str,
    *,
    search_key: str | None = None,
    admin_key: str | None = None,
    prefix: str = "",
    specs: Sequence[IndexSpec] = ALL_INDEXES,
) -> SearchEngine:
    """The engine of a setting: `embedded:/a/directory`, or the URL of a Meilisearch server.

    Opens nothing yet, so it may run before a fork; a server stands behind a circuit breaker.
    The keys and the prefix of the index names are the server's. Raises ValueError for any other
    setting.
    """
    if setting.startswith(_EMBEDDED) and len(setting) > len(_EMBEDDED):
        return EmbeddedEngine(setting.removeprefix(_EMBEDDED), specs)
    if setting.startswith(("http://", "https://")):
        return CircuitBreaker(
            MeilisearchEngine(
                setting, search_key=search_key, admin_key=admin_key, prefix=prefix, specs=specs
            )
        )
    raise ValueError(f"{setting!r} is neither embedded:/a/directory nor the URL of a server")
