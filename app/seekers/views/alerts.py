"""What mails lead to, without a log-in: confirming, changing and stopping alerts."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from typing import Any

from flask import Response, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import limits
from app.access import Who, access
from app.errors import Conflict, DomainError, Gone, Invalid, NotFound
from app.extensions import csrf, db, limiter
from app.seekers import services
from app.seekers.forms import FREQUENCIES
from app.seekers.models import AlertRecipient
from app.seekers.views.blueprint import bp
from app.seekers.views.saved_searches import ACTIONS

ONE_CLICK = "One-Click"
LARGEST_EVENTS = 512 * 1024
MOST_EVENTS = 1_000


@bp.route("/alerts/confirm/<token>", methods=["GET", "POST"])
@access(Who.ANYONE)
@limiter.limit(limits.ALERT_LINKS_PER_ADDRESS, methods=["POST"])
def confirm_alerts(token: str) -> ResponseReturnValue:
    """Opening the link changes nothing, since mail scanners open links; the button does."""
    try:
        opt_in = services.opt_in_behind(token)
        if request.method == "GET":
            search = services.shown(opt_in.search) if opt_in.search else None
            return render_template("seekers/confirm_alerts.html", search=search)
        services.confirm(opt_in)
    except (Gone, Conflict) as error:
        db.session.rollback()
        return render_template("seekers/alerts_link_dead.html", error=error), error.status
    manage = services.manage_token(opt_in.recipient)
    db.session.commit()
    flash("Confirmed. We send you what is new.", "good")
    return redirect(url_for("seekers.alerts", token=manage))


@bp.get("/alerts/<token>")
@access(Who.ANYONE)
def alerts(token: str) -> ResponseReturnValue:
    try:
        recipient = services.recipient_behind(token)
    except (Gone, Invalid) as error:
        status = 410 if isinstance(error, Gone) else 404
        return render_template("seekers/alerts_link_dead.html", error=error), status
    return render_template(
        "seekers/alerts.html",
        token=token,
        recipient=recipient,
        searches=[services.shown(search) for search in services.searches_of(recipient)],
        frequencies=FREQUENCIES,
    )


@bp.post("/alerts/<token>")
@access(Who.ANYONE)
@limiter.limit(limits.ALERT_LINKS_PER_ADDRESS)
def change_alert(token: str) -> ResponseReturnValue:
    """One button of the page that mails lead to."""
    try:
        recipient = services.recipient_behind(token)
    except (Gone, Invalid) as error:
        status = 410 if isinstance(error, Gone) else 404
        return render_template("seekers/alerts_link_dead.html", error=error), status
    told = _act(recipient, request.form.get("action", ""))
    db.session.commit()
    flash(told, "good")
    return redirect(url_for("seekers.alerts", token=token))


def _act(recipient: AlertRecipient, action: str) -> str:
    if action == "start":
        services.start_again(recipient)
        return "Alerts are sent again."
    if action == "lift":
        services.ask_to_lift(recipient)
        return "We sent an e-mail to your address. Open the link in it to get alerts again."
    search_id = request.form.get("search_id", 0, type=int)
    search = services.search_of(recipient, search_id)
    if action == "frequency":
        services.change_search(
            search, name=search.name, frequency=request.form.get("frequency", "")
        )
        return "The search is changed."
    if action not in ACTIONS:
        raise NotFound("There is no such action.")
    act, told = ACTIONS[action]
    act(search)
    return told


@bp.post("/alerts/<token>/stop")
@access(Who.MACHINE)
@csrf.exempt
@limiter.limit(limits.ALERT_LINKS_PER_ADDRESS)
def stop_alerts(token: str) -> ResponseReturnValue:
    """RFC 8058: a mail program sends this without cookies; whoever holds the mail may stop it."""
    try:
        recipient = services.recipient_behind(token)
    except Gone:
        return _stopped(token)  # nothing is sent there any more: what was wanted holds
    except Invalid as error:
        return error.message, 400, {"Content-Type": "text/plain; charset=utf-8"}
    services.stop(recipient)
    db.session.commit()
    return _stopped(token)


def _stopped(token: str) -> ResponseReturnValue:
    if request.form.get("List-Unsubscribe") == ONE_CLICK:
        return "Stopped.\n", {"Content-Type": "text/plain; charset=utf-8"}
    return redirect(url_for("seekers.alerts", token=token), 303)


@bp.get("/alerts/<token>/stop")
@access(Who.ANYONE)
def ask_to_stop(token: str) -> ResponseReturnValue:
    """Whoever follows the address of the header: the page has the button."""
    return redirect(url_for("seekers.alerts", token=token, _anchor="stop"))


def _is_refusal(response: Response) -> bool:
    return response.status_code in (400, 401, 404)


@bp.post("/mail/events")
@access(Who.MACHINE)
@csrf.exempt
@limiter.limit(limits.MAIL_EVENTS_REFUSED, deduct_when=_is_refusal)
def mail_events() -> ResponseReturnValue:
    """Bounces and complaints, told by the operator's mail provider: see docs/alerts.md."""
    token = current_app.config["MAIL_EVENTS_TOKEN"]
    if not token:
        raise NotFound("There is no such page.")
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), token.encode()):
        return jsonify(error="The bearer token is not right."), 401
    request.max_content_length = LARGEST_EVENTS
    known = 0
    for email, kind in _events(request.get_json(silent=True)):
        try:
            known += services.suppress(email, kind)
        except DomainError:
            continue  # an address or a kind that means nothing here; the others still count
    db.session.commit()
    return jsonify(suppressed=known)


def _events(sent: Any) -> Iterator[tuple[str, str]]:
    """What was sent, as one event or as a list of them, each an address and what became of it."""
    events = sent if isinstance(sent, list) else [sent]
    for event in events[:MOST_EVENTS]:
        if not isinstance(event, dict):
            continue
        email = event.get("email") or event.get("recipient")
        kind = event.get("kind") or event.get("event") or event.get("type")
        if isinstance(email, str) and isinstance(kind, str):
            yield email, _KINDS.get(kind.lower(), "")


# How providers call them. A mailbox that is full or a server that is away is no bounce for good.
_KINDS = {
    "bounce": "bounce",
    "hard_bounce": "bounce",
    "hardbounce": "bounce",
    "permanent": "bounce",
    "complaint": "complaint",
    "complained": "complaint",
    "spam": "complaint",
    "spamreport": "complaint",
    "spamcomplaint": "complaint",
}
