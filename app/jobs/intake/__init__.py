"""Other people's feeds of jobs: read as they are written, then mapped to the words of the trade."""

from app.jobs.intake.mapping import Mapped, map_posting
from app.jobs.intake.posting import Fault, Posting, Reading, Unreadable
from app.jobs.intake.reading import KINDS, read_feed

__all__ = [
    "KINDS",
    "Fault",
    "Mapped",
    "Posting",
    "Reading",
    "Unreadable",
    "map_posting",
    "read_feed",
]
