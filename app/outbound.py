"""Requests to other machines: only to public addresses, each checked before it is connected to.

A name is resolved once, its addresses are checked, and the connection is made to the address that
was checked, so a name that changes its mind in between gains nothing. Nothing here reads the
proxies of the environment: a proxy would resolve the name again.
"""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from flask import current_app

from app.errors import Invalid, TooLarge, Unavailable

MOST_BYTES = 20 * 1024 * 1024
MOST_SECONDS = 20.0  # in all, redirects included; well within the lease of the worker
MOST_REDIRECTS = 3
LONGEST_URL = 2_000
PORTS = frozenset({80, 443, 8080, 8443})

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_UNSAFE = re.compile(r"[\s\x00-\x1f\x7f\\]")
_KEPT = "/%:=&?~+!$,;'@()*[]"
# Public by their number, and yet the inside of somebody's network or a way into it.
_INSIDE = tuple(
    ip_network(network)
    for network in (
        "168.63.129.16/32",  # Azure's own services, as seen from a machine there
        "192.0.0.0/24",  # protocols' own; a cloud's metadata among them
        "192.88.99.0/24",  # relays from IPv6 to IPv4
        "64:ff9b::/96",  # NAT64: an IPv4 address follows
        "2002::/16",  # 6to4: the same
        "2001::/23",  # Teredo and other protocols' own
        "fec0::/10",  # what site-local addresses were
    )
)


class Refused(Invalid):
    """The address is not one that is connected to. The message is for whoever typed it."""


class Unanswered(Unavailable):
    """Nobody answered there, not in time, or not to the end."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; a status of 400 or more is for the caller to judge."""

    status: int
    body: bytes = b""
    url: str = ""  # where it came from in the end
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case

    @property
    def is_unchanged(self) -> bool:
        return self.status == 304


def fetch(
    url: str,
    *,
    etag: str = "",
    modified: str = "",
    most_bytes: int = MOST_BYTES,
    seconds: float = MOST_SECONDS,
) -> Answer:
    """GET. `etag` and `modified` are headers of an earlier answer: 304 says it still holds.

    Raises Refused, TooLarge or Unanswered.
    """
    sent = {"Accept": "*/*", "Accept-Encoding": "gzip"}
    if etag:
        sent["If-None-Match"] = etag
    if modified:
        sent["If-Modified-Since"] = modified
    end = time.monotonic() + seconds
    for _ in range(MOST_REDIRECTS + 1):
        answer = _ask("GET", url, sent, None, most_bytes, end)
        target = answer.headers.get("location", "")
        if answer.status not in _REDIRECTS or not target:
            return answer
        onward = urljoin(url, target)
        if url.lower().startswith("https:") and not onward.lower().startswith("https:"):
            raise Refused("The address leads on to one that is not encrypted.")
        url = onward
    raise Refused("The address leads on from one place to the next too often.")


def post(
    url: str,
    body: bytes,
    *,
    content_type: str,
    headers: Mapping[str, str] | None = None,
    most_bytes: int = 1024 * 1024,
    seconds: float = 10.0,
) -> Answer:
    """POST, without following where the answer may lead. Raises as `fetch` does."""
    sent = {"Accept": "*/*", "Content-Type": content_type, **(headers or {})}
    return _ask("POST", url, sent, body, most_bytes, time.monotonic() + seconds)


def check_url(url: str) -> SplitResult:
    """The parts of an address one may ask for, before its name is looked up. Raises Refused."""
    refusal = Refused("Enter a web address, such as https://boards.example.org/jobs.xml")
    if not url or len(url) > LONGEST_URL or _UNSAFE.search(url):
        raise refusal
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
        port = parts.port
    except ValueError as error:
        raise refusal from error
    if parts.scheme.lower() not in ("http", "https") or not host:
        raise refusal
    if parts.username is not None or parts.password is not None:
        raise Refused("The address must not hold a name or a password.")
    if port is not None and port not in PORTS and not _loopback_allowed():
        raise Refused("The address names a port that web servers do not use.")
    return parts


def is_public(address: str) -> bool:
    """Whether an address belongs to the open internet, also where one hides in another."""
    found = ip_address(address)
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if any(found.version == network.version and found in network for network in _INSIDE):
        return False
    return found.is_global and not (
        found.is_multicast or found.is_reserved or found.is_unspecified or found.is_link_local
    )


