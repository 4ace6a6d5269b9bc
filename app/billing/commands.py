"""Commands and chores about money: reconciliation with Stripe, and the simulator."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta

import click
from flask import current_app
from flask.cli import with_appcontext

from app import clock, worker
from app.billing import services
from app.billing.credentials import stripe_access
from app.billing.gateway import PaymentsUnavailable
from app.billing.services import Reference
from app.billing.simulator import SimulatorRefused, run_simulator
from app.extensions import db

log = logging.getLogger(__name__)

NIGHTLY_DAYS = 4  # Stripe repeats a webhook for three; what it gave up on is found here


def _reconcile_each(references: Iterable[Reference]) -> list[str]:
    """One transaction an order: a lock is held for one question to Stripe, not for all of them."""
    differences = []
    for reference in references:
        difference = services.reconcile(reference)
        db.session.commit()
        if difference is not None:
            differences.append(difference)
    return differences


@worker.every(timedelta(minutes=10))
def follow_unfinished_orders() -> None:
    """A webhook that never came costs a buyer ten minutes, not the listing."""
    for order_id in services.unopened_orders():
        services.forget_order(order_id)
        db.session.commit()
    try:
        _reconcile_each(services.unfinished_references())
    except PaymentsUnavailable:
        db.session.rollback()


@worker.every(timedelta(days=1))
def compare_with_stripe() -> None:
    try:
        _compare(NIGHTLY_DAYS)
    except PaymentsUnavailable:
        db.session.rollback()


def _compare(days: int) -> tuple[int, list[str]]:
    references = services.recent_references(clock.now() - timedelta(days=days))
    differences = _reconcile_each(references)
    for charge in services.charges_to_look_at():
        what = f"{charge.provider_id}: taken for void order {charge.order.number}, not given back"
        log.warning("payment difference", extra={"difference": what})
        differences.append(what)
    log.info(
        "payments reconciled", extra={"checked": len(references), "differences": len(differences)}
    )
    return len(references), differences


@click.group("billing")
def billing() -> None:
    """Orders and payments."""


@billing.command("reconcile")
@click.option("--days", default=NIGHTLY_DAYS, type=click.IntRange(1, 90), show_default=True)
@with_appcontext
def reconcile(days: int) -> None:
    """Compare our orders with Stripe's payments, and make good what was missed."""
    try:
        checked, differences = _compare(days)
    except PaymentsUnavailable as error:
        db.session.rollback()
        raise click.ClickException(error.message) from error
    for difference in differences:
        click.echo(difference)
    click.echo(f"{checked} payments compared, {len(differences)} differences.")
    if differences:
        raise click.exceptions.Exit(1)


@click.command("simulator")
@with_appcontext
def simulator() -> None:
    """Serve the Stripe simulator on SIMULATOR_PORT until stopped. Never in production."""
    config = current_app.config
    try:
        run_simulator(config, stripe_access(config))
    except SimulatorRefused as error:
        raise click.ClickException(str(error)) from error
