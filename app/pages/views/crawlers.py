"""What search engines read: robots.txt and the sitemaps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from flask import Response, current_app
from flask.typing import ResponseReturnValue

from app.access import Who, access
from app.codes.services.editions import Edition
from app.errors import NotFound
from app.mail import absolute_url
from app.pages import services
from app.pages.views.blueprint import bp

NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
HOUR = 3_600
DAY = 24 * HOUR
_NO_SUCH = "There is no such sitemap."

STATIC_PAGES = (
    "pages.home",
    "jobs.search",
    "jobs.pay_insight",
    "jobs.how_ranking_works",
    "codes.browse",
    "codes.api",
    "pages.pricing",
    "pages.privacy",
    "pages.terms",
)

# Pages that belong to one person, and lists without end.
CLOSED = (
    "/account",
    "/applications",
    "/codes/mine",
    "/codes/search",
    "/codes/suggest.json",
    "/desk",
    "/employers",
    "/log-in",
    "/mailbox",
    "/orders",
    "/profile",
    "/register",
    "/verify",
)


@bp.get("/robots.txt")
@access(Who.ANYONE)
def robots() -> ResponseReturnValue:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED), ""]
    lines.append(f"Sitemap: {absolute_url('pages.sitemap')}")
    response = Response("\n".join(lines) + "\n", mimetype="text/plain")
    return _kept(response, DAY)


@bp.get("/<string(minlength=8, maxlength=128):key>.txt")
@access(Who.ANYONE)
def indexnow_key(key: str) -> ResponseReturnValue:
    """The proof IndexNow asks for that its key is ours."""
    if not key or key != current_app.config["INDEXNOW_KEY"]:
        raise NotFound("There is no such file.")
    return _kept(Response(key, mimetype="text/plain"), HOUR)


@bp.get("/sitemap.xml")
@access(Who.ANYONE)
def sitemap() -> ResponseReturnValue:
    """The index of the sitemaps; one that would be empty is left out."""
    found = [(absolute_url("pages.sitemap_of_pages"), "")]
    parts = services.job_sitemaps()
    found += [
        (absolute_url("pages.sitemap_of_jobs", part=part), "") for part in range(1, parts + 1)
    ]
    if parts:
        found.append((absolute_url("pages.sitemap_of_companies"), ""))
    if topics := services.topics_for_sitemap():
        newest = max(changed for _, changed in topics)
        found.append((absolute_url("pages.sitemap_of_job_pages"), f"{newest:%Y-%m-%d}"))
    releases = services.current_releases()
    changed = services.code_pages_changed(releases)
    for release in releases:
        system, day = release.kind, changed[release.kind].isoformat()
        found.append((absolute_url("pages.sitemap_of_headings", system=system), day))
        found += [
            (absolute_url("pages.sitemap_of_codes", system=system, part=part), day)
            for part in range(1, services.code_sitemaps(release) + 1)
        ]
    return _kept(_xml("sitemapindex", "sitemap", found), HOUR)


@bp.get("/sitemap-pages.xml")
@access(Who.ANYONE)
def sitemap_of_pages() -> ResponseReturnValue:
    return _kept(_xml("urlset", "url", ((absolute_url(e), "") for e in STATIC_PAGES)), DAY)


@bp.get("/sitemap-jobs.<int:part>.xml")
@access(Who.ANYONE)
def sitemap_of_jobs(part: int) -> ResponseReturnValue:
    if not 1 <= part <= max(1, services.job_sitemaps()):
        raise NotFound(_NO_SUCH)
    found = (
        (absolute_url("jobs.show", job_id=job_id, slug=slug), f"{changed:%Y-%m-%d}")
        for job_id, slug, changed in services.jobs_for_sitemap(part)
    )
    return _kept(_xml("urlset", "url", found), HOUR)


@bp.get("/sitemap-companies.xml")
@access(Who.ANYONE)
def sitemap_of_companies() -> ResponseReturnValue:
    slugs = services.companies_for_sitemap()
    found = ((absolute_url("employers.show", slug=slug), "") for slug in slugs)
    return _kept(_xml("urlset", "url", found), HOUR)


@bp.get("/sitemap-job-pages.xml")
@access(Who.ANYONE)
def sitemap_of_job_pages() -> ResponseReturnValue:
    """A file of its own, so that lists of jobs never stand in the way of the code reference."""
    site = absolute_url("pages.home").rstrip("/")
    found = ((site + path, f"{newest:%Y-%m-%d}") for path, newest in services.topics_for_sitemap())
    return _kept(_xml("urlset", "url", found), HOUR)


@bp.get("/sitemap-<system>-headings.xml")
@access(Who.ANYONE)
def sitemap_of_headings(system: str) -> ResponseReturnValue:
    """The system itself, and its chapters and sections."""
    release = _release_of(system)
    addresses = [absolute_url("codes.system", system=system)]
    addresses += _of_codes(system, services.headings_for_sitemap(release))
    return _sitemap_of_codes(release, addresses)


@bp.get("/sitemap-<system>-<int:part>.xml")
@access(Who.ANYONE)
def sitemap_of_codes(system: str, part: int) -> ResponseReturnValue:
    release = _release_of(system)
    if not 1 <= part <= services.code_sitemaps(release):
        raise NotFound(_NO_SUCH)
    return _sitemap_of_codes(release, _of_codes(system, services.codes_for_sitemap(release, part)))


def _release_of(system: str) -> Edition:
    for release in services.current_releases():
        if release.kind == system:
            return release
    raise NotFound(_NO_SUCH)


def _of_codes(system: str, codes: Iterable[str]) -> Iterator[str]:
    # One address is built, the others follow its pattern: there are tens of thousands.
    pattern = absolute_url("codes.show", system=system, code="CODE")
    return (pattern.replace("CODE", code) for code in codes)


def _sitemap_of_codes(release: Edition, addresses: Iterable[str]) -> Response:
    changed = services.code_pages_changed([release])[release.kind].isoformat()
    return _kept(_xml("urlset", "url", ((address, changed) for address in addresses)), DAY)


def _xml(outer: str, inner: str, found: Iterable[tuple[str, str]]) -> Response:
    def lines() -> Iterator[str]:
        yield f'<?xml version="1.0" encoding="UTF-8"?>\n<{outer} {NAMESPACE}>\n'
        for address, changed in found:
            lastmod = f"<lastmod>{changed}</lastmod>" if changed else ""
            yield f"<{inner}><loc>{escape(address)}</loc>{lastmod}</{inner}>\n"
        yield f"</{outer}>\n"

    return Response("".join(lines()), mimetype="application/xml")


def _kept(response: Response, seconds: int) -> Response:
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    return response
