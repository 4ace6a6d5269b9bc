"""The simulator: its API's manners, its deliveries, its pages and what it refuses."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from app.billing.credentials import SIMULATOR_KEY, StripeAccess, stripe_access
from app.billing.simulator import SimulatorRefused, Store, create_simulator, run_simulator
from app.billing.simulator.webhooks import MANNERS
from tests.factories.orders import make_order
from tests.payments import SimulatedStripe, served

KEY = {"Authorization": f"Bearer {SIMULATOR_KEY}"}
SESSION = {
    "mode": "payment",
    "success_url": "http://127.0.0.1:8000/orders/1/return",
    "cancel_url": "http://127.0.0.1:8000/pricing",
    "customer_email": "buyer@example.com",
    "allow_promotion_codes": "true",
    "line_items[0][quantity]": "2",
    "line_items[0][price_data][currency]": "usd",
    "line_items[0][price_data][unit_amount]": "24900",
    "line_items[0][price_data][product_data][name]": "Job <listing>",
    "metadata[order_id]": "1",
}


@pytest.fixture
def api(stripe: SimulatedStripe) -> FlaskClient:
    return stripe.app.test_client()


def create(api: FlaskClient, key: str | None = None, **fields: str):
    headers = {**KEY, "Idempotency-Key": key} if key else KEY
    return api.post("/v1/checkout/sessions", data={**SESSION, **fields}, headers=headers)


# The API


def test_a_request_without_our_key_is_refused_as_stripe_does(api):
    for headers in ({}, {"Authorization": "Bearer sk_live_x"}):
        answer = api.get("/v1/charges", headers=headers)
        assert answer.status_code == 401
        assert answer.json["error"]["type"] == "invalid_request_error"


def test_an_address_that_stripe_does_not_have_is_its_404(api):
    answer = api.get("/v1/charged", headers=KEY)
    assert answer.status_code == 404
    assert "Unrecognized request URL" in answer.json["error"]["message"]


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"mode": "subscription"}, "mode"),
        ({"success_url": ""}, "success_url"),
        ({"line_items[0][price_data][unit_amount]": "1.5"}, "line_items[0][price_data]"),
        ({"line_items[0][price_data][unit_amount]": "-1"}, "line_items[0][price_data]"),
        ({"line_items[0][price_data][currency]": "eur"}, "line_items[0][price_data][currency]"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_parameter_is_named(api, fields, param):
    answer = create(api, **fields)
    assert answer.status_code == 400
    assert answer.json["error"]["param"] == param


def test_a_whole_number_that_is_none_is_refused(api):
    assert api.get("/v1/charges?limit=many", headers=KEY).status_code == 400
    assert api.get("/v1/charges?limit=1000", headers=KEY).status_code == 400
    answer = api.post("/v1/refunds", data={"payment_intent": "pi_1", "amount": "all"}, headers=KEY)
    assert answer.status_code == 400


def test_a_key_used_again_is_answered_again(api, stripe):
    first, again = create(api, "k"), create(api, "k")
    assert again.json == first.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers


def test_a_key_used_for_another_request_is_refused(api):
    create(api, "k")
    answer = create(api, "k", cancel_url="http://127.0.0.1:8000/elsewhere")
    assert answer.status_code == 400
    assert answer.json["error"]["type"] == "idempotency_error"


def test_one_key_used_twenty_times_at_once_does_it_once(stripe):
    def post(_number: int) -> str:
        headers = {**KEY, "Idempotency-Key": "k"}
        url = f"{stripe.url}/v1/checkout/sessions"
        with requests.post(url, data=SESSION, headers=headers, timeout=20) as answer:
            return answer.json()["id"]

    with ThreadPoolExecutor(20) as pool:
        assert len(set(pool.map(post, range(20)))) == 1


def test_a_request_that_failed_may_be_tried_again_with_its_key(api):
    assert create(api, "k", mode="setup").status_code == 400
    assert create(api, "k").status_code == 200


def test_related_objects_come_along_when_asked_for(api, stripe):
    session = create(api).json
    stripe.bank.pay(session["id"])
    path = f"/v1/checkout/sessions/{session['id']}"
    plain = api.get(path, headers=KEY).json
    assert plain["payment_intent"].startswith("pi_")
    full = api.get(f"{path}?expand[]=payment_intent.latest_charge", headers=KEY).json
    assert full["payment_intent"]["id"] == plain["payment_intent"]
    assert full["payment_intent"]["latest_charge"]["paid"] is True
    assert api.get(f"{path}?expand[]=metadata", headers=KEY).status_code == 400


def test_lists_have_pages_newest_first(api):
    made = [create(api).json["id"] for _ in range(3)]
    first = api.get("/v1/checkout/sessions?limit=2", headers=KEY).json
    assert [s["id"] for s in first["data"]] == [made[2], made[1]]
    assert first["has_more"] is True
    rest = api.get(f"/v1/checkout/sessions?limit=2&starting_after={made[1]}", headers=KEY).json
    assert [s["id"] for s in rest["data"]] == [made[0]]
    assert rest["has_more"] is False


def test_line_items_charges_events_and_payments_can_be_read(api, stripe):
    session = create(api).json["id"]
    stripe.bank.pay(session)
    items = api.get(f"/v1/checkout/sessions/{session}/line_items", headers=KEY).json["data"]
    assert [(i["description"], i["amount_total"]) for i in items] == [("Job <listing>", 49_800)]
    for collection in ("charges", "events", "payment_intents"):
        things = api.get(f"/v1/{collection}", headers=KEY).json["data"]
        one = api.get(f"/v1/{collection}/{things[0]['id']}", headers=KEY).json
        assert one == things[0]
        assert api.get(f"/v1/{collection}/{session}", headers=KEY).status_code == 404


@pytest.mark.parametrize(
    ("amount", "status"), [(None, 200), (100, 200), (49_800, 200), (49_801, 400), (0, 400)]
)
def test_refunds_are_held_to_what_was_paid(api, stripe, amount, status):
    session = create(api).json["id"]
    stripe.bank.pay(session)
    data = {"payment_intent": stripe.payment_of(session)}
    if amount is not None:
        data["amount"] = str(amount)
    assert api.post("/v1/refunds", data=data, headers=KEY).status_code == status


def test_what_was_refunded_or_is_disputed_cannot_be_refunded(api, stripe):
    refunded, disputed = create(api).json["id"], create(api).json["id"]
    for session in (refunded, disputed):
        stripe.bank.pay(session)
    stripe.bank.refund(stripe.payment_of(refunded))
    stripe.bank.open_dispute(stripe.payment_of(disputed))
    for session, code in ((refunded, "charge_already_refunded"), (disputed, "charge_disputed")):
        data = {"payment_intent": stripe.payment_of(session)}
        answer = api.post("/v1/refunds", data=data, headers=KEY)
        assert (answer.status_code, answer.json["error"]["code"]) == (400, code)


def test_a_checkout_runs_out_by_itself(api, stripe):
    session = create(api, expires_at=str(int(time.time()) - 1)).json["id"]
    path = f"/v1/checkout/sessions/{session}"
    assert api.get(path, headers=KEY).json["status"] == "expired"
    assert [e["type"] for e in stripe.events()] == ["checkout.session.expired"]
    assert api.post(f"{path}/expire", headers=KEY).status_code == 400


# Deliveries


class Listener:
    """A site that notes each webhook and answers as told."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.events: list[str] = []
        self.signatures: list[str] = []

    def __call__(self, environ, start_response):
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        self.events.append(body.decode().split('"type": "')[-1].split('"')[0])
        self.signatures.append(environ.get("HTTP_STRIPE_SIGNATURE", ""))
        start_response(f"{self.status} Noted", [("Content-Length", "0")])
        return []


