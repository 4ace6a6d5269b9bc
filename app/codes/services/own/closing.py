"""What an account kept of the reference goes when it closes, its keys with it."""

from __future__ import annotations

from sqlalchemy import delete

from app.accounts.models import Account
from app.accounts.signals import account_closing
from app.codes.models import ApiKey, CodeFolder, FavoriteCode, PrivateNote, RecentCode
from app.extensions import db

# Favorites before the folders they lie in.
OWN = (FavoriteCode, CodeFolder, PrivateNote, RecentCode, ApiKey)


@account_closing.connect
def forget_own(account: Account) -> None:
    for model in OWN:
        db.session.execute(delete(model).where(model.account_id == account.id))