def _loopback_allowed() -> bool:
    return bool(current_app.config["OUTBOUND_LOOPBACK"])


def _resolve(host: str, port: int) -> str:
    """The address to connect to. One that is not public spoils all that a name stands for."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unanswered(f"There is no machine called {host}.") from error
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses:
        if is_public(address):
            continue
        if _loopback_allowed() and ip_address(address).is_loopback:
            continue
        raise Refused("The address leads into a private network, so we do not open it.")
    return addresses[0]


class _Connection(http.client.HTTPConnection):
    """Goes to the address that was checked, whatever its name would say now."""

    def __init__(self, host: str, port: int, address: str, seconds: float) -> None:
        super().__init__(host, port, timeout=seconds)
        self.address = address
        self.line: socket.socket | None = None  # the response may take `sock` over

    def connect(self) -> None:
        self.line = self.sock = socket.create_connection((self.address, self.port), self.timeout)

    def cut(self) -> None:
        """Called from the clock: whatever is being waited for ends here."""
        if self.line is not None:
            try:
                # Past the class of an encrypted socket, which would go on as an open one.
                socket.socket.shutdown(self.line, socket.SHUT_RDWR)
            except OSError:
                return  # it is over already


class _Encrypted(_Connection):
    default_port = 443

    def connect(self) -> None:
        super().connect()
        self.line = self.sock = ssl.create_default_context().wrap_socket(
            self.sock, server_hostname=self.host, do_handshake_on_connect=False
        )
        self.sock.do_handshake()


def _ask(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None,
    most_bytes: int,
    end: float,
) -> Answer:
    parts = check_url(url)
    host = (parts.hostname or "").encode("idna").decode()
    secure = parts.scheme.lower() == "https"
    port = parts.port or (443 if secure else 80)
    address = _resolve(host, port)
    left = end - time.monotonic()
    if left <= 0:
        raise Unanswered(f"{host} took too long to answer.")
    connection = (_Encrypted if secure else _Connection)(host, port, address, left)
    clock = threading.Timer(left, connection.cut)
    clock.daemon = True
    clock.start()
    try:
        path = quote(parts.path or "/", safe=_KEPT)
        query = f"?{quote(parts.query, safe=_KEPT)}" if parts.query else ""
        connection.request(method, path + query, body, {"User-Agent": _name(), **headers})
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        content = _content(response, found, most_bytes)
    except (OSError, http.client.HTTPException, ValueError, zlib.error) as error:
        raise Unanswered(_told(host, end, error)) from error
    finally:
        clock.cancel()
        connection.close()
    if time.monotonic() >= end:
        raise Unanswered(_told(host, end, None))  # what was cut off may look complete
    return Answer(response.status, content, url, found)


def _name() -> str:
    return f"CareerCenter (+{current_app.config['BASE_URL']})"


def _told(host: str, end: float, error: Exception | None) -> str:
    if time.monotonic() >= end or isinstance(error, TimeoutError):
        return f"{host} took too long to answer."
    if isinstance(error, ssl.SSLError):
        return f"{host} does not prove who it is, so nothing was read from it."
    return f"{host} did not answer, or not to the end."


def _content(
    response: http.client.HTTPResponse, headers: Mapping[str, str], most_bytes: int
) -> bytes:
    """The body, unpacked; measured while it is unpacked, so that nothing swells."""
    coding = headers.get("content-encoding", "identity").lower()
    if coding not in ("identity", "gzip", "x-gzip"):
        raise ValueError(f"it is packed as {coding}")
    unpacker = None if coding == "identity" else zlib.decompressobj(wbits=31)
    parts: list[bytes] = []
    size = 0
    while block := response.read(65_536):
        if unpacker is not None:
            block = unpacker.decompress(block, most_bytes + 1 - size)
        parts.append(block)
        size += len(block)
        if size > most_bytes:
            raise TooLarge(f"What the address holds is larger than {most_bytes // 2**20} MB.")
    whole = unpacker is None or not size or (unpacker.eof and not unpacker.unused_data)
    if response.length or not whole:
        raise ValueError("it ends before its end")
    return b"".join(parts)
