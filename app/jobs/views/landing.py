"""The pages about one credential, setting, specialty or state, for people who search the web."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app import limits, taxonomy
from app.access import Who, access
from app.errors import NotFound
from app.extensions import limiter
from app.jobs.services.landing import NEW_CODERS, REMOTE, Choice, Topic, page_for, topic_at
from app.jobs.services.landing_facts import page_about
from app.jobs.services.searching.criteria import Criteria
from app.jobs.views.addresses import address, subscription
from app.jobs.views.blueprint import bp
from app.jobs.views.drawing import drawn_rows


@bp.get("/jobs/<any(credential, setting, specialty, state):kind>/<value>")
@bp.get('/jobs/<any(remote, "new-coders"):mark>')
@bp.get("/jobs/state/<state>/credential/<credential>")
@access(Who.ANYONE)
@limiter.limit(limits.SEARCH_PER_ADDRESS)
def landing(
    kind: str = "", value: str = "", mark: str = "", state: str = "", credential: str = ""
) -> ResponseReturnValue:
    """What there is of one kind of job. With too few it is still read, but not indexed."""
    topic = topic_at(*_choices(kind, value, mark, state, credential))
    if topic is None:
        raise NotFound("There is no such page about jobs.")
    if topic.path != request.path or request.args:
        return redirect(topic.path, 301)
    page = page_about(topic)
    site = current_app.config["BASE_URL"]
    if page.is_indexed:
        canonical = site + topic.path
    else:
        canonical = site + (page.parent.path if page.parent else "/jobs")
    return render_template(
        "jobs/landing.html",
        page=page,
        rows=drawn_rows(page.cards),
        canonical=canonical,
        search=address(topic.criteria),
        more_on_pay=_on_pay(topic),
        link_to=_nearest,
        feed_address=lambda kind: subscription(topic.criteria, kind),
    )


def _choices(kind: str, value: str, mark: str, state: str, credential: str) -> list[Choice]:
    if mark:
        return [{"remote": REMOTE, "new-coders": NEW_CODERS}[mark]]
    if kind:
        return [(kind, _spelled(kind, value))]
    return [("state", _spelled("state", state)), ("credential", credential.lower())]


def _spelled(kind: str, value: str) -> str:
    """As the address has it: TX is a way to say texas."""
    if kind == "state" and value.upper() in taxonomy.STATES:
        value = taxonomy.STATES[value.upper()].replace(" ", "-")
    return value.lower()


def _on_pay(topic: Topic) -> str:
    """The figures of a whole year of listings, by what they are told of."""
    told = {name: topic.value(name) for name in ("credential", "state")}
    told["by"] = "setting" if topic.value("setting") else ""
    query = urlencode({name: value for name, value in told.items() if value})
    return f"/pay?{query}" if query else "/pay"


def _nearest(criteria: Criteria) -> str:
    """The page about what is searched for, or else the search."""
    topic = page_for(criteria)
    return topic.path if topic else address(criteria)
