"""What we ask of other machines: nothing inside a network is reached, nothing is unbounded."""

import gzip
import socket
import subprocess
import time
import zlib

import pytest

from app import outbound
from app.errors import TooLarge
from app.outbound import Refused, Unanswered, fetch, is_public, post
from tests.web_server import serving


@pytest.fixture
def site(app):
    with serving() as site:
        yield site


@pytest.fixture
def closed(app, monkeypatch):
    """As production has it: not even loopback may be reached."""
    monkeypatch.setitem(app.config, "OUTBOUND_LOOPBACK", False)


def named(monkeypatch, *answers):
    """Have every name resolve to these addresses; later look-ups get the last answer."""
    waiting = list(answers)

    def look_up(host, port, *args, **kwargs):
        found = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in found]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


INSIDE = [
    "127.0.0.1", "127.8.9.10", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.254",
    "192.168.1.1", "169.254.169.254", "169.254.170.2", "100.64.0.1", "100.100.100.200",
    "168.63.129.16", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
    "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "192.88.99.1",
    "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:0:7f00:1::",
    "2001:db8::1", "100::1", "::127.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_a_network_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "1.1.1.1", "2606:4700::1111", "8.8.8.8"])
def test_an_address_of_the_open_internet_is(address):
    assert is_public(address)


@pytest.mark.parametrize("address", [a for a in INSIDE if "%" not in a])
def test_no_name_leads_inside(closed, monkeypatch, address):
    named(monkeypatch, [address])
    with pytest.raises(Refused):
        fetch("http://feeds.example.com/jobs.xml")


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "LOCALHOST",
     "localhost.", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0", "0.0.0.0",
     "\u2461\u2463\uff10.0.0.1", "\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3"],
)  # fmt: skip
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_loopback_is_not_reached_however_it_is_spelled(closed, host, scheme):
    with pytest.raises((Refused, Unanswered)):
        fetch(f"{scheme}://{host}/")


def test_nothing_is_connected_to_when_an_address_is_refused(closed, monkeypatch, app):
    with serving() as site:
        for host in ("127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"):
            monkeypatch.setattr(outbound, "PORTS", outbound.PORTS | {site.port})
            with pytest.raises(Refused):
                fetch(site.url("/", host))
        assert site.asked == []


def test_one_address_inside_spoils_all_that_a_name_stands_for(closed, monkeypatch):
    named(monkeypatch, ["93.184.216.34", "10.0.0.1"])
    with pytest.raises(Refused, match="private network"):
        fetch("http://feeds.example.com/")


def test_a_name_that_changes_its_mind_gains_nothing(site, monkeypatch):
    """The connection goes to the address that was checked; the name is not asked again."""
    site.pages["/"] = (200, {}, b"checked")
    asked = []

    def look_up(host, port, *args, **kwargs):
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 or host == "127.0.0.1" else "10.255.255.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert fetch(site.url("/", "feeds.example.com")).body == b"checked"
    assert asked[0] == "feeds.example.com"
    assert set(asked[1:]) <= {"127.0.0.1"}  # the socket spells out the address it was given
    assert site.asked[0][2]["host"] == f"feeds.example.com:{site.port}"


