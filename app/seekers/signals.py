"""What seekers ask of the features that build on them."""

from __future__ import annotations

from blinker import Namespace

_signals = Namespace()

# Asked with `job_ids` and `account_ids`; a receiver answers with the (job, account) pairs among
# them that it knows an application of, whatever became of it.
applied_asked = _signals.signal("applied-asked")
