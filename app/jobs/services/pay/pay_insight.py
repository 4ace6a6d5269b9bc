"""What coding jobs pay, by group: counts and ranges of at least five postings, or nothing.

Nothing about fewer than five postings is shown, neither as a group nor as what remains when the
groups that are shown are taken from a larger one that is shown as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import add, itemgetter

from app import taxonomy
from app.jobs.models import Facet, Job
from app.jobs.services.pay.pay_postings import REMOTE, TIME, Group, Postings

LEAST = 5  # postings
MOST_ANSWERS = 1_000  # kept beside the postings they were worked out from

Groups = frozenset[Group]
EVERYTHING: Groups = frozenset()


@dataclass(frozen=True, slots=True)
class Dimension:
    name: str
    label: str
    values: Mapping[str, str]
    one_each: bool  # every posting has exactly one value, so that groups add up


DIMENSIONS = {
    dimension.name: dimension
    for dimension in (
        Dimension(
            "credential",
            "Credential",
            {c.slug: c.label for c in taxonomy.CREDENTIALS.values()},
            one_each=False,
        ),
        Dimension("setting", "Setting", taxonomy.SETTINGS, one_each=False),
        Dimension("state", "State", {REMOTE: "Remote", **taxonomy.STATES}, one_each=True),
        Dimension(
            "experience",
            "Experience",
            {**taxonomy.EXPERIENCE, "": "Experience not stated"},
            one_each=True,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Figures:
    """Cents: a year's, or of the piece. Quartiles are of the middles of the ranges."""

    postings: int
    employers: int
    low: int  # the median of the low ends
    high: int  # the median of the high ends
    lower: int
    median: int
    upper: int
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Row:
    value: str
    label: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Comparison:
    """A group a listing belongs to, the narrowest that may be shown."""

    groups: Groups
    words: str  # "CPC postings in Texas"
    figures: Figures


def pay_of(postings: Postings, groups: Groups, basis: str = TIME) -> Figures | None:
    """The figures of the postings that are in all of the groups; None where they are withheld."""
    key = (basis, groups)
    if key not in postings.answers:
        within = _Within(postings, basis)
        shown = within.may_show(groups)
        found = _figures(postings, within.members(groups)) if shown else None
        _keep(postings, key, found)
        return found
    kept: Figures | None = postings.answers[key]
    return kept


def pay_by(
    postings: Postings, name: str, groups: Groups = EVERYTHING, basis: str = TIME
) -> Sequence[Row]:
    """The figures by the values of a dimension, the highest median first.

    A group of the dimension itself among `groups` is left aside, so that its others show too.
    """
    groups = frozenset(group for group in groups if group[0] != name)
    key = (basis, groups, name)
    if key not in postings.answers:
        within = _Within(postings, basis)
        rows = []
        if within.may_show(groups):
            for value, label in DIMENSIONS[name].values.items():
                one = groups | {(name, value)}
                if within.may_show(one):
                    rows.append(Row(value, label, _figures(postings, within.members(one))))
        rows.sort(key=lambda row: (-row.figures.median, row.label))
        _keep(postings, key, rows)
        return rows
    kept: Sequence[Row] = postings.answers[key]
    return kept


def _keep(postings: Postings, key: object, answer: object) -> None:
    if len(postings.answers) >= MOST_ANSWERS:
        postings.answers.clear()
    postings.answers[key] = answer


def to_compare(job: Job) -> tuple[Groups, ...]:
    """The groups a listing is compared within, the narrowest first; none for piece rates."""
    if job.pay_unit not in taxonomy.TIMES_A_YEAR:
        return ()
    place = ("state", REMOTE if job.place_kind == REMOTE else job.state_code)
    held = [*job.values(Facet.CREDENTIAL, "required"), *job.values(Facet.CREDENTIAL)]
    settings = job.values(Facet.SETTING)
    if held:
        first = ("credential", held[0])
    elif settings:
        first = ("setting", settings[0])
    else:
        return (frozenset({place}),)
    return (frozenset({first, place}), frozenset({first}))


