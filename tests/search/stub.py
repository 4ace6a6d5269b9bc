"""A server in Meilisearch's place that answers what a test says, as late as it says."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Stub:
    """A server that gives the next of its answers to each request; the last one for ever.

    `patience` is for how many seconds it keeps a connection open that is not used; None ends each
    after one answer.
    """

    def __init__(
        self, answers: list[tuple[int, bytes, float]], patience: float | None = None
    ) -> None:
        self.asked: list[str] = []
        self.callers: list[tuple[str, int]] = []  # the other end of each request's connection
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1" if patience else "HTTP/1.0"
            timeout = patience

            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, body, delay = answers[min(len(stub.asked), len(answers) - 1)]
                stub.asked.append(f"{self.command} {self.path}")
                stub.callers.append(self.client_address)
                stub.stopped.wait(delay)
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:  # the client has gone
                    pass

            do_GET = do_POST = do_PATCH = do_DELETE = answer

            def log_message(self, *_: Any) -> None:
                pass

        self.stopped = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def stop(self) -> None:
        self.stopped.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
