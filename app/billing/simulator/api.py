"""Stripe's HTTP API as far as we use it: the paths, errors and idempotency its SDK expects."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import HTTPException

from app.billing.credentials import StripeAccess
from app.billing.simulator.bank import Bank, Refused
from app.billing.simulator.store import Store, Thing

bp = Blueprint("api", __name__, url_prefix="/v1")

LISTS = {
    "charges": "charge",
    "disputes": "dispute",
    "events": "event",
    "payment_intents": "payment_intent",
    "refunds": "refund",
}
EXPANDABLE = ("payment_intent", "latest_charge", "charge")
SESSION_PARAMS = {
    "allow_promotion_codes",
    "billing_address_collection",
    "cancel_url",
    "client_reference_id",
    "customer_email",
    "expires_at",
    "expand",
    "line_items",
    "metadata",
    "mode",
    "payment_intent_data",
    "success_url",
}


def _bank() -> Bank:
    bank: Bank = current_app.extensions["bank"]
    return bank


def _store() -> Store:
    return _bank().store


def nested(pairs: Iterator[tuple[str, str]]) -> Thing:
    """Stripe's form encoding: `line_items[0][quantity]=1` is a list of one mapping."""
    tree: Thing = {}
    for name, value in pairs:
        *path, last = [name.partition("[")[0], *re.findall(r"\[(.*?)\]", name)]
        node = tree
        for part in path:
            node = node.setdefault(part, {})
            if not isinstance(node, dict):
                raise Refused(f"Invalid parameter: {name}", param=name)
        node[last or str(len(node))] = value  # `expand[]=…` is the next one of a list
    return {key: _listed(value) for key, value in tree.items()}


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _listed(item) for key, item in value.items()}
    if inner and all(key.isdigit() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner


def _json(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body), status=status, mimetype="application/json")


def _error(
    message: str,
    *,
    kind: str = "invalid_request_error",
    code: str = "",
    param: str = "",
    status: int = 400,
) -> Response:
    fields = {"message": message, "type": kind, "code": code, "param": param}
    return _json({"error": {name: value for name, value in fields.items() if value}}, status)


@bp.errorhandler(Refused)
def _refused(error: Refused) -> Response:
    return _error(error.message, code=error.code, param=error.param, status=error.status)


@bp.app_errorhandler(404)
def _unrecognized(error: HTTPException) -> Response | HTTPException:
    if not request.path.startswith("/v1/"):
        return error
    return _error(f"Unrecognized request URL ({request.method}: {request.path}).", status=404)


@bp.before_request
def _authenticate() -> Response | None:
    access: StripeAccess = current_app.extensions["access"]
    if request.headers.get("Authorization") == f"Bearer {access.api_key}":
        return None
    return _error("Invalid API Key provided.", status=401)


@bp.errorhandler(ValueError)
def _invalid_integer(error: ValueError) -> Response:
    return _error(f"Invalid integer: {error}")


def _once(make: Callable[[], Thing], params: Thing) -> Response:
    """Do it, unless a request with this key was answered before: then answer the same again.

    Under the store's lock, so of two requests at once with one key only one does it.
    """
    key = request.headers.get("Idempotency-Key")
    with _store().transaction():
        known = _store().answer(key) if key else None
        if known is None:
            response = _answer(make(), params)
            if key:
                body = response.get_data(as_text=True)
                _store().remember_answer(key, _fingerprint(), response.status_code, body)
            return response
    asked, status, body = known
    if asked != _fingerprint():
        return _error(
            "Keys for idempotent requests can only be used with the same parameters they were "
            "first used with.",
            kind="idempotency_error",
        )
    replay = Response(body, status=status, mimetype="application/json")
    replay.headers["Idempotent-Replayed"] = "true"
    return replay


def _fingerprint() -> str:
    form = sorted(request.form.items(multi=True))
    return hashlib.sha256(repr((request.path, form)).encode()).hexdigest()


def _params() -> Thing:
    source = request.form if request.method == "POST" else request.args
    return nested(iter(source.items(multi=True)))


def _answer(thing: Thing, params: Thing) -> Response:
    return _json(_expanded(thing, params.get("expand") or []))


