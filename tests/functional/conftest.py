"""What the journeys share."""

import pytest

from app import create_app
from tests.apps import put_away
from tests.clients import Browser
from tests.payments import stripe  # noqa: F401


@pytest.fixture
def limited(app, settings):
    """The same database, with the limits in force."""
    strict = create_app({**settings, "RATE_LIMITS": "yes"}, WTF_CSRF_ENABLED=False)
    strict.test_client_class = Browser
    yield strict
    put_away(strict)
