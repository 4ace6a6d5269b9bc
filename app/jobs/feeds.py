"""Listings as others read them by machine: RSS 2.0, Atom, JSON Feed, and the aggregators' XML."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import format_datetime
from urllib.parse import urlsplit

from lxml import etree
from markupsafe import Markup

from app.filters import long_date
from app.xml import add, add_unescaped, legal, write_xml

PUBLISHER = "CareerCenter"
ATOM = "http://www.w3.org/2005/Atom"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
JSON_FEED = "https://jsonfeed.org/version/1.1"
TTL_MINUTES = 30  # how long a reader may wait before it looks again
NEVER = datetime(
    2026, 1, 1, tzinfo=UTC
)  # when a feed without entries changed: Atom asks for a date
CHUNK_BYTES = 64 * 1024

# Indeed's words, which aggregators took over.
_JOB_TYPES = {
    "full-time": "fulltime",
    "part-time": "parttime",
    "prn": "parttime",
    "contract": "contract",
    "1099": "contract",
    "temp-to-perm": "temporary",
    "apprenticeship": "internship",
}
_REMOTE_TYPES = {"remote": "Fully remote", "hybrid": "Hybrid remote"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A listing, as a feed tells of it. Texts are plain, `description` is cleaned HTML."""

    id: int
    path: str
    title: str
    plain_title: str  # without pay, employer, numbers and dates
    employer: str
    is_sample: bool
    is_featured: bool
    place: str
    place_kind: str
    city: str
    state_code: str
    postal_code: str
    engagement: str
    engagement_slug: str
    role: str
    pay: str
    experience: str
    requisition: str
    credentials: tuple[str, ...]  # labels of the required ones, any of which will do
    settings: tuple[str, ...]
    beginning: str  # the first words of the description
    description: str
    benefits: str
    apply_url: str  # empty where one applies here
    closes_on: date | None
    published_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Feed:
    """The newest or the best of a search. Addresses begin with `site`, which has no slash."""

    site: str
    title: str
    page: str  # path and query of the search
    address: str  # of the feed itself
    entries: tuple[Entry, ...]

    @property
    def updated_at(self) -> datetime:
        return max((entry.updated_at for entry in self.entries), default=NEVER)

    def tag(self, entry: Entry) -> str:
        """An id that outlives a change of title, and so of the address (RFC 4151)."""
        host = urlsplit(self.site).hostname or "localhost"
        return f"tag:{host},{entry.published_at:%Y-%m-%d}:jobs/{entry.id}"


def rss(feed: Feed) -> bytes:
    """RSS 2.0, as the RSS Advisory Board's profile reads it."""
    root = etree.Element("rss", {"version": "2.0"}, nsmap={"atom": ATOM, "dc": DUBLIN_CORE})
    channel = add(root, "channel")
    add(channel, "title", feed.title)
    add(channel, "link", feed.site + feed.page)
    add(channel, "description", "Listings for medical coders, each with its pay and closing date.")
    add(channel, "language", "en-us")
    add(channel, "lastBuildDate", _rfc822(feed.updated_at))
    add(channel, "ttl", str(TTL_MINUTES))
    own = {"href": feed.site + feed.address, "rel": "self", "type": "application/rss+xml"}
    add(channel, f"{{{ATOM}}}link", **own)
    for entry in feed.entries:
        item = add(channel, "item")
        add(item, "title", _headline(entry))
        add(item, "link", feed.site + entry.path)
        add(item, "guid", feed.tag(entry), isPermaLink="false")
        add(item, "pubDate", _rfc822(entry.published_at))
        add(item, f"{{{DUBLIN_CORE}}}creator", entry.employer)
        for label in _labels(entry):
            add(item, "category", label)
        add(item, "description", _summary(entry))
    return write_xml(root)


def atom(feed: Feed) -> bytes:
    """Atom 1.0 (RFC 4287)."""
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
    _atom(root, "id", feed.site + feed.address)
    _atom(root, "title", feed.title)
    _atom(root, "updated", _iso(feed.updated_at))
    _atom(root, "link", rel="self", type="application/atom+xml", href=feed.site + feed.address)
    _atom(root, "link", rel="alternate", type="text/html", href=feed.site + feed.page)
    _atom(_atom(root, "author"), "name", PUBLISHER)
    for entry in feed.entries:
        item = _atom(root, "entry")
        _atom(item, "id", feed.tag(entry))
        _atom(item, "title", _headline(entry), type="text")
        _atom(item, "link", rel="alternate", type="text/html", href=feed.site + entry.path)
        _atom(item, "published", _iso(entry.published_at))
        _atom(item, "updated", _iso(entry.updated_at))
        _atom(_atom(item, "author"), "name", entry.employer)
        for label in _labels(entry):
            _atom(item, "category", term=label)
        _atom(item, "summary", _summary(entry), type="html")
    return write_xml(root)


