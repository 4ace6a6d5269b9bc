"""A Meilisearch of the tests' own, started as docs/operating.md says, and what befalls it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

MASTER_KEY = "a master key for tests, long enough"
START = 60.0  # seconds a server may take until it answers
# Keys are derived from the master key and their own id: with the same ids they are the same again
# on a server that has lost everything.
KEYS = {
    "web": ("6062abda-a5aa-4414-ac91-ecd7944c0f8d", ["search"]),
    "worker": ("9d2a5c1e-7a46-4b53-8f0a-0f8b8f4f3c11", ["*"]),
}


class Server:
    def __init__(self, binary: str, folder: Path) -> None:
        self._binary = binary
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port: int = free.getsockname()[1]
        self._running: subprocess.Popen[bytes] | None = None
        self.start()
        self.keys = self.make_keys()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """As compose.yaml starts it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        data = self._folder / "data.ms"
        with (self._folder.parent / "meilisearch.log").open("ab") as log:
            self._running = subprocess.Popen(
                [
                    self._binary,
                    f"--http-addr=127.0.0.1:{self._port}",
                    f"--db-path={data}",
                    f"--dump-dir={self._folder / 'dumps'}",
                    f"--snapshot-dir={self._folder / 'snapshots'}",
                ],
                env={
                    "PATH": os.environ["PATH"],
                    "MEILI_ENV": "production",
                    "MEILI_MASTER_KEY": MASTER_KEY,
                    "MEILI_NO_ANALYTICS": "true",
                },
                cwd=self._folder,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + START
        while not self.answers():
            assert time.monotonic() < deadline, "Meilisearch does not start"
            time.sleep(0.1)

    def make_keys(self) -> dict[str, str]:
        made = {}
        for name, (uid, actions) in KEYS.items():
            wanted = {"uid": uid, "name": name, "actions": actions, "indexes": ["*"]}
            made[name] = self.ask("POST", "/keys", {**wanted, "expiresAt": None})["key"]
        return made

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            f"{self.url}{path}",
            method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"Authorization": f"Bearer {MASTER_KEY}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=1):
                return True
        except (OSError, urllib.error.URLError):
            return False

    def kill(self) -> None:
        """Without a word, as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """As an upgrade of the container would."""
        self._end(signal.SIGTERM)

    def freeze(self) -> None:
        """It takes connections and says nothing any more."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _end(self, number: signal.Signals) -> None:
        if self._running is not None:
            self._signal(signal.SIGCONT)
            self._signal(number)
            self._running.wait(timeout=60)
            self._running = None

    def _signal(self, number: signal.Signals) -> None:
        assert self._running is not None
        if self._running.poll() is None:
            self._running.send_signal(number)