def _expanded(thing: Thing, paths: list[str]) -> Thing:
    found = dict(thing)
    for path in paths:
        head, _, rest = path.partition(".")
        if head not in EXPANDABLE or head not in found:
            raise Refused(f"This property cannot be expanded ({path}).", param="expand")
        inner = found[head]
        if isinstance(inner, str):
            inner = _store().get(inner)
        found[head] = _expanded(inner, [rest]) if inner and rest else inner
    return found


def _listing(url: str, things: Iterator[Thing], params: Thing) -> Response:
    limit = int(params.get("limit") or 10)
    if not 1 <= limit <= 100:
        raise Refused("This value must be between 1 and 100.", param="limit")
    paths = [path.removeprefix("data.") for path in params.get("expand") or []]
    found = []
    for thing in things:
        found.append(_expanded(thing, paths))
        if len(found) > limit:
            break
    return _json(
        {"object": "list", "url": url, "data": found[:limit], "has_more": len(found) > limit}
    )


def _matching(kind: str, params: Thing, *fields: str) -> Iterator[Thing]:
    created = params.get("created") or {}
    since = int(created.get("gte", 0) if isinstance(created, dict) else created)
    wanted = {name: params[name] for name in fields if name in params}
    for thing in _store().newest(kind, since=since, before=params.get("starting_after", "")):
        if all(thing.get(name) == value for name, value in wanted.items()):
            yield thing


@bp.post("/checkout/sessions")
def create_session() -> Response:
    params = _params()
    _check_session(params)
    base = request.host_url.rstrip("/")
    return _once(lambda: _bank().open_session(params, base), params)


def _check_session(params: Thing) -> None:
    for name in params.keys() - SESSION_PARAMS:
        raise Refused(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)
    for name in ("mode", "success_url", "line_items"):
        if not params.get(name):
            raise Refused(f"Missing required param: {name}.", code="parameter_missing", param=name)
    if params["mode"] != "payment":
        raise Refused("The simulator knows only payments.", param="mode")
    for item in params["line_items"]:
        price = item.get("price_data", {}) if isinstance(item, dict) else {}
        whole = str(price.get("unit_amount", "")).isdigit()
        if not whole or not price.get("product_data", {}).get("name"):
            raise Refused("Invalid integer: unit_amount", param="line_items[0][price_data]")
        if price.get("currency") != "usd":
            raise Refused("Invalid currency.", param="line_items[0][price_data][currency]")


@bp.get("/checkout/sessions")
def list_sessions() -> Response:
    params = _params()
    found = _matching("checkout.session", params, "payment_intent", "status")
    return _listing("/v1/checkout/sessions", found, params)


@bp.get("/checkout/sessions/<session_id>")
def get_session(session_id: str) -> Response:
    return _answer(_bank().session(session_id), _params())


@bp.post("/checkout/sessions/<session_id>/expire")
def expire_session(session_id: str) -> Response:
    return _answer(_bank().expire(session_id), _params())


@bp.get("/checkout/sessions/<session_id>/line_items")
def list_line_items(session_id: str) -> Response:
    session = _bank().session(session_id)
    items = iter(_bank().items(session["id"]))
    return _listing(request.path, items, _params())


@bp.post("/refunds")
def create_refund() -> Response:
    params = _params()
    payment_id = params.get("payment_intent")
    if not payment_id:
        raise Refused("One of the following params should be provided: payment_intent.")
    amount = int(params["amount"]) if "amount" in params else None

    def give_back() -> Thing:
        return _bank().refund(
            payment_id, amount, metadata=params.get("metadata"), reason=params.get("reason")
        )

    return _once(give_back, params)


@bp.get("/<any(charges, disputes, events, payment_intents, refunds):collection>")
def list_things(collection: str) -> Response:
    params = _params()
    found = _matching(LISTS[collection], params, "payment_intent", "charge", "type")
    return _listing(request.path, found, params)


@bp.get("/<any(charges, disputes, events, payment_intents, refunds):collection>/<thing_id>")
def get_thing(collection: str, thing_id: str) -> Response:
    thing = _store().get(thing_id, LISTS[collection])
    if thing is None:
        raise Refused(
            f"No such {LISTS[collection]}: '{thing_id}'", code="resource_missing", status=404
        )
    return _answer(thing, _params())