@pytest.fixture
def listener(stripe: SimulatedStripe):
    found = Listener()
    with served(found) as url:
        stripe.send_to(url)
        yield found


def test_events_are_delivered_in_order_and_once(stripe, listener):
    stripe.bank.pay(stripe.begin(make_order()))
    stripe.courier.deliver_due()
    assert listener.events == [e["type"] for e in stripe.events()]
    assert stripe.courier.deliver_due() == 0


def test_what_the_site_does_not_take_is_sent_again_later(stripe, listener):
    listener.status = 503
    event = stripe.bank.announce_other("invoice.paid")
    stripe.courier.deliver_due()
    assert stripe.courier.deliver_due() == 0
    with time_machine.travel(time.time() + 3):
        stripe.courier.deliver_due()
    listener.status = 200
    with time_machine.travel(time.time() + 60):
        stripe.courier.deliver_due()
        assert stripe.courier.deliver_due() == 0
    [delivery] = stripe.store.deliveries(event["id"])
    assert (delivery.attempts, delivery.status, delivery.done) == (3, "200", 1)


def test_a_site_that_is_down_gets_its_events_when_it_is_back(stripe):
    event = stripe.bank.announce_other("invoice.paid")
    stripe.courier.deliver_due()  # to a port where nothing listens
    [delivery] = stripe.store.deliveries(event["id"])
    assert (delivery.status, delivery.done) == ("ConnectionRefusedError", 0)
    back = Listener()
    with served(back) as url, time_machine.travel(time.time() + 3):
        stripe.send_to(url)
        stripe.courier.deliver_due()
    assert back.events == ["invoice.paid"]


