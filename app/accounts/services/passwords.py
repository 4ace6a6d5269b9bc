"""Passwords: which ones are accepted, how they are hashed, and how many hashes run at once."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

from app.errors import Invalid, Unavailable

SHORTEST = 10
LONGEST = 256
COMMON = Path(__file__).parent.parent / "common_passwords.txt"
PATIENCE = 10.0  # seconds a log-in waits for its turn

# A hash takes a whole core for 30 ms and 19 MiB. Half the cores may be busy with them, so that
# a rush of log-ins (or someone guessing) slows log-ins down, and not everyone else's pages.
_turns = threading.BoundedSemaphore(max(1, (os.cpu_count() or 1) // 2))


@cache
def _hasher(time_cost: int, memory_kib: int) -> PasswordHasher:
    return PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)


def _current() -> PasswordHasher:
    config = current_app.config
    return _hasher(config["ARGON2_TIME_COST"], config["ARGON2_MEMORY_KIB"])


@cache
def _hash_of_nobody(hasher: PasswordHasher) -> str:
    return hasher.hash("no account has this password")


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=PATIENCE):
        raise Unavailable("Many people are logging in right now. Try again in a minute.")
    try:
        yield
    finally:
        _turns.release()


def hash_password(password: str) -> str:
    with _turn():
        return _current().hash(password)


def password_matches(stored: str | None, password: str) -> bool:
    """Whether the password is the one hashed. Takes as long where there is nothing to compare."""
    hasher = _current()
    with _turn():
        try:
            return hasher.verify(stored or _hash_of_nobody(hasher), password) and bool(stored)
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(stored: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _current().check_needs_rehash(stored)


@cache
def _common() -> frozenset[str]:
    lines = COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def check_choice(password: str, *, email: str, name: str) -> None:
    """Refuse a password that is short, widely used, or made of its owner's name or address."""
    if len(password) < SHORTEST:
        raise Invalid(f"Use {SHORTEST} characters or more.", field="password")
    if len(password) > LONGEST:
        raise Invalid(f"Use {LONGEST} characters or fewer.", field="password")
    plain = password.casefold()
    if plain in _common() or plain.rstrip("0123456789!.?*#@$") in _common() or len(set(plain)) < 4:
        raise Invalid("That password is one of the first people guess.", field="password")
    local = email.partition("@")[0].casefold()
    words = {email.casefold(), local, name.casefold(), "".join(name.casefold().split())}
    words |= {word for word in name.casefold().split() if len(word) > 4}
    if any(len(word) > 3 and word in plain for word in words):
        raise Invalid("Leave your name and e-mail address out of the password.", field="password")
