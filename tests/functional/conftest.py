"""What the journeys share."""

from tests.payments import stripe  # noqa: F401