def manner(stripe: SimulatedStripe, name: str) -> list[str]:
    stripe.store.choose("manner", name)
    stripe.bank.pay(stripe.begin(make_order()))
    stripe.courier.deliver_due()
    return [e["type"] for e in stripe.events()]


def test_events_can_come_twice(stripe, listener):
    sent = manner(stripe, "twice")
    assert listener.events == [kind for kind in sent for _ in range(2)]


def test_events_can_be_lost(stripe, listener):
    manner(stripe, "lost")
    assert listener.events == []


def test_events_can_come_late(stripe, listener):
    sent = manner(stripe, "late")
    assert listener.events == []
    with time_machine.travel(time.time() + 31):
        stripe.courier.deliver_due()
    assert listener.events == sent


def test_events_can_come_in_the_wrong_order(stripe, listener):
    sent = manner(stripe, "reversed")
    with time_machine.travel(time.time() + 10):
        stripe.courier.deliver_due()
    assert listener.events == sent[::-1]


def test_events_can_come_with_a_forged_copy_which_is_not_repeated(stripe, listener):
    listener.status = 400
    sent = manner(stripe, "forged")
    assert len(listener.events) == 2 * len(sent)
    forged = [d for e in stripe.events() for d in stripe.store.deliveries(e["id"])]
    assert {(d.variant, d.done) for d in forged} == {("forged", 1), ("genuine", 0)}


def test_the_courier_works_in_the_background_until_stopped(stripe, listener):
    done = threading.Event()
    stripe.courier.start(also=done.set)
    stripe.bank.announce_other("invoice.paid")
    deadline = time.monotonic() + 10
    while not listener.events and time.monotonic() < deadline:
        time.sleep(0.02)
    stripe.courier.stop()
    assert listener.events == ["invoice.paid"]
    assert done.is_set()


@pytest.mark.parametrize(("arrives", "status"), [(True, "paid"), (False, "unpaid")])
def test_a_transfer_arrives_or_fails_by_itself(stripe, arrives, status):
    session = stripe.begin(make_order())
    stripe.bank.pay_by_transfer(session, arrives=arrives)
    stripe.bank.do_what_is_due()
    assert stripe.bank.session(session)["payment_status"] == "unpaid"
    with time_machine.travel(time.time() + 21):
        stripe.bank.do_what_is_due()
        stripe.bank.do_what_is_due()
    assert stripe.bank.session(session)["payment_status"] == status
    assert stripe.events()[-1]["type"].startswith("checkout.session.async_payment_")


def test_a_restart_loses_nothing(app, tmp_path):
    def start() -> tuple[Store, Flask]:
        store = Store(tmp_path / "again.db")
        access = stripe_access(app.config)
        return store, create_simulator(app.config, access, store, site="http://127.0.0.1:1")

    store, first = start()
    session = create(first.test_client(), "k").json["id"]
    first.extensions["bank"].pay_by_transfer(session, arrives=True)
    first.extensions["courier"].deliver_due()
    store.close()
    store, second = start()
    assert create(second.test_client(), "k").json["id"] == session
    second.extensions["bank"].arrive(session)
    assert len(list(store.newest("event"))) == 6
    waiting = [d for e in store.newest("event") for d in store.deliveries(e["id"]) if not d.done]
    assert len(waiting) == 6
    store.close()


# Its pages


def test_the_pay_page_shows_what_is_paid_for_and_that_it_is_simulated(api):
    session = create(api).json
    page = api.get(f"/pay/{session['id']}")
    assert page.status_code == 200
    for text in ("Simulated payment", "no card is charged", "Job &lt;listing&gt;", "$498"):
        assert text in page.text
    assert 'href="http://127.0.0.1:8000/pricing"' in page.text


@pytest.mark.parametrize("path", ["/", "/pay/{session}", "/static/css/site.css"])
def test_each_page_is_held_by_a_strict_policy(api, path):
    answer = api.get(path.format(session=create(api).json["id"]))
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    if path != "/static/css/site.css":
        assert "Simulated payment" in answer.text
        assert "<script" not in answer.text
        assert "style=" not in answer.text
    answer.close()


