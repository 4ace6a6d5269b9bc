"""The simulator's own pages: where a buyer pays, and where its operator makes things happen."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.billing.simulator.bank import PROMOTION_CODES, TRANSFER_SECONDS, Bank, Refused
from app.billing.simulator.store import Thing
from app.billing.simulator.webhooks import MANNERS, VARIANTS, Courier

bp = Blueprint("simulator", __name__)

SHOWN = 30  # payments and events on the overview
OTHER_EVENTS = ("invoice.paid", "invoice.payment_failed", "customer.subscription.updated")


def _bank() -> Bank:
    bank: Bank = current_app.extensions["bank"]
    return bank


def _courier() -> Courier:
    courier: Courier = current_app.extensions["courier"]
    return courier


@bp.get("/pay/<session_id>")
def pay(session_id: str) -> ResponseReturnValue:
    return _pay_page(_found(session_id))


def _found(session_id: str) -> Thing:
    try:
        return _bank().session(session_id)
    except Refused:
        abort(404)


def _pay_page(session: Thing, problem: str = "") -> ResponseReturnValue:
    page = render_template(
        "simulator/pay.html",
        session=session,
        items=_bank().items(session["id"]),
        problem=problem,
        codes=PROMOTION_CODES,
        transfer_seconds=TRANSFER_SECONDS,
    )
    return page, 422 if problem else 200


@bp.post("/pay/<session_id>")
def submit(session_id: str) -> ResponseReturnValue:
    session = _found(session_id)
    bank = _bank()
    method = request.form.get("method", "")
    try:
        if method == "code":
            bank.redeem(session_id, request.form.get("code", "")[:40])
            return redirect(url_for(".pay", session_id=session_id), 303)
        if method == "declined":
            return _pay_page(bank.decline(session_id), "Your card was declined. Try another one.")
        if method == "card":
            bank.pay(session_id)
        elif method in ("transfer", "failing-transfer"):
            bank.pay_by_transfer(session_id, arrives=method == "transfer")
        else:
            return _pay_page(session, "Choose how to pay.")
    except Refused as error:
        return _pay_page(_bank().session(session_id), error.message)
    return redirect(_success_url(session), 303)


def _success_url(session: Thing) -> str:
    url: str = session["success_url"]
    return url.replace("{CHECKOUT_SESSION_ID}", quote(session["id"]))


@bp.get("/")
def overview() -> ResponseReturnValue:
    store = _bank().store
    sessions = [_with_money(session) for session in _first(store.newest("checkout.session"))]
    events = [
        {**event, "deliveries": store.deliveries(event["id"])}
        for event in _first(store.newest("event"))
    ]
    return render_template(
        "simulator/overview.html",
        sessions=sessions,
        events=events,
        manner=store.choice("manner", "prompt"),
        manners=MANNERS,
        variants=VARIANTS,
        other_events=OTHER_EVENTS,
        webhook_url=_courier().url.geturl(),
        notice=request.args.get("notice", "")[:200],
    )


def _first(things: Any) -> list[Thing]:
    return [thing for thing, _ in zip(things, range(SHOWN), strict=False)]


def _with_money(session: Thing) -> Thing:
    store = _bank().store
    intent = store.get(session["payment_intent"] or "", "payment_intent")
    charge = store.get(intent["latest_charge"] or "", "charge") if intent else None
    return {**session, "intent": intent, "charge": charge}


@bp.post("/manner")
def choose_manner() -> ResponseReturnValue:
    manner = request.form.get("manner", "")
    if manner not in MANNERS:
        abort(400)
    _bank().store.choose("manner", manner)
    return _back(f"Webhooks are delivered: {MANNERS[manner].lower()}.")


@bp.post("/sessions/<session_id>/<action>")
def act(session_id: str, action: str) -> ResponseReturnValue:
    session, bank = _found(session_id), _bank()
    payment = session["payment_intent"] or ""
    actions = {
        "expire": lambda: bank.expire(session_id),
        "arrive": lambda: bank.arrive(session_id),
        "fail": lambda: bank.fail(session_id),
        "refund": lambda: bank.refund(payment),
        "refund-part": lambda: bank.refund(payment, session["amount_total"] // 3),
        "dispute": lambda: bank.open_dispute(payment),
        "dispute-won": lambda: bank.close_dispute(payment, won=True),
        "dispute-lost": lambda: bank.close_dispute(payment, won=False),
    }
    if action not in actions:
        abort(404)
    try:
        actions[action]()
    except Refused as error:
        return _back(error.message)
    return _back("Done. The events are on their way.")


@bp.post("/events/<event_id>/deliver")
def deliver(event_id: str) -> ResponseReturnValue:
    """Deliver an event again, or a bad copy of it, and say what the site answered."""
    variant = request.form.get("variant", "")
    if variant not in VARIANTS or _bank().store.get(event_id, "event") is None:
        abort(404)
    try:
        status = _courier().send(event_id, variant)
    except OSError as error:
        return _back(f"The site could not be reached: {type(error).__name__}.")
    return _back(f"{VARIANTS[variant]}: the site answered {status}.")


@bp.post("/events/other")
def other_event() -> ResponseReturnValue:
    kind = request.form.get("kind", "")
    if kind not in OTHER_EVENTS:
        abort(400)
    _bank().announce_other(kind)
    return _back(f"{kind} is on its way.")


def _back(notice: str) -> ResponseReturnValue:
    return redirect(url_for(".overview", notice=notice), 303)
