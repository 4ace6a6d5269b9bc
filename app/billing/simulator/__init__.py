"""A stand-in for Stripe on this machine: its HTTP API, its Pay page, its webhooks, and no money."""

from app.billing.simulator.bank import Bank
from app.billing.simulator.server import SimulatorRefused, create_simulator, run_simulator
from app.billing.simulator.store import Store
from app.billing.simulator.webhooks import Courier

__all__ = [
    "Bank",
    "Courier",
    "SimulatorRefused",
    "Store",
    "create_simulator",
    "run_simulator",
]