def _atom(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    return add(parent, f"{{{ATOM}}}{name}", text, **attributes)


def json_feed(feed: Feed) -> bytes:
    """JSON Feed 1.1."""
    items = [
        {
            "id": feed.tag(entry),
            "url": feed.site + entry.path,
            "title": _headline(entry),
            "content_html": _summary(entry),
            "date_published": _iso(entry.published_at),
            "date_modified": _iso(entry.updated_at),
            "authors": [{"name": entry.employer}],
            "tags": _labels(entry),
        }
        for entry in feed.entries
    ]
    found = {
        "version": JSON_FEED,
        "title": feed.title,
        "home_page_url": feed.site + feed.page,
        "feed_url": feed.site + feed.address,
        "language": "en-US",
        "authors": [{"name": PUBLISHER, "url": feed.site}],
        "items": items,
    }
    return json.dumps(found, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def aggregator_xml(site: str, built_at: datetime, entries: Iterable[Entry]) -> Iterator[bytes]:
    """The XML that Indeed made and aggregators took over, a part at a time.

    `partnerJobId`, `location` and `applyUrl` are the names LinkedIn reads for the same.
    """
    written = io.BytesIO()
    with etree.xmlfile(written, encoding="utf-8") as file:
        file.write_declaration()
        with file.element("source"):
            head = etree.Element("source")
            add(head, "publisher", PUBLISHER)
            add(head, "publisherurl", site)
            add(head, "lastBuildDate", _iso(built_at))
            for element in head:
                file.write(element)
            for entry in entries:
                file.write(_aggregated(site, entry))
                file.flush()
                if written.tell() >= CHUNK_BYTES:
                    yield _taken(written)
    yield _taken(written)


def _aggregated(site: str, entry: Entry) -> etree._Element:
    job = etree.Element("job")
    onsite = entry.place_kind != "remote"
    fields = (
        ("title", entry.plain_title),
        ("date", _iso(entry.published_at)),
        ("referencenumber", str(entry.id)),
        ("requisitionid", entry.requisition),
        ("partnerJobId", str(entry.id)),
        ("url", site + entry.path),
        ("applyUrl", entry.apply_url or site + entry.path),
        ("company", entry.employer),
        ("city", entry.city if onsite else ""),
        ("state", entry.state_code if onsite else ""),
        ("postalcode", entry.postal_code if onsite else ""),
        ("country", "US"),
        ("location", f"{entry.city}, {entry.state_code}" if onsite else "United States"),
        ("remotetype", _REMOTE_TYPES.get(entry.place_kind, "")),
        ("description", _whole(entry)),
        ("salary", entry.pay),
        ("jobtype", _JOB_TYPES.get(entry.engagement_slug, "")),
        ("category", entry.role),
        ("experience", entry.experience),
        ("expirationdate", entry.closes_on.isoformat() if entry.closes_on else ""),
    )
    for name, text in fields:
        add_unescaped(job, name, text)
    return job


def _taken(written: io.BytesIO) -> bytes:
    part = written.getvalue()
    written.seek(0)
    written.truncate()
    return part


def _headline(entry: Entry) -> str:
    return f"{legal(entry.title)} at {legal(entry.employer)}"


def _labels(entry: Entry) -> list[str]:
    marks = [("Sample", entry.is_sample), ("Featured", entry.is_featured)]
    return [label for label, holds in marks if holds] + [*entry.credentials, *entry.settings]


def _summary(entry: Entry) -> str:
    """What a coder decides by, as HTML; no picture and no link tells us who read it."""
    lines = [" · ".join(filter(None, (entry.employer, entry.place, entry.engagement)))]
    if entry.is_sample:
        lines.insert(0, "An invented listing, to show how the site works.")
    lines.append(f"Pay: {entry.pay}")
    if entry.credentials:
        one = "any one of " if len(entry.credentials) > 1 else ""
        lines.append(f"Credentials: {one}{', '.join(entry.credentials)}")
    if entry.closes_on:
        lines.append(f"Apply by {long_date(entry.closes_on)}")
    lines.append(entry.beginning)
    return str(Markup().join(Markup("<p>{}</p>").format(legal(line)) for line in lines if line))


def _whole(entry: Entry) -> str:
    """The description with what the page shows beside it, as HTML."""
    lines = []
    if entry.credentials:
        lines.append(f"Required, any one of these: {', '.join(entry.credentials)}")
    if entry.benefits:
        lines.append(f"Benefits: {entry.benefits}")
    told = Markup().join(Markup("<p>{}</p>").format(line) for line in lines)
    return f"{entry.description}{told}"


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _rfc822(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)
