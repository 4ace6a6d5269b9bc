"""What the tests of billing share."""

from tests.payments import stripe  # noqa: F401
