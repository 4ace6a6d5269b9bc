"""The supervisor: children start together and end together, and none dies unnoticed."""

import os
import signal
import socket
import sys
import threading
import time

import click
import pytest

from app import serve

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)",
]


@pytest.fixture(autouse=True)
def _signals():
    """What the supervisor installs is for its own process."""
    kept = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def fails(status: int) -> list[str]:
    return [sys.executable, "-c", f"raise SystemExit({status})"]


def send_soon(number: int) -> threading.Timer:
    timer = threading.Timer(0.6, os.kill, (os.getpid(), number))
    timer.start()
    return timer


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_told_to_stop_it_stops_its_children_and_ends_well(number):
    send_soon(number)
    started = time.monotonic()
    assert serve.run_together({"web": SLEEP, "worker": SLEEP}) == 0
    assert time.monotonic() - started < 10


def test_a_child_that_dies_is_named_and_takes_the_others_with_it(capsys):
    started = time.monotonic()
    assert serve.run_together({"web": SLEEP, "worker": fails(3)}) == 1
    assert "The worker ended with status 3" in capsys.readouterr().err
    assert time.monotonic() - started < 10


def test_a_child_that_ends_well_has_ended_all_the_same():
    assert serve.run_together({"worker": fails(0)}) == 1


def test_a_child_that_will_not_stop_is_ended(capsys):
    threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGTERM)).start()
    assert serve.run_together({"worker": STUBBORN}, patience=0.5) == 0
    assert "did not stop in time" in capsys.readouterr().err


def test_a_busy_port_is_named_with_the_way_out():
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        config = {"LISTEN": f"127.0.0.1:{port}", "SIMULATED_PAYMENTS": False}
        with pytest.raises(click.ClickException) as caught:
            serve._require_free_ports(config)
    assert f"127.0.0.1:{port} cannot be used" in caught.value.message
    assert f"make run LISTEN=127.0.0.1:{port + 10}" in caught.value.message


def test_the_port_of_the_simulator_is_looked_at_where_there_is_one():
    with (
        socket.create_server(("127.0.0.1", 0)) as busy,
        socket.create_server(("127.0.0.1", 0)) as other,
    ):
        free = other.getsockname()[1]
        other.close()
        config = {
            "LISTEN": f"127.0.0.1:{free}",
            "SIMULATED_PAYMENTS": True,
            "SIMULATOR_PORT": busy.getsockname()[1],
        }
        with pytest.raises(click.ClickException, match="SIMULATOR_PORT"):
            serve._require_free_ports(config)
