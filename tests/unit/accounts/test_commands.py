"""What operators do with accounts on the command line."""

from __future__ import annotations

import pytest

from tests.factories.accounts import make_account


@pytest.mark.parametrize("role", ["moderator", "operator", "none"])
def test_an_operator_names_the_staff(app, role):
    account = make_account(email="ann@example.com")
    outcome = app.test_cli_runner().invoke(args=["accounts", "staff", "Ann@example.com", role])
    assert outcome.exit_code == 0, outcome.output
    assert account.staff == role


@pytest.mark.parametrize(
    "args",
    [["nobody@example.com", "operator"], ["ann@example.com", "emperor"], ["not-sure@example.com"]],
)
def test_a_mistake_is_named_and_changes_nothing(app, args):
    account = make_account(email="ann@example.com")
    outcome = app.test_cli_runner().invoke(args=["accounts", "staff", *args])
    assert outcome.exit_code != 0
    assert "Error:" in outcome.output
    assert account.staff == "none"


def test_whoever_has_not_confirmed_the_address_is_no_staff(app):
    account = make_account(email="ann@example.com", email_verified_at=None)
    outcome = app.test_cli_runner().invoke(
        args=["accounts", "staff", "ann@example.com", "operator"]
    )
    assert outcome.exit_code == 1
    assert not account.is_operator
