"""What a kind of release is: how its files are known, how they are read, how much is too little."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from app.codes.intake.files import Member
from app.codes.intake.rows import Batch

MOST_FAULTS_KEPT = 1_000
# In the legend of a cumulative release: the first day its rows are dated from, and whether some
# have no day, so that nobody can say what held before the edition took effect.
SINCE = "since"
UNDATED = "undated"


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that was left out, and why."""

    file: str
    line: int
    why: str
    row: str  # the beginning of it


@dataclass(slots=True)
class Quarantine:
    """The rows of one reading that were left out: all are counted, the first are kept."""

    count: int = 0
    kept: list[Fault] = field(default_factory=list)

    def add(self, file: str, line: int, why: str, row: str = "") -> None:
        self.count += 1
        if len(self.kept) < MOST_FAULTS_KEPT:
            self.kept.append(Fault(file, line, why, row[:200]))


@dataclass(frozen=True, slots=True)
class Hints:
    """What the operator says of the files, where they do not say it themselves."""

    effective: date | None = None
    edition: str = ""
    licensed: bool = False  # a license of the AMA is configured: descriptors may be kept


@dataclass(slots=True)
class Reading:
    """A release while it is read. The rows come once, and always in the same order."""

    edition: str  # as people name it: "April 2026", "2024 Q3", "January 2026"
    effective_from: date
    batches: Iterator[Batch]
    effective_to: date | None = None  # where the file says so
    quarantine: Quarantine = field(default_factory=Quarantine)
    dropped: Counter[str] = field(default_factory=Counter)  # descriptors left out, by field
    legend: dict[str, str] = field(default_factory=dict)  # what numbers in the rows stand for


Parts = Mapping[str, Sequence[Member]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of release.

    `recognise` gives the part a file plays in it ("tabular", "order"), or None where the file is
    of another kind; it judges by the file's name and its beginning. `read` gets every part and
    raises Invalid where the files cannot be a release of this kind at all.
    """

    name: str  # "ptp-practitioner"
    title: str  # "NCCI PTP edits, practitioner"
    owner: str  # who publishes it: "CMS", "CDC/NCHS", "AMA"
    floor: int  # fewer rows than this is a broken file
    recognise: Callable[[Member], str | None]
    read: Callable[[Parts, Hints], Reading]
    system: str = ""  # the code system whose codes it holds, where it does
    notice: bool = False  # CMS asks for the AMA's terms to be accepted before the download
    cumulative: bool = False  # each edition holds all earlier ones: only the latest is kept
    cut: bool = False  # one edition may come as several files of the same part
    source: str = ""  # the page it is downloaded from
