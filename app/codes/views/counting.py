"""Counting a page that belongs to a code as the code's own: opened once, all of them are open."""

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
    """Whether the page is open to who asks, and what their browser must remember."""

    verdict: Verdict
    quota: Quota
    system: str
    key: str
    is_new_guest: bool = False

    def may_read(self, section: str) -> bool:
        reader = Reader(
            has_view=self.verdict.is_open,
            has_account=current_user.is_authenticated,
            has_plan=current_user.is_authenticated and current_user.is_operator,
        )
        return reader.may_read(gates()[section])

    def remembered(self, response: Response) -> Response:
        """The response with the cookie of a guest whose first view this was."""
        if self.is_new_guest:
            guests.remember_guest(response, self.system, self.key, self.quota.period)
        response.headers["Cache-Control"] = "private, no-cache"
        response.headers["Vary"] = "Cookie"
        return response


def count_view(system: str, key: str) -> Counted:
    """Open a code to whoever asks if their allowance has room; a HEAD counts nothing."""
    headers = request.headers
    if "prefetch" in f"{headers.get('Sec-Purpose', '')} {headers.get('Purpose', '')}":
        raise NotPermitted("This page is counted when it is read, and is not sent ahead of that.")
    days = timedelta(days=current_app.config["CODE_VIEW_DAYS"])
    if current_user.is_authenticated:
        quota = Quota(current_app.config["FREE_CODE_VIEWS"], days)
        reader = account_reader(current_user.id)
        if request.method == "HEAD":
            return Counted(views_left(reader, quota), quota, system, key)
        return Counted(_written(view_code(reader, system, key, quota)), quota, system, key)
    quota = Quota(current_app.config["GUEST_CODE_VIEWS"], days)
    guest = guests.known_guest(quota.period)
    if request.method == "HEAD" or (guest is None and not quota.views):
        return Counted(Verdict(False, 0, None), quota, system, key)
    if guest is None:
        verdict = Verdict(True, quota.views - 1, None)
        return Counted(verdict, quota, system, key, is_new_guest=True)
    verdict = view_code(guest_reader(guest.id), system, key, quota, first=guest.first)
    return Counted(_written(verdict), quota, system, key)


def _written(verdict: Verdict) -> Verdict:
    if verdict.recorded:
        db.session.commit()
    return verdict
