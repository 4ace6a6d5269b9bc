"""What accounts announce to the features that build on them."""

from __future__ import annotations

from blinker import Namespace

_signals = Namespace()

# Sent with the Account, inside the transaction, before its personal data is erased.
account_closing = _signals.signal("account-closing")
# Sent with the Account, inside the transaction, once it has shown that its address is its own.
email_confirmed = _signals.signal("email-confirmed")