@pytest.mark.parametrize(
    "url",
    ["", "jobs.xml", "ftp://feeds.example.com/", "file:///etc/passwd", "gopher://x.example/",
     "http://", "http:///jobs", "http://feeds.example.com:22/", "http://feeds.example.com:6379/",
     "http://feeds.example.com:99999/", "http://feeds.example.com:x/", "http://[::1",
     "http://user@feeds.example.com/", "http://user:secret@feeds.example.com/",
     "http://feeds.example.com\\@10.0.0.1/", "http://feeds.example.com/a b",
     "http://feeds.example.com/\r\nHost: inside", "http://feeds.example.com/\x00",
     "javascript:alert(1)", "http://" + "a" * 300 + ".com/", "http://x.example/" + "a" * 3000],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(closed, url):
    with pytest.raises(Refused):
        fetch(url)


@pytest.mark.parametrize(
    "target", ["http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/", "file:///etc/passwd",
               "http://[::ffff:10.0.0.1]/", "//192.168.0.1/", "gopher://127.0.0.1:70/x"]
)  # fmt: skip
def test_a_redirect_is_checked_like_the_first_address(site, target):
    site.pages["/"] = (302, {"Location": target}, b"")
    with pytest.raises(Refused):
        fetch(site.url("/"))


def test_three_redirects_are_followed_and_no_more(site):
    for number in range(5):
        site.pages[f"/{number}"] = (301, {"Location": f"/{number + 1}"}, b"")
    site.pages["/3"] = (200, {}, b"here")
    assert fetch(site.url("/0")).body == b"here"
    assert fetch(site.url("/0")).url == site.url("/3")
    site.pages["/3"] = (308, {"Location": "/4"}, b"")
    site.pages["/4"] = (200, {}, b"too far")
    with pytest.raises(Refused, match="too often"):
        fetch(site.url("/0"))


def test_a_page_that_leads_to_itself_ends(site):
    site.pages["/"] = (302, {"Location": "/"}, b"")
    with pytest.raises(Refused):
        fetch(site.url("/"))
    assert len(site.asked) == outbound.MOST_REDIRECTS + 1


def test_an_earlier_answer_is_asked_about_and_may_still_hold(site):
    site.pages["/"] = (304, {}, b"")
    answer = fetch(site.url("/"), etag='"a1"', modified="Mon, 02 Nov 2026 10:00:00 GMT")
    assert answer.is_unchanged
    assert site.asked[0][2]["if-none-match"] == '"a1"'
    assert site.asked[0][2]["if-modified-since"] == "Mon, 02 Nov 2026 10:00:00 GMT"


def test_what_is_larger_than_asked_for_is_not_read_to_its_end(site):
    site.pages["/"] = (200, {}, b"x" * 3_000_000)
    with pytest.raises(TooLarge):
        fetch(site.url("/"), most_bytes=1_000_000)
    assert len(fetch(site.url("/"), most_bytes=3_000_000).body) == 3_000_000


def test_packed_content_is_unpacked_and_measured_unpacked(site):
    site.pages["/"] = (200, {"Content-Encoding": "gzip"}, gzip.compress(b"postings"))
    assert fetch(site.url("/")).body == b"postings"
    site.pages["/bomb"] = (200, {"Content-Encoding": "gzip"}, gzip.compress(b"\0" * 200_000_000))
    with pytest.raises(TooLarge):
        fetch(site.url("/bomb"), most_bytes=10_000_000)


@pytest.mark.parametrize(
    ("coding", "content"),
    [
        ("gzip", gzip.compress(b"half a feed" * 100)[:40]),
        ("gzip", b"not packed at all"),
        ("gzip", gzip.compress(b"one") + gzip.compress(b"two")),
        ("br", b"unknown to us"),
        ("deflate", zlib.compress(b"not asked for")),
    ],
    ids=["half", "not packed", "two in one", "unknown", "not asked for"],
)
def test_what_cannot_be_unpacked_is_no_answer(site, coding, content):
    site.pages["/"] = (200, {"Content-Encoding": coding}, content)
    with pytest.raises(Unanswered):
        fetch(site.url("/"))


def test_half_an_answer_is_no_answer(site):
    site.pages["/"] = (200, {"Content-Length": "1000"}, b"half")
    with pytest.raises(Unanswered):
        fetch(site.url("/"))


def _drip(pause, head=b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"):
    def answer(handler):
        handler.wfile.write(head)
        for _ in range(200):
            handler.wfile.write(b"X-A: b\r\n" if not head.endswith(b"\r\n\r\n") else b"x")
            handler.wfile.flush()
            time.sleep(pause)

    return answer


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n",
    ],
    ids=["of a stated length", "of no stated length", "in the headers"],
)
def test_a_server_that_drips_is_cut_off_in_time(site, head):
    site.pages["/"] = _drip(0.05, head)
    began = time.monotonic()
    with pytest.raises(Unanswered, match="too long"):
        fetch(site.url("/"), seconds=0.4)
    assert time.monotonic() - began < 2