@pytest.mark.parametrize("method", ["card", "transfer", "failing-transfer"])
def test_paying_leads_back_to_the_site(api, stripe, method):
    session = create(api).json["id"]
    answer = api.post(f"/pay/{session}", data={"method": method})
    assert answer.status_code == 303
    assert answer.location == SESSION["success_url"]
    found = stripe.bank.session(session)
    assert found["status"] == "complete"
    assert found["payment_status"] == ("paid" if method == "card" else "unpaid")


def test_the_checkout_id_is_put_into_the_address_that_asks_for_it(api):
    url = "http://127.0.0.1:8000/orders/1/return?s={CHECKOUT_SESSION_ID}"
    session = create(api, success_url=url).json["id"]
    answer = api.post(f"/pay/{session}", data={"method": "card"})
    assert answer.location.endswith(f"?s={session}")


def test_a_declined_card_is_told_on_the_page_and_another_may_be_tried(api, stripe):
    session = create(api).json["id"]
    answer = api.post(f"/pay/{session}", data={"method": "declined"})
    assert answer.status_code == 422
    assert "Your card was declined" in answer.text
    assert "<title>Error: " in answer.text
    assert api.post(f"/pay/{session}", data={"method": "card"}).status_code == 303


def test_a_promotion_code_is_taken_off(api):
    session = create(api).json["id"]
    assert api.post(f"/pay/{session}", data={"method": "code", "code": "no"}).status_code == 422
    assert api.post(f"/pay/{session}", data={"method": "code", "code": "half"}).status_code == 303
    assert "To pay" in (page := api.get(f"/pay/{session}").text)
    assert "$249" in page
    api.post(f"/pay/{session}", data={"method": "code", "code": "FREE"})
    assert "Complete the order" in api.get(f"/pay/{session}").text
    assert api.post(f"/pay/{session}", data={"method": "card"}).status_code == 303


@pytest.mark.parametrize("data", [{}, {"method": "gold"}, {"method": "code", "code": "x" * 9999}])
def test_a_senseless_way_to_pay_is_refused(api, stripe, data):
    session = create(api).json["id"]
    assert api.post(f"/pay/{session}", data=data).status_code == 422
    assert stripe.bank.session(session)["status"] == "open"


def test_paying_twice_is_paying_once(api, stripe):
    session = create(api).json["id"]
    api.post(f"/pay/{session}", data={"method": "card"})
    assert api.post(f"/pay/{session}", data={"method": "card"}).status_code == 422
    assert len(stripe.events("checkout.session.completed")) == 1
    assert "This checkout is complete" in api.get(f"/pay/{session}").text


def test_an_expired_checkout_says_so(api, stripe):
    session = create(api).json["id"]
    stripe.bank.expire(session)
    assert "This checkout has expired" in api.get(f"/pay/{session}").text


def test_a_checkout_that_does_not_exist_is_not_found(api):
    assert api.get("/pay/cs_test_none").status_code == 404
    assert api.post("/pay/cs_test_none", data={"method": "card"}).status_code == 404
    assert api.post("/sessions/cs_test_none/refund").status_code == 404
    assert api.get("/nothing").status_code == 404


def test_the_overview_makes_things_happen(api, stripe):
    session = create(api).json["id"]
    stripe.bank.pay(session)
    for action, event in (
        ("refund-part", "charge.refunded"),
        ("dispute", "charge.dispute.created"),
        ("dispute-won", "charge.dispute.closed"),
        ("refund", "charge.refunded"),
    ):
        assert api.post(f"/sessions/{session}/{action}").status_code == 303
        assert event in {e["type"] for e in stripe.events()}
    page = api.get("/").text
    assert "refunded $498" in page
    assert api.post(f"/sessions/{session}/explode").status_code == 404
    again = api.post(f"/sessions/{session}/refund", follow_redirects=True)
    assert "has already been refunded" in again.text


def test_the_overview_expires_and_settles(api, stripe):
    first, second, third = (create(api).json["id"] for _ in range(3))
    for session in (second, third):
        stripe.bank.pay_by_transfer(session, arrives=True)
    api.post(f"/sessions/{first}/expire")
    api.post(f"/sessions/{second}/arrive")
    api.post(f"/sessions/{third}/fail")
    found = [stripe.bank.session(session) for session in (first, second, third)]
    assert [s["status"] for s in found] == ["expired", "complete", "complete"]
    assert [s["payment_status"] for s in found] == ["unpaid", "paid", "unpaid"]