def comparison(postings: Postings, candidates: Sequence[Groups]) -> Comparison | None:
    """The first of the candidates that may be shown."""
    for groups in candidates:
        found = pay_of(postings, groups)
        if found is not None:
            return Comparison(groups, _in_words(groups), found)
    return None


def _in_words(groups: Groups) -> str:
    chosen = dict(groups)
    place = chosen.get("state", "")
    words = [
        DIMENSIONS[name].values.get(chosen[name], chosen[name])
        for name in ("credential", "setting")
        if name in chosen
    ]
    remote = ["remote"] if place == REMOTE else []
    where = [f"in {taxonomy.STATES.get(place, place)}"] if place and not remote else []
    return " ".join([*remote, *words, "postings", *where])


class _Within:
    """Counts groups among the postings paid on one basis, and says which may be shown."""

    def __init__(self, postings: Postings, basis: str) -> None:
        self._postings, self._basis = postings, basis
        self._found: dict[Groups, Sequence[int]] = {EVERYTHING: postings.spans[basis]}
        self._sets: dict[Group, frozenset[int]] = {}
        self._parts: dict[tuple[Groups, str], frozenset[str]] = {}

    def members(self, groups: Groups) -> Sequence[int]:
        """The postings that are in every one of the groups."""
        found = self._found.get(groups)
        if found is None:
            first, *others = sorted(groups, key=lambda group: len(self._of(group)))
            found = self._of(first)
            for group in others:
                also = self._set(group)
                found = [number for number in found if number in also]
            self._found[groups] = found
        return found

    def may_show(self, groups: Groups) -> bool:
        """At least five; and as many, or none, are left of each larger group without these."""
        count = len(self.members(groups))
        if count < LEAST:
            return False
        for group in groups:
            others = groups - {group}
            if 0 < len(self.members(others)) - count < LEAST:
                return False
            if DIMENSIONS[group[0]].one_each and group[1] not in self._parts_of(others, group[0]):
                return False
        return True

    def _parts_of(self, groups: Groups, name: str) -> frozenset[str]:
        """The values whose groups add up to what may be known: what is left of them together is
        none or at least five, for which the smallest that could be shown is withheld as well."""
        key = (groups, name)
        if key not in self._parts:
            value_of = self._postings.values[name]
            counts = Counter(value_of[number] for number in self.members(groups))
            kept = {v: n for v, n in counts.items() if n >= LEAST and v in DIMENSIONS[name].values}
            left = counts.total() - sum(kept.values())
            while kept and 0 < left < LEAST:
                smallest = min(kept, key=lambda value: (kept[value], value))
                left += kept.pop(smallest)
            self._parts[key] = frozenset(kept)
        return self._parts[key]

    def _of(self, group: Group) -> Sequence[int]:
        return self._postings.members(group, self._basis)

    def _set(self, group: Group) -> frozenset[int]:
        if group not in self._sets:
            self._sets[group] = frozenset(self._of(group))
        return self._sets[group]


def _figures(postings: Postings, members: Sequence[int]) -> Figures:
    pick = itemgetter(*members)  # LEAST or more, so that it gives tuples
    lows, highs = pick(postings.lows), pick(postings.highs)
    sums = sorted(map(add, lows, highs))
    lows, highs = sorted(lows), sorted(highs)
    lower, median, upper = (_quantile(sums, quarters) / 2 for quarters in (1, 2, 3))
    return Figures(
        postings=len(members),
        employers=len(set(pick(postings.employers))),
        low=round(_quantile(lows, 2)),
        high=round(_quantile(highs, 2)),
        lower=round(lower),
        median=round(median),
        upper=round(upper),
        least=lows[0],
        most=highs[-1],
    )


def _quantile(ordered: Sequence[int], quarters: int) -> float:
    """By linear interpolation between the two nearest, as spreadsheets do it."""
    place, part = divmod((len(ordered) - 1) * quarters, 4)
    here = ordered[place]
    return here if part == 0 else here + (ordered[place + 1] - here) * part / 4
