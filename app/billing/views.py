"""Pages about orders, the return from Stripe, and Stripe's webhook."""

from __future__ import annotations

from flask import Blueprint, Response, abort, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Who, access, actor
from app.billing import commands, services
from app.billing.gateway import ForgedEvent, PaymentsUnavailable, UnknownAtStripe, gateway
from app.billing.models import OrderState
from app.errors import DomainError
from app.extensions import csrf, db, limiter

bp = Blueprint("billing", __name__, cli_group=None)
bp.cli.add_command(commands.billing)
bp.cli.add_command(commands.simulator)

LARGEST_EVENT = 512 * 1024
FORGERIES_PER_ADDRESS = "60 per minute"
UNSETTLED = (OrderState.OPEN, OrderState.PROCESSING, OrderState.VOID)


@bp.get("/orders")
@access(Who.ACCOUNT)
def orders() -> ResponseReturnValue:
    page = request.args.get("page", 1, type=int)
    if not 1 <= page <= 10_000:
        abort(404)
    rows, last_page = services.orders_of(actor(), page=page)
    return render_template(
        "billing/orders.html",
        orders=rows,
        page=page,
        last_page=last_page,
        page_address=lambda number: url_for("billing.orders", page=number),
    )


@bp.get("/orders/<int:order_id>")
@access(Who.OWNER)
def show_order(order_id: int) -> ResponseReturnValue:
    order = services.order_of(actor(), order_id)
    return render_template("billing/order.html", order=order, buyer=actor())


@bp.get("/orders/<int:order_id>/return")
@access(Who.OWNER)
def returned(order_id: int) -> ResponseReturnValue:
    """Where Stripe sends the buyer. The address proves nothing, so Stripe is asked."""
    order = services.order_of(actor(), order_id)
    trouble = ""
    if order.state in UNSETTLED:
        try:
            services.confirm_payment(order)
            db.session.commit()
        except PaymentsUnavailable:
            db.session.rollback()
            trouble = "unavailable"
        except (services.Mismatch, UnknownAtStripe):
            db.session.rollback()
            trouble = "mismatch"
        order = services.order_of(actor(), order_id)
    return render_template("billing/returned.html", order=order, trouble=trouble)


def _is_forgery(response: Response) -> bool:
    return response.status_code == 400


@bp.post("/stripe/webhook")
@access(Who.MACHINE)
@csrf.exempt
@limiter.limit(FORGERIES_PER_ADDRESS, deduct_when=_is_forgery)
def webhook() -> ResponseReturnValue:
    """Answers 2xx only once the event is committed, so that Stripe sends again what was not."""
    request.max_content_length = LARGEST_EVENT
    try:
        event = gateway().read_event(
            request.get_data(cache=False), request.headers.get("Stripe-Signature", "")
        )
        outcome = services.apply_event(event)
    except ForgedEvent as error:
        services.note_forgery(error)
        db.session.commit()
        return jsonify(error=error.message), error.status
    except DomainError as error:
        db.session.rollback()
        return jsonify(error=error.message), error.status
    db.session.commit()
    return jsonify(outcome=outcome), 422 if outcome == services.Outcome.REFUSED else 200
