"""Which Stripe we talk to: its address, our key and signing secret, as the settings say."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SIMULATOR_KEY = "sk_test_simulator"


@dataclass(frozen=True, slots=True)
class StripeAccess:
    api_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    api_base: str | None  # None: Stripe itself
    simulated: bool

    @property
    def live(self) -> bool:
        """Whether real money moves. Test and live objects never mix."""
        return self.api_key.startswith(("sk_live_", "rk_live_"))


def stripe_access(config: Mapping[str, Any]) -> StripeAccess:
    simulated = not config["STRIPE_SECRET_KEY"]
    base = config["STRIPE_API_BASE"]
    if simulated and not base:
        base = simulator_address(config)
    return StripeAccess(
        api_key=config["STRIPE_SECRET_KEY"] or SIMULATOR_KEY,
        webhook_secret=config["STRIPE_WEBHOOK_SECRET"] or _simulator_secret(config["SECRET_KEY"]),
        api_base=base or None,
        simulated=simulated,
    )


def simulator_address(config: Mapping[str, Any]) -> str:
    return f"http://127.0.0.1:{config['SIMULATOR_PORT']}"


def _simulator_secret(site_secret: str) -> str:
    """The site and the simulator are two processes; both can work it out, a stranger cannot."""
    digest = hmac.new(site_secret.encode(), b"stripe simulator webhook", hashlib.sha256)
    return f"whsec_{digest.hexdigest()}"
