"""What employers announce to the features that build on them; the sender is the Organisation."""

from __future__ import annotations

from blinker import Namespace

_signals = Namespace()

# Its name, place or standing changed: whatever shows it must be brought up to date.
organisation_changed = _signals.signal("organisation-changed")
# Its only owner is closing the account. A receiver that cannot let that happen raises Conflict.
owner_leaving = _signals.signal("owner-leaving")
