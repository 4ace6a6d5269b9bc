"""Counting a view of a code: for its own page, and for other pages that tell as much of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import Response, current_app, request
from flask_login import current_user

from app.codes.services.allowance import (
    Quota,
    Verdict,
    account_reader,
    guest_reader,
    view_code,
    views_left,
)
from app.codes.services.gates import Reader, gates
from app.codes.views import guests
from app.errors import NotPermitted
from app.extensions import db


@dataclass(frozen=True, slots=True)
class Counted:
    """What asking for a code opened to whoever asked, and what is left."""

    system: str
    key: str
    verdict: Verdict
    quota: Quota
    is_first: bool = False  # a guest's first code: the page is the same for each such guest
    is_new: bool = False  # a guest without a cookie, who is given one

    @property
    def reader(self) -> Reader:
        """What decides which sections open."""
        return Reader(
            has_view=self.verdict.is_open,
            has_account=current_user.is_authenticated,
            has_plan=current_user.is_authenticated and current_user.is_operator,
        )

    def may_read(self, section: str) -> bool:
        return self.reader.may_read(gates()[section])

    def remember(self, response: Response) -> Response:
        """The answer with the cookie that tells which code a new guest opened first."""
        if self.is_new:
            guests.remember_guest(response, self.system, self.key, self.quota.period)
        return response


def count_view(system: str, key: str) -> Counted:
    """Open a code to whoever asks, if the allowance has it; counted once for all its pages.

    Answers are given to `remember`. Raises NotPermitted for what a browser fetches ahead.
    """
    if "prefetch" in _purpose():
        # Fetched ahead, the page may never be read. Refused, the browser asks again on a click.
        raise NotPermitted("This page is counted when it is read, and is not sent ahead of that.")
    if current_user.is_authenticated:
        return _for_account(system, key)
    return _for_guest(system, key)


def _for_account(system: str, key: str) -> Counted:
    reader = account_reader(current_user.id)
    quota = _quota("FREE_CODE_VIEWS")
    if request.method == "HEAD":
        return Counted(system, key, views_left(reader, quota), quota)
    verdict = view_code(reader, system, key, quota)
    if verdict.recorded:
        db.session.commit()
    return Counted(system, key, verdict, quota)


def _for_guest(system: str, key: str) -> Counted:
    quota = _quota("GUEST_CODE_VIEWS")
    guest = guests.known_guest(quota.period)
    if request.method == "HEAD" or (guest is None and not quota.views):
        return Counted(system, key, Verdict(False, 0, None), quota)
    first = Verdict(True, quota.views - 1, None)
    if guest is None:
        return Counted(system, key, first, quota, is_first=True, is_new=True)
    if quota.views == 1 and (guest.first.system, guest.first.key) == (system, key):
        return Counted(system, key, first, quota, is_first=True)
    verdict = view_code(guest_reader(guest.id), system, key, quota, first=guest.first)
    if verdict.recorded:
        db.session.commit()
    return Counted(system, key, verdict, quota)


def _purpose() -> str:
    headers = request.headers
    return (
        f"{headers.get('Sec-Purpose', '')} {headers.get('Purpose', '')} {headers.get('X-Moz', '')}"
    ).lower()


def _quota(setting: str) -> Quota:
    config = current_app.config
    return Quota(config[setting], timedelta(days=config["CODE_VIEW_DAYS"]))
