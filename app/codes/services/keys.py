"""Keys by which an account's own programs read codes: made, recognised, revoked."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, bindparam, func, or_, select, update

from app import audit, clock
from app.accounts.models import Account, Standing
from app.codes.models import ApiKey
from app.errors import Invalid, NotFound
from app.extensions import db

PREFIX = "cc_"  # by which people, and scanners for lost secrets, know what it is
SHOWN = 9  # characters of a key by which its owner knows it again
MOST_KEYS = 20  # that work at a time
LONGEST_NAME = 60
LONGEST_KEY = 200  # characters of a header that are looked at
NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class KeyHolder(Standing):
    """Whose key a request comes with: as much of the account as counting a view needs."""

    key_id: int
    used_at: datetime | None
    id: int
    name: str
    email: str
    staff: str
    email_verified_at: datetime | None

    def account(self) -> Account:
        return db.session.get_one(Account, self.id)


def create_key(account: Account, name: str) -> tuple[ApiKey, str]:
    """A new key, and its text: this is the only time that is known."""
    chosen = " ".join(name.split())
    if not chosen:
        raise Invalid("Name what the key is for, such as “Billing check”.", field="name")
    if len(chosen) > LONGEST_NAME:
        raise Invalid(f"Use {LONGEST_NAME} characters or fewer.", field="name")
    working = select(func.count(ApiKey.id)).where(
        ApiKey.account_id == account.id, ApiKey.revoked_at.is_(None)
    )
    if (db.session.scalar(working) or 0) >= MOST_KEYS:
        raise Invalid(
            f"You have {MOST_KEYS} keys, as many as one account may have. Revoke one first.",
            field="name",
        )
    text = PREFIX + secrets.token_urlsafe(32)
    key = ApiKey(
        account_id=account.id,
        name=chosen,
        digest=key_digest(text),
        beginning=text[:SHOWN],
        created_at=clock.now(),
    )
    db.session.add(key)
    db.session.flush()
    _record("api_key.created", account, key)
    return key, text


def key_digest(text: str) -> str:
    """A stolen database opens nothing: only this hash of 256 random bits is stored."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def keys_of(account: Account) -> Sequence[ApiKey]:
    """Every key, the working ones first, then the latest first."""
    return db.session.scalars(
        select(ApiKey)
        .where(ApiKey.account_id == account.id)
        .order_by(ApiKey.revoked_at.is_not(None), ApiKey.id.desc())
    ).all()


def revoke_key(account: Account, key_id: int) -> ApiKey:
    """Stop a key for good. Raises NotFound for another's; one that was stopped is fine."""
    key = db.session.get(ApiKey, key_id)
    if key is None or key.account_id != account.id:
        raise NotFound("There is no such key.")
    if key.revoked_at is None:
        key.revoked_at = clock.now()
        _record("api_key.revoked", account, key)
    return key


# The digest is looked up by its index: what can be timed is the place of a hash nobody can choose.
_K, _A = cast(Table, ApiKey.__table__).c, cast(Table, Account.__table__).c
_HELD = (
    select(_K.id, _K.used_at, _A.id, _A.name, _A.email, _A.staff, _A.email_verified_at)
    .join_from(_K.id.table, _A.id.table, _A.id == _K.account_id)
    .where(_K.digest == bindparam("digest"), _K.revoked_at.is_(None), _A.closed_at.is_(None))
)


def holder_of(text: str) -> KeyHolder | None:
    """Whose key this is; None for one that is unknown or revoked, or of a closed account."""
    if not text.startswith(PREFIX) or len(text) > LONGEST_KEY:
        return None
    row = db.session.execute(_HELD, {"digest": key_digest(text)}).one_or_none()
    return None if row is None else KeyHolder(*row)


def note_key_use(holder: KeyHolder) -> bool:
    """Remember now and then that the key is in use. True where there is something to commit."""
    moment = clock.now()
    long_ago = moment - NOTED_EVERY
    if holder.used_at is not None and holder.used_at > long_ago:
        return False
    unnoted = or_(ApiKey.used_at.is_(None), ApiKey.used_at <= long_ago)
    db.session.execute(
        update(ApiKey).where(ApiKey.id == holder.key_id, unnoted).values(used_at=moment),
        execution_options={"synchronize_session": False},
    )
    return True


def _record(action: str, account: Account, key: ApiKey) -> None:
    audit.record(action, actor_id=account.id, subject_kind="api_key", subject_id=key.id)
