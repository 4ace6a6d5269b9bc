"""Which passwords are accepted, and how they are kept."""

from __future__ import annotations

import threading

import pytest

from app.accounts.services import passwords
from app.accounts.services.passwords import (
    check_choice,
    hash_password,
    is_outdated,
    password_matches,
)
from app.errors import Invalid


def accepted(
    password: str, email: str = "ann.rivera@example.com", name: str = "Ann Rivera"
) -> bool:
    try:
        check_choice(password, email=email, name=name)
    except Invalid as error:
        return error.field != "password"
    return True


def test_a_password_matches_its_own_hash_only(app):
    stored = hash_password("blue lantern horse")
    assert stored.startswith("$argon2id$")
    assert password_matches(stored, "blue lantern horse")
    assert not password_matches(stored, "blue lantern hors")


def test_nothing_matches_where_there_is_no_hash(app):
    assert not password_matches(None, "no account has this password")
    assert not password_matches("", "no account has this password")
    assert not password_matches("not a hash", "anything at all")


def test_two_hashes_of_one_password_differ(app):
    assert hash_password("blue lantern horse") != hash_password("blue lantern horse")


def test_a_hash_with_other_parameters_is_outdated(app, monkeypatch):
    stored = hash_password("blue lantern horse")
    assert not is_outdated(stored)
    monkeypatch.setitem(app.config, "ARGON2_TIME_COST", 2)
    assert is_outdated(stored)


@pytest.mark.parametrize("environment", ["development", "production"])
def test_outside_tests_a_hash_costs_what_owasp_asks(environment):
    from app.config import flask_config, read_settings

    values = read_settings({"ENVIRONMENT": "development"}) | {"ENVIRONMENT": environment}
    config = flask_config(values)
    assert (config["ARGON2_TIME_COST"], config["ARGON2_MEMORY_KIB"]) == (2, 19 * 1024)


@pytest.mark.parametrize(
    "password",
    [
        "ninechars",
        "aaaaaaaaaaaaaaaa",
        "1212121212121212",
        "1234567890",
        "QwertyUiop",
        "password1234",
        "CareerCenter2026!",
        "ann.rivera@example.com",
        "x-ann.rivera-9",
        "i am annrivera",
        "Rivera runs fast",
        "a" * 257,
    ],
)
def test_what_is_guessed_first_is_refused(password):
    assert not accepted(password)


@pytest.mark.parametrize(
    "password",
    [
        "blue lantern horse",
        "tenletters",
        "no digits no signs needed",
        "żółta łódź 漢字 płynie",
        "banner of plans",  # "ann" is too short a name to forbid
        "x7!q" * 60,
    ],
)
def test_any_other_password_of_ten_characters_is_accepted(password):
    assert accepted(password)


def test_only_so_many_hashes_run_at_once(app, monkeypatch):
    """More people than turns: all are served, never more at a time than there are turns."""
    running, most = 0, 0
    lock = threading.Lock()
    turns = threading.BoundedSemaphore(2)

    class Counted:
        def acquire(self, timeout):
            nonlocal running, most
            taken = turns.acquire(timeout=timeout)
            with lock:
                running += 1
                most = max(most, running)
            return taken

        def release(self):
            nonlocal running
            with lock:
                running -= 1
            turns.release()

    monkeypatch.setattr(passwords, "_turns", Counted())
    done = []

    def work():
        with app.app_context():
            done.append(hash_password("blue lantern horse"))

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 12
    assert most <= 2
