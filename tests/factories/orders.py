"""Orders for tests."""

from __future__ import annotations

from typing import Any

from app.accounts.models import Account
from app.billing import services
from app.billing.models import Order
from app.billing.services import Line
from app.extensions import db
from tests.factories import unique
from tests.factories.accounts import make_account

# A subject no other feature listens for: what billing does is seen without what follows from it.
SUBJECT = "thing"


def make_order(
    *, buyer: Account | None = None, lines: tuple[Line, ...] = (Line("listing-30"),), **fields: Any
) -> Order:
    """Placed and not yet paid."""
    order = services.place_order(
        buyer or make_account(),
        subject_kind=fields.pop("subject_kind", SUBJECT),
        subject_id=fields.pop("subject_id", None) or unique(),
        lines=lines,
        **fields,
    )
    db.session.commit()
    return order
