"""What happens to money in the simulator: buyers pay, banks settle or refuse, operators refund."""

from __future__ import annotations

import time
from collections.abc import Callable

from app.billing.simulator import objects
from app.billing.simulator.store import Store, Thing

PROMOTION_CODES = {"HALF": 50, "FREE": 100}  # percent off
TRANSFER_SECONDS = 20

Announce = Callable[[list[Thing]], None]


class Refused(Exception):
    """Stripe would answer with this error."""

    def __init__(self, message: str, *, code: str = "", param: str = "", status: int = 400) -> None:
        super().__init__(message)
        self.message, self.code, self.param, self.status = message, code, param, status


class Bank:
    """Each action is one transaction: the objects and the events about them, or neither."""

    def __init__(self, store: Store, announce: Announce) -> None:
        self.store = store
        self._announce = announce

    def _emit(self, *about: tuple[str, Thing]) -> None:
        events = [self.store.put(objects.event(kind, thing)) for kind, thing in about]
        self._announce(events)

    def open_session(self, params: Thing, base: str) -> Thing:
        with self.store.transaction():
            items = [objects.line_item(item) for item in params["line_items"]]
            session = objects.checkout_session(
                params,
                subtotal=sum(item["amount_subtotal"] for item in items),
                currency=items[0]["currency"],
                base=base,
            )
            self.store.put(session)
            # Beside the session, not in it: Stripe shows neither unless it is asked.
            self.store.put(
                {
                    "id": f"{session['id']}_extra",
                    "object": "extra",
                    "created": session["created"],
                    "items": items,
                    "intent": params.get("payment_intent_data") or {},
                }
            )
        return session

    def session(self, session_id: str) -> Thing:
        with self.store.transaction():
            found = self.store.get(session_id, "checkout.session")
            if found is None:
                raise Refused(
                    f"No such checkout.session: '{session_id}'",
                    code="resource_missing",
                    status=404,
                )
            if found["status"] == "open" and found["expires_at"] <= time.time():
                self._expire(found)
            return found

    def items(self, session_id: str) -> list[Thing]:
        extra = self.store.get(f"{session_id}_extra", "extra")
        return extra["items"] if extra else []

    def _open(self, session_id: str) -> Thing:
        session = self.session(session_id)
        if session["status"] != "open":
            raise Refused(
                "Only Checkout Sessions with a status in ['open'] can be changed. This one has a "
                f"status of {session['status']}."
            )
        return session

    def expire(self, session_id: str) -> Thing:
        with self.store.transaction():
            return self._expire(self._open(session_id))

    def _expire(self, session: Thing) -> Thing:
        session.update(status="expired", url=None)
        self.store.put(session)
        self._emit(("checkout.session.expired", session))
        return session

    def redeem(self, session_id: str, code: str) -> Thing:
        with self.store.transaction():
            session = self._open(session_id)
            percent = PROMOTION_CODES.get(code.strip().upper())
            if percent is None or not session["allow_promotion_codes"]:
                raise Refused("This code is not valid.", code="promotion_code_invalid")
            discount = session["amount_subtotal"] * percent // 100
            session["amount_total"] = session["amount_subtotal"] - discount
            session["total_details"]["amount_discount"] = discount
            return self.store.put(session)

    def pay(self, session_id: str) -> Thing:
        """By card, at once; or with nothing to pay, by saying so."""
        with self.store.transaction():
            session = self._open(session_id)
            self._complete(session)
            if not session["amount_total"]:
                session["payment_status"] = "no_payment_required"
                self.store.put(session)
                self._emit(("checkout.session.completed", session))
                return session
            intent, charge = self._charge(session, "card")
            self._succeed(intent, charge)
            session["payment_status"] = "paid"
            self.store.put(session)
            self._emit(
                ("payment_intent.created", {**intent, "status": "requires_payment_method"}),
                ("charge.succeeded", charge),
                ("payment_intent.succeeded", intent),
                ("checkout.session.completed", session),
            )
            return session

    def pay_by_transfer(self, session_id: str, *, arrives: bool) -> Thing:
        """By bank transfer, which the bank executes or refuses a while later."""
        with self.store.transaction():
            session = self._open(session_id)
            self._complete(session)
            intent, charge = self._charge(session, "us_bank_account")
            intent["status"] = "processing"
            self.store.put(intent)
            self.store.put(session)
            self.store.plan(
                "arrive" if arrives else "fail", session_id, time.time() + TRANSFER_SECONDS
            )
            self._emit(
                ("payment_intent.processing", intent),
                ("charge.pending", charge),
                ("checkout.session.completed", session),
            )
            return session

    def arrive(self, session_id: str) -> Thing:
        with self.store.transaction():
            session, intent, charge = self._in_transit(session_id)
            self._succeed(intent, charge)
            session["payment_status"] = "paid"
            self.store.put(session)
            self._emit(
                ("charge.succeeded", charge),
                ("payment_intent.succeeded", intent),
                ("checkout.session.async_payment_succeeded", session),
            )
            return session

    def fail(self, session_id: str) -> Thing:
        with self.store.transaction():
            session, intent, charge = self._in_transit(session_id)
            self._refuse(intent, charge, "The bank refused the transfer.")
            self._emit(
                ("charge.failed", charge),
                ("payment_intent.payment_failed", intent),
                ("checkout.session.async_payment_failed", session),
            )
            return session

    def _in_transit(self, session_id: str) -> tuple[Thing, Thing, Thing]:
        session = self.session(session_id)
        intent = self.store.get(session["payment_intent"] or "", "payment_intent")
        if intent is None or intent["status"] != "processing":
            raise Refused("No bank transfer is on its way for this checkout.")
        charge = self.store.get(intent["latest_charge"], "charge")
        assert charge is not None
        return session, intent, charge

    def decline(self, session_id: str) -> Thing:
        """A card that the bank refuses. The checkout stays open for another."""
        with self.store.transaction():
            session = self._open(session_id)
            intent, charge = self._charge(session, "card")
            self._refuse(intent, charge, "Your card was declined.")
            self.store.put(session)
            self._emit(("charge.failed", charge), ("payment_intent.payment_failed", intent))
            return session

    def _complete(self, session: Thing) -> None:
        session.update(status="complete", url=None)
        session["customer_details"] = {
            "address": None,
            "business_name": None,
            "email": session["customer_email"],
            "individual_name": None,
            "name": None,
            "phone": None,
            "tax_exempt": "none",
            "tax_ids": [],
        }

    def _charge(self, session: Thing, method: str) -> tuple[Thing, Thing]:
        extra = self.store.get(f"{session['id']}_extra", "extra") or {"intent": {}}
        intent = self.store.get(session["payment_intent"] or "", "payment_intent")
        if intent is None:
            intent = objects.payment_intent(session, extra["intent"])
        intent["amount"] = session["amount_total"]
        charge = objects.charge(intent, method=method, email=session["customer_email"])
        intent["latest_charge"] = charge["id"]
        session["payment_intent"] = intent["id"]
        self.store.put(charge)
        self.store.put(intent)
        return intent, charge

    def _succeed(self, intent: Thing, charge: Thing) -> None:
        charge.update(
            amount_captured=charge["amount"], captured=True, paid=True, status="succeeded"
        )
        intent.update(amount_received=charge["amount"], status="succeeded", last_payment_error=None)
        self.store.put(charge)
        self.store.put(intent)

    def _refuse(self, intent: Thing, charge: Thing, message: str) -> None:
        charge.update(status="failed", failure_code="card_declined", failure_message=message)
        intent.update(
            status="requires_payment_method",
            payment_method=None,
            last_payment_error={"type": "card_error", "code": "card_declined", "message": message},
        )
        self.store.put(charge)
        self.store.put(intent)

    def _paid(self, payment_id: str) -> Thing:
        intent = self.store.get(payment_id, "payment_intent")
        charge = self.store.get(intent["latest_charge"] or "", "charge") if intent else None
        if charge is None or not charge["paid"]:
            raise Refused(
                f"No such payment_intent: '{payment_id}'", code="resource_missing", status=404
            )
        return charge

    def refund(
        self,
        payment_id: str,
        amount: int | None = None,
        *,
        metadata: Thing | None = None,
        reason: str | None = None,
    ) -> Thing:
        with self.store.transaction():
            charge = self._paid(payment_id)
            left = charge["amount"] - charge["amount_refunded"]
            if not left:
                raise Refused(
                    f"Charge {charge['id']} has already been refunded.",
                    code="charge_already_refunded",
                )
            if charge["disputed"] and self._disputes(charge, "needs_response"):
                raise Refused(
                    f"Charge {charge['id']} has been charged back.", code="charge_disputed"
                )
            amount = left if amount is None else amount
            if not 0 < amount <= left:
                raise Refused(
                    f"Refund amount ({amount}) is greater than unrefunded amount ({left}).",
                    param="amount",
                )
            charge["amount_refunded"] += amount
            charge["refunded"] = charge["amount_refunded"] == charge["amount"]
            given = objects.refund(charge, amount=amount, metadata=metadata or {}, reason=reason)
            self.store.put(charge)
            self.store.put(given)
            self._emit(("refund.created", given), ("charge.refunded", charge))
            return given

    def open_dispute(self, payment_id: str) -> Thing:
        with self.store.transaction():
            charge = self._paid(payment_id)
            if charge["disputed"]:
                raise Refused("This payment has been disputed already.")
            charge["disputed"] = True
            self.store.put(charge)
            dispute = self.store.put(objects.dispute(charge))
            self._emit(
                ("charge.dispute.created", dispute), ("charge.dispute.funds_withdrawn", dispute)
            )
            return dispute

    def close_dispute(self, payment_id: str, *, won: bool) -> Thing:
        with self.store.transaction():
            open_ones = self._disputes(self._paid(payment_id), "needs_response")
            if not open_ones:
                raise Refused("No dispute is open on this payment.")
            dispute = open_ones[0]
            dispute["status"] = "won" if won else "lost"
            self.store.put(dispute)
            events = [("charge.dispute.closed", dispute)]
            if won:
                events.insert(0, ("charge.dispute.funds_reinstated", dispute))
            self._emit(*events)
            return dispute

    def _disputes(self, charge: Thing, status: str) -> list[Thing]:
        return [
            dispute
            for dispute in self.store.newest("dispute")
            if dispute["charge"] == charge["id"] and dispute["status"] == status
        ]

    def announce_other(self, kind: str) -> Thing:
        """An event about something we sell nothing of, such as an invoice."""
        with self.store.transaction():
            subject = kind.rsplit(".", 1)[0].replace("customer.", "")
            thing = {
                "id": objects.new_id("xx_1"),
                "object": subject,
                "created": int(time.time()),
                "livemode": False,
            }
            event = self.store.put(objects.event(kind, thing))
            self._announce([event])
            return event

    def do_what_is_due(self) -> None:
        """Transfers that a buyer started arrive or fail by themselves."""
        for action, session_id in self.store.take_due_plans():
            try:
                self.arrive(session_id) if action == "arrive" else self.fail(session_id)
            except Refused:
                continue  # someone was faster, with the button on the overview
