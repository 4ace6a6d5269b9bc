"""What jobs ask of the features that build on them."""

from __future__ import annotations

from dataclasses import dataclass

from blinker import Namespace

_signals = Namespace()

# Asked with `job_ids`; a receiver answers with an Interest for each listing that has drawn any.
interest_asked = _signals.signal("interest-asked")


@dataclass(frozen=True, slots=True)
class Interest:
    """What a listing has brought its employer so far."""

    applications: int = 0
    unread: int = 0  # of them, those nobody has moved yet
