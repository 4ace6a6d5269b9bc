"""What RSS 2.0, Atom (RFC 4287), JSON Feed 1.1 and aggregators ask of a feed, as checks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from lxml import etree

from app.xml import read_xml

ATOM = "{http://www.w3.org/2005/Atom}"
_URL = re.compile(r"https?://[^\s<>\"]+")
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_TAG_URI = re.compile(r"tag:[A-Za-z0-9.-]+,\d{4}(?:-\d\d(?:-\d\d)?)?:\S+")  # RFC 4151


def rss_faults(body: bytes) -> list[str]:
    root = read_xml(body)
    if root.tag != "rss" or root.get("version") != "2.0" or len(root) != 1:
        return ["not RSS 2.0"]
    return list(_channel(root[0]))


def _channel(channel: etree._Element) -> Iterator[str]:
    for name in ("title", "link", "description"):
        if len(channel.findall(name)) != 1 or not channel.findtext(name):
            yield f"channel: one {name}"
    yield from _dates(channel, ("lastBuildDate",), parsedate_to_datetime)
    own = channel.find(f"{ATOM}link")
    if own is None or own.get("rel") != "self" or not _URL.fullmatch(own.get("href", "")):
        yield "channel: no link to itself"
    guids = []
    for item in channel.findall("item"):
        for name in ("title", "link", "guid", "description", "pubDate"):
            if len(item.findall(name)) != 1 or not item.findtext(name):
                yield f"item: one {name}"
        if not _URL.fullmatch(item.findtext("link", "")):
            yield "item: link is no address"
        guid = item.find("guid")
        if guid is not None and guid.get("isPermaLink") != "false":
            yield "item: a guid that is no address must say so"
        guids.append(item.findtext("guid"))
        yield from _dates(item, ("pubDate",), parsedate_to_datetime)
        if item.find("author") is not None:
            yield "item: author must be an e-mail address; creator is meant"
    if len(set(guids)) != len(guids):
        yield "item: a guid twice"


def _dates(parent: etree._Element, names: tuple[str, ...], read: Any) -> Iterator[str]:
    for name in names:
        for element in parent.findall(name):
            try:
                if read(element.text).tzinfo is None:
                    yield f"{name}: without a zone"
            except (TypeError, ValueError):
                yield f"{name}: no date: {element.text!r}"


def atom_faults(body: bytes) -> list[str]:
    root = read_xml(body)
    if root.tag != f"{ATOM}feed":
        return ["not Atom"]
    faults = list(_atom_parts(root, "feed"))
    if not any(link.get("rel") == "self" for link in root.findall(f"{ATOM}link")):
        faults.append("feed: no link to itself")
    entries = root.findall(f"{ATOM}entry")
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    if len(set(ids)) != len(ids):
        faults.append("entry: an id twice")
    for entry in entries:
        faults += _atom_parts(entry, "entry")
        links = entry.findall(f"{ATOM}link")
        if [link.get("rel") for link in links] != ["alternate"]:
            faults.append("entry: one link, its page")
        if not entry.findtext(f"{ATOM}summary"):
            faults.append("entry: no summary")
    return faults


def _atom_parts(parent: etree._Element, where: str) -> Iterator[str]:
    for name in ("id", "title", "updated"):
        if len(parent.findall(f"{ATOM}{name}")) != 1 or not parent.findtext(f"{ATOM}{name}"):
            yield f"{where}: one {name}"
    if not parent.findtext(f"{ATOM}author/{ATOM}name"):
        yield f"{where}: no author"
    found = parent.findtext(f"{ATOM}id", "")
    if not (_URL.fullmatch(found) or _TAG_URI.fullmatch(found)):
        yield f"{where}: id is no IRI: {found}"
    for name in ("updated", "published"):
        for element in parent.findall(f"{ATOM}{name}"):
            if not _RFC3339.fullmatch(element.text or ""):
                yield f"{where}: {name} is no RFC 3339 date"
    for element in parent.findall(f"{ATOM}link"):
        if not _URL.fullmatch(element.get("href", "")):
            yield f"{where}: a link that is none"
    for element in parent.findall(f"{ATOM}category"):
        if not element.get("term"):
            yield f"{where}: a category without its term"


def json_feed_faults(body: bytes) -> list[str]:
    feed = json.loads(body)
    faults = []
    if feed.get("version") != "https://jsonfeed.org/version/1.1":
        faults.append("version")
    if not isinstance(feed.get("title"), str) or not feed["title"]:
        faults.append("title")
    faults += [n for n in ("home_page_url", "feed_url") if not _URL.fullmatch(feed.get(n, ""))]
    if not isinstance(feed.get("items"), list):
        return [*faults, "items"]
    ids = [item.get("id") for item in feed["items"]]
    if len(set(ids)) != len(ids) or not all(isinstance(i, str) and i for i in ids):
        faults.append("item: ids")
    for item in feed["items"]:
        if not (item.get("content_html") or item.get("content_text")):
            faults.append("item: no content")
        if not _URL.fullmatch(item.get("url", "")):
            faults.append("item: url")
        for name in ("date_published", "date_modified"):
            if name in item and not _RFC3339.fullmatch(item[name]):
                faults.append(f"item: {name}")
        if not all(author.get("name") for author in item.get("authors", [])):
            faults.append("item: authors")
        if not all(isinstance(tag, str) for tag in item.get("tags", [])):
            faults.append("item: tags")
    return faults


AGGREGATED = (
    "title", "date", "referencenumber", "url", "company", "country", "location", "description",
    "salary", "jobtype", "category", "applyUrl", "partnerJobId", "expirationdate",
)  # fmt: skip


def aggregator_faults(body: bytes) -> list[str]:
    root = read_xml(body)
    if root.tag != "source":
        return ["not a source"]
    faults = [n for n in ("publisher", "publisherurl", "lastBuildDate") if not root.findtext(n)]
    numbers = [job.findtext("referencenumber") for job in root.findall("job")]
    if len(set(numbers)) != len(numbers):
        faults.append("job: a number twice")
    for job in root.findall("job"):
        faults += [f"job: one {n}" for n in AGGREGATED if len(job.findall(n)) != 1]
        faults += [f"job: empty {child.tag}" for child in job if not (child.text or "").strip()]
        if not _URL.fullmatch(job.findtext("url", "")):
            faults.append("job: url")
        if len(job.findtext("partnerJobId", "")) > 40:
            faults.append("job: partnerJobId is too long")
        if not _RFC3339.fullmatch(job.findtext("date", "")):
            faults.append("job: date")
        datetime.fromisoformat(job.findtext("expirationdate", ""))
        if job.findtext("remotetype") == "Fully remote" and job.find("city") is not None:
            faults.append("job: a remote job with a city")
    return faults