def test_the_overview_chooses_how_events_are_delivered(api, stripe):
    for name in MANNERS:
        assert api.post("/manner", data={"manner": name}).status_code == 303
        assert stripe.store.choice("manner", "") == name
    assert api.post("/manner", data={"manner": "by post"}).status_code == 400


@pytest.mark.parametrize(
    ("variant", "answer"),
    [
        ("genuine", "200"),
        ("unsigned", "400"),
        ("forged", "400"),
        ("tampered", "400"),
        ("stale", "400"),
        ("future", "400"),
        ("account", "422"),
        ("live", "422"),
    ],
)
def test_the_overview_shows_what_the_site_says_to_each_bad_copy(app, api, stripe, variant, answer):
    stripe.bank.pay(stripe.begin(make_order()))
    event = stripe.events("checkout.session.completed")[0]["id"]
    with served(app) as url:
        stripe.send_to(url)
        page = api.post(
            f"/events/{event}/deliver", data={"variant": variant}, follow_redirects=True
        )
    assert f"the site answered {answer}" in page.text


def test_the_overview_says_when_the_site_is_down(api, stripe):
    event = stripe.bank.announce_other("invoice.paid")["id"]
    page = api.post(f"/events/{event}/deliver", data={"variant": "genuine"}, follow_redirects=True)
    assert "The site could not be reached" in page.text
    assert api.post(f"/events/{event}/deliver", data={"variant": "x"}).status_code == 404
    assert api.post("/events/evt_no/deliver", data={"variant": "genuine"}).status_code == 404


def test_the_overview_sends_other_events(api, stripe):
    assert api.post("/events/other", data={"kind": "invoice.paid"}).status_code == 303
    assert [e["type"] for e in stripe.events()] == ["invoice.paid"]
    assert api.post("/events/other", data={"kind": "coffee.made"}).status_code == 400


def test_what_an_address_says_is_shown_as_text(api):
    assert "<script" not in api.get("/?notice=<script>alert(1)</script>").text


# Where it may run


def test_it_refuses_to_run_in_production(app, tmp_path):
    config = {**app.config, "ENVIRONMENT": "production", "DATA_DIR": tmp_path}
    access = stripe_access(app.config)
    store = Store(tmp_path / "simulator.db")
    with pytest.raises(SimulatorRefused):
        create_simulator(config, access, store, site="https://example.com")
    store.close()
    with pytest.raises(SimulatorRefused):
        run_simulator(config, access)


def test_it_refuses_a_key_that_moves_money(app, tmp_path):
    store = Store(tmp_path / "simulator.db")
    live = StripeAccess("sk_live_1", "whsec_1", api_base=None, simulated=False)
    with pytest.raises(SimulatorRefused):
        create_simulator(app.config, live, store, site="http://127.0.0.1:1")
    store.close()


def test_the_command_refuses_in_production(app, monkeypatch):
    monkeypatch.setitem(app.config, "ENVIRONMENT", "production")
    result = app.test_cli_runner().invoke(args=["simulator"])
    assert result.exit_code == 1
    assert "does not run in production" in result.output


def test_its_secret_follows_from_the_site_s_and_is_not_a_constant(app):
    one = stripe_access({**app.config, "SECRET_KEY": "one"})
    other = stripe_access({**app.config, "SECRET_KEY": "other"})
    assert one.webhook_secret != other.webhook_secret
    assert one.webhook_secret == stripe_access({**app.config, "SECRET_KEY": "one"}).webhook_secret
    given = stripe_access({**app.config, "STRIPE_WEBHOOK_SECRET": "whsec_given"})
    assert given.webhook_secret == "whsec_given"


def test_with_a_key_stripe_itself_is_asked(app):
    real = {**app.config, "STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_API_BASE": ""}
    access = stripe_access(real)
    assert (access.api_base, access.simulated, access.live) == (None, False, False)
    simulated = stripe_access({**app.config, "STRIPE_API_BASE": "", "SIMULATOR_PORT": 8001})
    assert (simulated.api_base, simulated.simulated) == ("http://127.0.0.1:8001", True)


def test_the_command_serves_until_it_is_told_to_stop(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "simulator"],
        env={"PATH": "", "DATA_DIR": str(tmp_path), "SIMULATOR_PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        page = wait_for_page(f"http://127.0.0.1:{port}/", process)
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=30)
    assert "Payment simulator" in page
    assert (process.returncode, "Traceback" in output) == (0, False), output


def wait_for_page(url: str, process: subprocess.Popen[str]) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            return requests.get(url, timeout=5).text
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError("the simulator did not answer")
