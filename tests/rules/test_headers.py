"""The security headers stand on every response: each route, each error, each method."""

from __future__ import annotations

import pytest

from app import create_app
from app.access import Who, declared
from tests.rules.routes import ROWS
from tests.rules.world import make_world

EVERY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def check(answer) -> None:
    for name, value in EVERY.items():
        assert answer.headers.get(name) == value, name
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "*" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert answer.headers["Cache-Control"]
    assert "Server" not in answer.headers
    assert "X-Powered-By" not in answer.headers


@pytest.mark.parametrize("endpoint", sorted(ROWS))
def test_every_route_carries_them(app, client, endpoint):
    world = make_world()
    path = app.url_map.bind("localhost").build(
        endpoint, ROWS[endpoint].arguments(world.sides["A"], world), force_external=False
    )
    check(client.get(path))
    check(client.post(path))
    check(client.open(path, method="OPTIONS"))


@pytest.mark.parametrize(
    "path",
    ["/no-such-page", "/static/none.css", "/jobs/999999", "/codes/icd10cm/NOPE", "/%00", "/jobs/x",
     "//jobs", "/" + "a" * 5_000],
)  # fmt: skip
def test_every_error_carries_them(client, path):
    check(client.get(path))


def test_what_is_seen_by_one_person_is_kept_by_no_cache(app, client_of):
    world = make_world()
    browser = client_of(world.callers["employer A"])
    for endpoint, row in ROWS.items():
        rule = next(r for r in app.url_map.iter_rules() if r.endpoint == endpoint)
        if declared(app, endpoint) in (Who.ANYONE, Who.MACHINE) or "GET" not in rule.methods:
            continue
        arguments = row.arguments(world.sides["A"], world)
        answer = browser.get(app.url_map.bind("localhost").build(endpoint, arguments))
        kept = answer.headers["Cache-Control"]
        assert "no-store" in kept or "private" in kept, (endpoint, kept)


def test_over_https_browsers_are_told_to_stay_there(tmp_path):
    app = create_app(
        {
            "ENVIRONMENT": "production",
            "SECRET_KEY": "x" * 40,
            "BASE_URL": "https://careers.example.com",
            "WEB_WORKERS": "1",
            "DATA_DIR": str(tmp_path),
            "MAIL_URL": "smtp://mail.example.com",
            "MAIL_FROM": "no-reply@careers.example.com",
            "STRIPE_SECRET_KEY": "sk_live_1",
            "STRIPE_WEBHOOK_SECRET": "whsec_1",
            "LOG_LEVEL": "ERROR",
        },
        TESTING=True,
    )
    answer = app.test_client().get("/healthz", base_url="https://careers.example.com")
    assert answer.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
    assert (
        "form-action 'self' https://checkout.stripe.com"
        in (answer.headers["Content-Security-Policy"])
    )
