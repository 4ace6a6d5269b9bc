"""The simulator's objects are held against the annotations of Stripe's own SDK."""

from __future__ import annotations

import types
from typing import Any, ForwardRef, Literal, Union, get_args, get_origin

import pytest
import stripe as sdk

from tests.factories.orders import make_order
from tests.payments import SimulatedStripe

CLASSES = {
    "checkout.session": sdk.checkout.Session,
    "payment_intent": sdk.PaymentIntent,
    "charge": sdk.Charge,
    "refund": sdk.Refund,
    "dispute": sdk.Dispute,
    "event": sdk.Event,
    "item": sdk.LineItem,
}


def faults(value: Any, hint: Any, where: str) -> list[str]:
    """Each place in `value` that is not what the annotation `hint` allows."""
    origin = get_origin(hint)
    if hint is Any:
        return []
    if origin in (Union, types.UnionType):
        options = [faults(value, option, where) for option in get_args(hint)]
        # Where none fits, the closest one says what is wrong.
        return [] if [] in options else max(options, key=len)
    if origin is Literal:
        return [] if value in get_args(hint) else [f"{where}: {value!r} is not one of {hint}"]
    if origin in (list, sdk.ListObject):
        items = value["data"] if isinstance(value, dict) else value
        if not isinstance(items, list):
            return [f"{where}: {value!r} is not a list"]
        inner = get_args(hint)[0]
        return [f for n, item in enumerate(items) for f in faults(item, inner, f"{where}[{n}]")]
    if origin is dict or hint is dict or _is_free_form(hint):
        return [] if isinstance(value, dict) else [f"{where}: {value!r} is not a mapping"]
    if isinstance(hint, ForwardRef | str):
        return [] if isinstance(value, dict) else [f"{where}: {value!r} is not an object"]
    if isinstance(hint, type) and issubclass(hint, sdk.StripeObject):
        return _object_faults(value, hint, where)
    if hint is type(None):
        return [] if value is None else [f"{where}: {value!r} is not null"]
    fits = isinstance(value, hint) and (hint is bool or not isinstance(value, bool))
    return [] if fits else [f"{where}: {value!r} is not {hint.__name__}"]


def _is_free_form(hint: Any) -> bool:
    """Metadata: an object whose names are the caller's."""
    return get_origin(hint) is not None and issubclass(get_origin(hint), sdk.StripeObject)


def _object_faults(value: Any, cls: type, where: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{where}: {value!r} is not an object"]
    known = {
        name: hint
        for base in cls.__mro__
        for name, hint in vars(base).get("__annotations__", {}).items()
    }
    found = []
    for name, item in value.items():
        if name not in known:
            found.append(f"{where}.{name}: Stripe has no such field")
        else:
            found += faults(item, known[name], f"{where}.{name}")
    return found


def faults_of(thing: dict[str, Any]) -> list[str]:
    found = faults(thing, CLASSES[thing["object"]], thing["object"])
    if thing["object"] == "event" and thing["data"]["object"]["object"] in CLASSES:
        found += faults_of(thing["data"]["object"])
    return found


@pytest.fixture
def full_ledger(stripe: SimulatedStripe) -> SimulatedStripe:
    """Everything the simulator can make happen has happened."""
    bank = stripe.bank
    paid, disputed, transferred, failed, free, expired = (
        stripe.begin(make_order()) for _ in range(6)
    )
    bank.decline(paid)
    bank.pay(paid)
    bank.refund(stripe.payment_of(paid), 100)
    bank.refund(stripe.payment_of(paid))
    bank.pay(disputed)
    bank.open_dispute(stripe.payment_of(disputed))
    bank.close_dispute(stripe.payment_of(disputed), won=True)
    bank.pay_by_transfer(transferred, arrives=True)
    bank.arrive(transferred)
    bank.pay_by_transfer(failed, arrives=False)
    bank.fail(failed)
    bank.redeem(free, "FREE")
    bank.pay(free)
    bank.expire(expired)
    return stripe


@pytest.mark.parametrize("kind", sorted(CLASSES.keys() - {"item"}))
def test_each_object_has_only_fields_and_types_that_stripe_has(kind, full_ledger):
    things = list(full_ledger.store.newest(kind))
    assert things
    assert [f for thing in things for f in faults_of(thing)] == []


def test_line_items_have_only_fields_and_types_that_stripe_has(full_ledger):
    session = next(full_ledger.store.newest("checkout.session"))
    items = full_ledger.bank.items(session["id"])
    assert items
    assert [f for item in items for f in faults_of(item)] == []


def test_each_event_is_of_a_kind_that_stripe_sends(full_ledger):
    known = set(get_args(sdk.Event.__annotations__["type"]))
    assert {event["type"] for event in full_ledger.events()} <= known


def test_each_status_is_one_that_stripe_has(full_ledger):
    """The annotations allow any text beside the known ones; we hold ourselves to those."""
    for kind, cls in CLASSES.items():
        hint = cls.__annotations__.get("status")
        known = {
            word
            for option in get_args(hint)
            for literal in (option, *get_args(option))
            if get_origin(literal) is Literal
            for word in get_args(literal)
        }
        statuses = {thing["status"] for thing in full_ledger.store.newest(kind) if known}
        assert statuses <= known, kind


def test_the_check_itself_finds_a_wrong_field_and_a_wrong_type(full_ledger):
    session = next(full_ledger.store.newest("checkout.session"))
    assert faults_of({**session, "amount": 1}) == [
        "checkout.session.amount: Stripe has no such field"
    ]
    assert faults_of({**session, "created": "today"}) == [
        "checkout.session.created: 'today' is not int"
    ]
    assert faults_of({**session, "livemode": 1}) == ["checkout.session.livemode: 1 is not bool"]
    assert faults_of({**session, "total_details": {"amount_tax": "0"}}) == [
        "checkout.session.total_details.amount_tax: '0' is not int"
    ]
    assert faults_of({**session, "metadata": ["a"]}) == [
        "checkout.session.metadata: ['a'] is not a mapping"
    ]
