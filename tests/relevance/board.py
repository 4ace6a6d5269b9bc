"""The 500 listings as the site has them: written to the database, then indexed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from app import clock
from app.accounts.models import Account
from app.employers.models import Organisation
from app.extensions import db
from app.html import clean, from_text
from app.jobs.content import Content, write_content
from app.jobs.models import Job, JobState
from app.jobs.services.cards import slug_of
from app.jobs.services.index import rebuild_index
from app.jobs.services.named_codes import name_codes
from app.jobs.services.rules import normalized
from tests.factories.listings import make_codes

LISTINGS = Path(__file__).parent / "listings.jsonl"
MOMENT = datetime(2026, 11, 2, 12, tzinfo=UTC)  # when the 500 are looked for, on every machine
PAID_DAYS = 30


def read_listings() -> Iterator[dict[str, Any]]:
    with LISTINGS.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def fill_board() -> int:
    """Write the listings under their own numbers and index them. Returns how many there are."""
    listings = list(read_listings())
    _name_known_codes(listings)
    account = Account(
        email="board@example.com",
        name="Board",
        password_hash="",
        created_at=clock.now(),
        email_verified_at=clock.now(),
    )
    employers = {
        name: _organisation(name) for name in dict.fromkeys(each["employer"] for each in listings)
    }
    db.session.add_all([account, *employers.values()])
    db.session.flush()
    for listing in listings:
        db.session.add(_job(listing, employers[listing["employer"]], account))
    db.session.commit()
    return rebuild_index()


def content_of_listing(listing: Mapping[str, Any]) -> Content:
    return normalized(
        Content.from_json({**listing, "description": str(clean(from_text(listing["description"])))})
    )


def _name_known_codes(listings: list[dict[str, Any]]) -> None:
    """A release of just the codes the listings name, each end of a range among them."""
    named = {
        end.strip().replace(".", "")
        for listing in listings
        for code in listing.get("codes_named", "").split(",")
        for end in code.split("-")
        if end.strip()
    }
    categories = {code[:3] for code in named}
    make_codes(*sorted(named | categories))


def _organisation(name: str) -> Organisation:
    return Organisation(
        slug=slug_of(name),
        name=name,
        kind="hospital",
        website="https://employer.example.com",
        city="",
        state="",
        about="<p>An employer of coders.</p>",
        created_at=MOMENT,
        verified_at=MOMENT,
    )


def _job(listing: Mapping[str, Any], employer: Organisation, account: Account) -> Job:
    published = MOMENT - timedelta(days=listing["days"], minutes=listing["id"])
    expires = published + timedelta(days=PAID_DAYS)
    job = Job(
        id=listing["id"],
        organisation_id=employer.id,
        created_by=account.id,
        state=JobState.LIVE,
        paid_days=PAID_DAYS,
        created_at=published,
        changed_at=published,
        submitted_at=published,
        published_at=published,
        expires_at=expires,
        featured_until=expires if listing.get("featured") else None,
    )
    write_content(job, content_of_listing(listing))
    name_codes(job, job.codes_named)
    return job
