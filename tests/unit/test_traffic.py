"""Requests: numbered, counted, and refused before they reach what cannot take them."""

import logging

import pytest
from prometheus_client import REGISTRY

from app import traffic


def counted(endpoint: str, status: str) -> float:
    labels = {"endpoint": endpoint, "method": "GET", "status": status}
    return REGISTRY.get_sample_value("careercenter_requests_total", labels) or 0.0


def test_each_response_has_a_number_of_its_own(client):
    numbers = {client.get("/log-in").headers["X-Request-ID"] for _ in range(3)}
    assert len(numbers) == 3


def test_a_number_is_taken_from_a_proxy_only_where_there_is_one(client, app):
    given = {"X-Request-ID": "abc-12345678"}
    assert client.get("/log-in", headers=given).headers["X-Request-ID"] != "abc-12345678"


@pytest.mark.parametrize(
    ("given", "taken"),
    [("abc-12345678", True), ("short", False), ("x" * 65, False), ("a b c d e f", False)],
)
def test_a_number_of_a_proxy_must_look_like_one(app, given, taken):
    with app.test_request_context("/", headers={"X-Request-ID": given}):
        from flask import g

        g.behind_proxy = True
        traffic._begin()
        assert (g.request_id == given) is taken


def test_requests_are_counted_by_endpoint_and_status_and_never_by_path(client):
    before = counted("accounts.log_in", "200")
    client.get("/log-in?next=/jobs")
    assert counted("accounts.log_in", "200") == before + 1
    before = counted("none", "404")
    client.get("/no-such-page-12345")
    assert counted("none", "404") == before + 1


def test_an_invented_method_makes_no_new_series(client):
    client.open("/log-in", method="BREW")
    labels = {"endpoint": "accounts.log_in", "method": "BREW", "status": "405"}
    assert REGISTRY.get_sample_value("careercenter_requests_total", labels) is None


def test_the_line_of_a_request_holds_neither_path_nor_search(client, caplog):
    with caplog.at_level(logging.INFO, logger="app.traffic"):
        client.get("/log-in?next=/secret")
    assert "GET accounts.log_in 200" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize("path", ["/jobs%00", "/jobs?q=%00", "/companies/a%00b", "/%00"])
def test_a_nul_in_the_address_is_refused_before_it_reaches_the_database(client, path):
    assert client.get(path).status_code == 400


@pytest.mark.parametrize("number", [2**31, 2**63, 2**64, 10**30])
def test_a_row_number_no_column_can_hold_is_not_found(client, number):
    assert client.get(f"/jobs/{number}").status_code == 404