def test_a_server_that_says_nothing_is_cut_off_in_time(app):
    silent = socket.create_server(("127.0.0.1", 0))
    with silent, pytest.raises(Unanswered, match="too long"):
        fetch(f"http://127.0.0.1:{silent.getsockname()[1]}/", seconds=0.3)


def test_an_encrypted_greeting_that_never_comes_is_cut_off_in_time(app):
    silent = socket.create_server(("127.0.0.1", 0))
    with silent, pytest.raises(Unanswered, match="too long"):
        fetch(f"https://127.0.0.1:{silent.getsockname()[1]}/", seconds=0.3)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"garbage\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 500,
    ],
    ids=["nothing", "garbage", "no status", "five hundred headers"],
)
def test_what_is_not_http_is_no_answer(site, sent):
    site.pages["/"] = lambda handler: handler.wfile.write(sent)
    with pytest.raises(Unanswered):
        fetch(site.url("/"))


def test_nobody_there_is_said_so(app):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unanswered, match="did not answer"):
        fetch(f"http://127.0.0.1:{port}/")


def test_the_status_is_for_the_caller_to_judge(site):
    assert fetch(site.url("/missing")).status == 404


def test_an_address_keeps_its_query_and_escapes_what_it_must(site):
    fetch(site.url("/feed/\u00e9?company=a&x=%20b"))
    assert site.paths() == ["/feed/%C3%A9?company=a&x=%20b"]


def test_a_post_carries_its_body_and_follows_nothing(site):
    site.pages["/"] = (302, {"Location": "/elsewhere"}, b"")
    answer = post(
        site.url("/"), b'{"a": 1}', content_type="application/json", headers={"X-Key": "k"}
    )
    assert answer.status == 302
    ((method, path, headers, body),) = site.asked
    assert (method, path, body) == ("POST", "/", b'{"a": 1}')
    assert headers["content-type"] == "application/json"
    assert headers["x-key"] == "k"
    assert headers["user-agent"].startswith("CareerCenter (+http")


def test_the_proxies_of_the_environment_are_not_used(site, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://10.255.255.1:3128")
    site.pages["/"] = (200, {}, b"direct")
    assert fetch(site.url("/")).body == b"direct"


def test_a_server_that_cannot_prove_its_name_is_not_read(app, tmp_path):
    pem = tmp_path / "self.pem"
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", str(pem), "-out", str(tmp_path / "cert.pem")],
        capture_output=True, check=False,
    )  # fmt: skip
    if made.returncode:
        pytest.skip("no openssl to make a certificate with")
    pem.write_bytes(pem.read_bytes() + (tmp_path / "cert.pem").read_bytes())
    with serving(pem) as site:
        site.pages["/"] = (200, {}, b"secret")
        with pytest.raises(Unanswered, match="prove"):
            fetch(site.url("/"))


def test_an_encrypted_server_is_read_and_does_not_lead_on_to_an_open_one(
    app, tmp_path, monkeypatch
):
    pem, cert = tmp_path / "self.pem", tmp_path / "cert.pem"
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=feeds.example.com", "-addext", "subjectAltName=DNS:feeds.example.com",
         "-keyout", str(pem), "-out", str(cert)],
        capture_output=True, check=False,
    )  # fmt: skip
    if made.returncode:
        pytest.skip("no openssl to make a certificate with")
    pem.write_bytes(pem.read_bytes() + cert.read_bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    named(monkeypatch, ["127.0.0.1"])
    with serving(pem) as site:
        site.pages["/"] = (200, {}, b"over TLS")
        site.pages["/down"] = (302, {"Location": "http://feeds.example.com/"}, b"")
        assert fetch(site.url("/", "feeds.example.com")).body == b"over TLS"
        with pytest.raises(Refused, match="not encrypted"):
            fetch(site.url("/down", "feeds.example.com"))
        with pytest.raises(Unanswered, match="prove"):
            fetch(site.url("/", "other.example.com"))
