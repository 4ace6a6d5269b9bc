"""One Meilisearch server: its requests with their timeouts, retries and failures.

The only file that imports meilisearch.
"""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import requests
from meilisearch import Client
from meilisearch._httprequests import HttpRequests
from meilisearch.errors import (
    MeilisearchApiError,
    MeilisearchCommunicationError,
    MeilisearchTimeoutError,
)

from search.contract import IndexMissing, Outcome, SearchError, SearchUnavailable

Answer = TypeVar("Answer")

CONNECT_TIMEOUT = 1.0  # seconds
SEARCH_TIMEOUT = 1.0  # seconds of silence while an answer is read
WRITE_TIMEOUT = 30.0
TASK_TIMEOUT = 3600.0  # seconds to wait for one task of a rebuild

_TRIES = 3
_PAUSE = 0.05  # seconds before the second try, doubled before the third
_PASSING = (502, 503, 504)
_OWN_FAULTS = ("internal", "system")  # types of errors that are the server's, not the request's
_NO_INDEX = ("index_not_found", "task_not_found")


class Server:
    """Safe to share among threads and across forks: each thread of a process has its own clients,
    and only searches keep a connection open between requests.

    Every call raises IndexMissing, SearchUnavailable, or SearchError for what trying again will
    not mend.
    """

    def __init__(
        self, url: str, search_key: str | None, admin_key: str | None, timeout: float
    ) -> None:
        self._url = url.rstrip("/")
        self._search_key = search_key or admin_key
        self._admin_key = admin_key
        self._timeout = timeout
        self._own = threading.local()
        self._open: weakref.WeakSet[_Lasting] = weakref.WeakSet()

    # --- With the search key -------------------------------------------------------------------

    def search(self, bodies: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The answers to several searches, in one request."""
        return _call(lambda: list(self._reader().multi_search(bodies)["results"]))

    def facet_values(
        self, uid: str, facet: str, begun: str, options: Mapping[str, Any]
    ) -> dict[str, int]:
        index = self._reader().index(uid)
        return _call(
            lambda: {
                str(found["value"]): int(found["count"])
                for found in index.facet_search(facet, begun or None, options)["facetHits"]
            }
        )

    def check(self) -> None:
        """Returns where the server says that it is well."""
        _call(lambda: self._reader().health()["status"], tries=1)

    # --- With the admin key --------------------------------------------------------------------

    def sizes(self) -> dict[str, int]:
        """Every index with the number of its documents."""
        return _call(
            lambda: {
                uid: int(stats["numberOfDocuments"])
                for uid, stats in self._admin().get_all_stats()["indexes"].items()
            },
            passing=(*_PASSING, 404),  # an index of its list was dropped while it counted
        )

    def version(self) -> str:
        return _call(lambda: str(self._admin().get_version()["pkgVersion"]))

    def require(self, uid: str) -> None:
        """Raises IndexMissing where there is no such index."""
        _call(lambda: self._admin().get_raw_index(uid))

    def settings(self, uid: str) -> dict[str, Any]:
        return _call(lambda: self._admin().index(uid).get_settings())

    def create(self, uid: str, id_field: str, settings: dict[str, Any]) -> None:
        """Makes an index where there is none, and gives it its settings."""
        created = _call(lambda: self._admin().create_index(uid, {"primaryKey": id_field}).task_uid)
        outcome, reason = self.wait(created, TASK_TIMEOUT)
        if outcome is not Outcome.DONE and uid not in self.sizes():
            raise SearchError(f"{uid}: {reason}")
        changed = _call(lambda: self._admin().index(uid).update_settings(settings).task_uid)
        self.finish(changed)

    def drop(self, uid: str) -> None:
        task = _call(lambda: self._admin().delete_index(uid).task_uid)
        self.wait(task, TASK_TIMEOUT)

    def swap(self, first: str, second: str) -> None:
        # Never tried twice: a second swap would undo the first.
        pair: list[Mapping[str, list[str] | bool]] = [{"indexes": [first, second]}]
        task = _call(lambda: self._admin().swap_indexes(pair).task_uid, tries=1)
        try:
            self.finish(task)
        except IndexMissing as error:
            # A swap belongs to no single index, so keys for some of them cannot see it.
            raise SearchError("the admin key has to be one for all indexes") from error

    def put(self, uid: str, documents: list[dict[str, Any]]) -> int:
        """The number of a task that replaces documents."""
        return _call(lambda: self._admin().index(uid).add_documents(documents).task_uid)

    def remove(self, uid: str, ids: list[str]) -> int:
        """The number of a task that deletes documents."""
        # The client's own call for a list of ids is deprecated in favour of a filter, and filters
        # do not tell case apart.
        path = f"indexes/{uid}/documents/delete-batch"
        return _call(lambda: int(self._admin().http.post(path, ids)["taskUid"]))

    def fetch(self, uid: str, options: dict[str, Any]) -> tuple[list[dict[str, Any]], int]:
        """One page of an index as it lies, and the number of documents in all."""
        # The client asks by GET, where a thousand ids make an address too long.
        path = f"indexes/{uid}/documents/fetch"
        return _call(lambda: _page(self._admin().http.post(path, options)))

    def finish(self, task: int, waiting: Callable[[], None] | None = None) -> None:
        """Waits for a task that must succeed."""
        outcome, reason = self.wait(task, TASK_TIMEOUT, waiting)
        if outcome in (Outcome.LOST, Outcome.PENDING):
            raise SearchUnavailable(f"Meilisearch task {task} is {outcome}: {reason}")
        if outcome is not Outcome.DONE:
            raise SearchError(f"Meilisearch task {task} {outcome}: {reason}")

    def wait(
        self, task: int, timeout: float, waiting: Callable[[], None] | None = None
    ) -> tuple[Outcome, str]:
        """What has become of a task after at most so many seconds, and why."""
        deadline, pause = time.monotonic() + timeout, 0.005
        while True:
            found = _call(lambda: self._admin().get_task(task))
            if found.status == "succeeded":
                return Outcome.DONE, ""
            if found.status in ("failed", "canceled"):
                return _failure(found.error)
            if waiting is not None:
                waiting()
            left = deadline - time.monotonic()
            if left <= 0:
                return Outcome.PENDING, found.status
            time.sleep(min(pause, left))
            pause = min(2 * pause, 0.1)

    # --- Connections ---------------------------------------------------------------------------

    @property
    def administered(self) -> bool:
        return bool(self._admin_key)

    def close(self) -> None:
        """Whoever searches afterwards connects anew."""
        for lasting in list(self._open):
            lasting.close()

    def _reader(self) -> Client:
        return self._client("reader", self._search_key, self._timeout)

    def _admin(self) -> Client:
        return self._client("admin", self._admin_key, WRITE_TIMEOUT)

    def _client(self, name: str, key: str | None, timeout: float) -> Client:
        """One for each thread: a client changes its own headers with every request."""
        process, client = getattr(self._own, name, (0, None))
        # What was connected before a fork belongs to the parent.
        if client is None or process != os.getpid():
            # The client hands its timeout to requests, which takes a pair as well.
            both: Any = (CONNECT_TIMEOUT, timeout)
            client = Client(self._url, key, timeout=both)
            if name == "reader":
                client.http = _Lasting(client.http)
                self._open.add(client.http)
            setattr(self._own, name, (os.getpid(), client))
        return client


class _Lasting(HttpRequests):
    """Posts over a connection that stays open: a visitor should not wait for another handshake.

    One that the server has closed meanwhile is made anew, or fails and is tried again as any
    other; so nothing is sent this way that may not be sent twice.
    """

    def __init__(self, usual: HttpRequests) -> None:
        super().__init__(usual.config)
        self.headers = usual.headers
        self._session = requests.Session()
        # Packed on the way, an answer comes in pieces, and each waits for the one before it to be
        # acknowledged: 40 ms for what is a few kilobytes.
        self._session.headers["Accept-Encoding"] = "identity"

    def post(self, path: str, body: Any = None, *others: Any, **options: Any) -> Any:
        """With the arguments of the client's own."""
        content_type = others[0] if others else options.pop("content_type", "application/json")
        return self.send_request(self._session.post, path, body, content_type, **options)

    def close(self) -> None:
        self._session.close()


def _page(answer: Mapping[str, Any]) -> tuple[list[dict[str, Any]], int]:
    return [dict(each) for each in answer["results"]], int(answer["total"])


def _failure(error: Mapping[str, Any] | None) -> tuple[Outcome, str]:
    """Whose fault a failed task is: a full disk or a cancelled task says nothing of documents."""
    told = error or {}
    innocent = error is None or told.get("type") in _OWN_FAULTS or told.get("code") in _NO_INDEX
    return (Outcome.LOST if innocent else Outcome.FAILED), str(told.get("message") or told or "")


def _call(
    request: Callable[[], Answer], *, tries: int = _TRIES, passing: Sequence[int] = _PASSING
) -> Answer:
    """Makes a request, again where the server was only just out of reach, and names its failure."""
    for attempt in range(1, tries + 1):
        try:
            return request()
        except MeilisearchTimeoutError as error:
            raise SearchUnavailable(str(error)) from error
        except MeilisearchCommunicationError as error:
            if attempt == tries:
                raise SearchUnavailable(str(error)) from error
        except MeilisearchApiError as error:
            if error.status_code not in passing or attempt == tries:
                raise _named(error) from error
        except (AttributeError, KeyError, OSError, TypeError, ValueError) as error:
            raise SearchUnavailable(f"the answer makes no sense: {error!r}") from error
        time.sleep(_PAUSE * 2 ** (attempt - 1))
    raise AssertionError


def _named(error: MeilisearchApiError) -> SearchError:
    if error.code in _NO_INDEX:
        return IndexMissing(error.message)
    if str(error.code).startswith(("invalid_search_", "invalid_facet_search_")):
        # The question was checked against our spec, so it is the index that is behind.
        return IndexMissing(f"the index has to be rebuilt: {error.message}")
    if (
        error.status_code >= 500
        or error.status_code in (401, 403, 408, 429)
        or error.type in _OWN_FAULTS  # a full disk is told with the status of a wrong request
    ):
        return SearchUnavailable(error.message)
    return SearchError(error.message)
