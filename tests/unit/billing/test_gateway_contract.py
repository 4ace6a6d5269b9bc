"""What the rest of billing relies on of a gateway, asked of the simulator and of stripe-mock.

stripe-mock holds each request against Stripe's published API and answers with samples: it shows
that what we send is right, and remembers nothing. What takes a memory is asked of the simulator.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from app import clock
from app.billing.credentials import StripeAccess, stripe_access
from app.billing.gateway import (
    CheckoutRequest,
    Item,
    PaymentsUnavailable,
    StripeGateway,
    UnknownAtStripe,
)
from tests.payments import SimulatedStripe, served

PATIENCE = 15  # seconds for stripe-mock to read its specification


def checkout_request(**fields) -> CheckoutRequest:
    return CheckoutRequest(
        **{
            "order_id": 7,
            "reference": "0a1b2c3d",
            "description": "CareerCenter order CC-000007",
            "items": [Item("Job listing, 30 days", 24_900, 1), Item("Featured", 9_900, 2)],
            "currency": "usd",
            "email": "buyer@example.com",
            "success_url": "http://127.0.0.1:8000/orders/7/return",
            "cancel_url": "http://127.0.0.1:8000/pricing",
            **fields,
        }
    )


@pytest.fixture(scope="session")
def stripe_mock() -> Iterator[str]:
    binary = os.environ.get("STRIPE_MOCK") or shutil.which("stripe-mock")
    if not binary:
        pytest.skip("stripe-mock is not at hand: set STRIPE_MOCK or put it on PATH")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    process = subprocess.Popen(
        [binary, "-http-addr", address], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(address)
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait()


def _wait_for(address: str) -> None:
    host, port = address.split(":")
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def opened(access: StripeAccess, **options: int) -> Iterator[StripeGateway]:
    gateway = StripeGateway(access, **options)
    yield gateway
    gateway.close()


@pytest.fixture
def simulated(app: Flask, stripe: SimulatedStripe) -> Iterator[StripeGateway]:
    yield from opened(stripe_access(app.config))


@pytest.fixture
def mocked(stripe_mock: str) -> Iterator[StripeGateway]:
    yield from opened(
        StripeAccess("sk_test_123", "whsec_test", api_base=stripe_mock, simulated=False)
    )


@pytest.fixture(params=["simulated", "mocked"])
def gateway(request: pytest.FixtureRequest) -> StripeGateway:
    return request.getfixturevalue(request.param)


def test_a_checkout_can_be_created_and_read_again(gateway):
    created = gateway.create_checkout(checkout_request(), key="one")
    assert created.id.startswith("cs_test_")
    assert created.reference == "0a1b2c3d"
    assert created.status == "open"
    assert created.live is False
    assert created.settled is False
    read = gateway.checkout(created.id)
    assert read.id == created.id


def test_a_checkout_can_be_expired(gateway):
    created = gateway.create_checkout(checkout_request(), key="two")
    gateway.expire_checkout(created.id)


@pytest.fixture
def payment(gateway: StripeGateway, stripe: SimulatedStripe) -> str:
    """A paid payment. To stripe-mock any id is one."""
    created = gateway.create_checkout(checkout_request(), key="paid")
    if stripe.store.get(created.id) is None:
        return "pi_3abc"
    stripe.bank.pay(created.id)
    return stripe.payment_of(created.id)


def test_a_checkout_can_be_found_by_its_payment(gateway, payment):
    found = gateway.checkout_of_payment(payment)
    assert found is not None
    assert found.id.startswith("cs_test_")


def test_a_payment_can_be_given_back(gateway, payment):
    gateway.refund(payment, order_id=7, key="back")


def test_recent_checkouts_are_listed(gateway, payment):
    found = list(gateway.checkouts_since(clock.now() - timedelta(days=1)))
    assert found
    assert all(checkout.id.startswith("cs_test_") for checkout in found)


def test_changed_payments_are_listed(gateway, payment):
    gateway.refund(payment, order_id=7, key="back")
    found = list(gateway.payments_changed_since(clock.now() - timedelta(days=1)))
    assert all(changed.startswith("pi_") for changed in found)


# What stripe-mock cannot remember


def test_a_new_checkout_holds_what_was_asked_for(simulated):
    created = simulated.create_checkout(checkout_request(), key="k")
    assert (created.order_id, created.currency) == (7, "usd")
    assert created.subtotal_cents == created.total_cents == 24_900 + 2 * 9_900
    assert created.url.endswith(f"/pay/{created.id}")
    assert created.payment is None


def test_the_same_key_gives_the_same_checkout(simulated, stripe):
    first = simulated.create_checkout(checkout_request(), key="k")
    assert simulated.create_checkout(checkout_request(), key="k") == first
    assert simulated.create_checkout(checkout_request(), key="other").id != first.id
    assert len(list(stripe.store.newest("checkout.session"))) == 2


def test_a_paid_checkout_shows_its_payment(simulated, stripe):
    created = simulated.create_checkout(checkout_request(), key="k")
    stripe.bank.pay(created.id)
    paid = simulated.checkout(created.id)
    assert paid.settled
    assert paid.url is None
    assert paid.payment.received_cents == paid.total_cents
    assert (paid.payment.refunded_cents, paid.payment.dispute) == (0, None)
    assert simulated.checkout_of_payment(paid.payment.id).id == created.id


def test_refunds_and_disputes_show_at_the_payment(simulated, stripe):
    created = simulated.create_checkout(checkout_request(), key="k")
    stripe.bank.pay(created.id)
    payment = stripe.payment_of(created.id)
    stripe.bank.refund(payment, 500)
    stripe.bank.open_dispute(payment)
    assert simulated.checkout(created.id).payment.refunded_cents == 500
    assert simulated.checkout(created.id).payment.dispute == "open"
    stripe.bank.close_dispute(payment, won=False)
    assert simulated.checkout(created.id).payment.dispute == "lost"
    since = clock.now() - timedelta(hours=1)
    assert set(simulated.payments_changed_since(since)) == {payment}


def test_an_inquiry_is_not_a_dispute(simulated, stripe):
    created = simulated.create_checkout(checkout_request(), key="k")
    stripe.bank.pay(created.id)
    dispute = stripe.bank.open_dispute(stripe.payment_of(created.id))
    stripe.store.put({**dispute, "status": "warning_needs_response"})
    assert simulated.checkout(created.id).payment.dispute is None


def test_a_failed_transfer_and_a_declined_card_are_told_apart_by_the_checkout(simulated, stripe):
    declined = simulated.create_checkout(checkout_request(), key="a").id
    stripe.bank.decline(declined)
    assert simulated.checkout(declined).status == "open"
    failed = simulated.create_checkout(checkout_request(), key="b").id
    stripe.bank.pay_by_transfer(failed, arrives=False)
    assert not simulated.checkout(failed).payment.failed
    stripe.bank.fail(failed)
    found = simulated.checkout(failed)
    assert (found.status, found.payment_status, found.payment.failed) == (
        "complete",
        "unpaid",
        True,
    )


def test_a_full_promotion_code_settles_without_a_payment(simulated, stripe):
    created = simulated.create_checkout(checkout_request(), key="k")
    stripe.bank.redeem(created.id, "free")
    stripe.bank.pay(created.id)
    found = simulated.checkout(created.id)
    assert found.settled
    assert found.payment_status == "no_payment_required"
    assert (found.total_cents, found.payment) == (0, None)
    assert found.subtotal_cents == 44_700


def test_expiring_and_refunding_twice_is_harmless(simulated, stripe):
    expired = simulated.create_checkout(checkout_request(), key="a").id
    simulated.expire_checkout(expired)
    simulated.expire_checkout(expired)
    assert simulated.checkout(expired).status == "expired"
    paid = simulated.create_checkout(checkout_request(), key="b").id
    stripe.bank.pay(paid)
    simulated.expire_checkout(paid)  # too late, and no error
    payment = stripe.payment_of(paid)
    simulated.refund(payment, order_id=7, key="r")
    simulated.refund(payment, order_id=7, key="r")
    simulated.refund(payment, order_id=7, key="another")
    assert simulated.checkout(paid).payment.refunded_cents == 44_700
    assert len(list(stripe.store.newest("refund"))) == 1


def test_long_lists_are_read_to_their_end(simulated, stripe):
    ids = {
        simulated.create_checkout(checkout_request(reference=str(n)), key=str(n)).id
        for n in range(105)
    }
    found = [c.id for c in simulated.checkouts_since(clock.now() - timedelta(hours=1))]
    assert len(found) == 105
    assert set(found) == ids


def test_what_stripe_does_not_know_is_told_apart_from_its_being_down(simulated):
    with pytest.raises(UnknownAtStripe):
        simulated.checkout("cs_test_nothing")


def test_a_wrong_key_is_unavailable_to_people_and_an_error_in_the_log(stripe, caplog):
    for gateway in opened(StripeAccess("sk_test_old", "w", api_base=stripe.url, simulated=True)):
        with pytest.raises(PaymentsUnavailable):
            gateway.checkout("cs_test_nothing")
    assert "STRIPE_SECRET_KEY" in caplog.text


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_failing_stripe_is_unavailable(status):
    def failing(environ, start_response):
        start_response(f"{status} Down", [("Stripe-Should-Retry", "false")])
        return [b"<html>"]

    with served(failing) as url:
        for gateway in opened(StripeAccess("sk_test_1", "w", api_base=url, simulated=True)):
            with pytest.raises(PaymentsUnavailable):
                gateway.checkout("cs_test_1")


def test_a_stripe_that_cannot_be_reached_is_unavailable():
    access = StripeAccess("sk_test_1", "w", api_base="http://127.0.0.1:1", simulated=True)
    for gateway in opened(access, retries=0):
        with pytest.raises(PaymentsUnavailable):
            gateway.create_checkout(checkout_request(), key="k")


def test_keys_and_secrets_are_not_in_what_is_printed():
    access = StripeAccess("sk_live_secret", "whsec_secret", api_base=None, simulated=False)
    assert "secret" not in repr(access)
    assert access.live
