"""Pay by group: exact figures, which postings count, and what is withheld."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from app import clock
from app.employers.models import Organisation
from app.jobs.models import Facet, Job, JobState
from app.jobs.services.pay.pay_insight import (
    DIMENSIONS,
    EVERYTHING,
    LEAST,
    Figures,
    comparison,
    pay_by,
    pay_of,
    to_compare,
)
from app.jobs.services.pay.pay_postings import (
    KEPT_FOR,
    REMOTE,
    TIME,
    Postings,
    postings_of_the_year,
)
from tests.factories.employers import make_organisation
from tests.factories.jobs import make_job
from tests.watch import statements

pytestmark = pytest.mark.usefixtures("app")

YEARLY = 2_080


@pytest.fixture
def employers(app: Any) -> list[Organisation]:
    return [make_organisation() for _ in range(3)]


def post(
    employers: list[Organisation],
    *pays: tuple[int, int],
    credentials: Iterable[str] = ("cpc",),
    settings: Iterable[str] = ("inpatient",),
    state: str = "TX",
    **fields: Any,
) -> list[Job]:
    """On-site listings, of the employers in turn, that pay so many dollars an hour."""
    terms = [(Facet.CREDENTIAL, value, "required") for value in credentials]
    terms += [(Facet.SETTING, value) for value in settings]  # type: ignore[misc]
    place = {"place_kind": "remote"} if state == REMOTE else {"place_kind": "onsite"}
    return [
        make_job(
            organisation=organisation,
            terms=terms,
            **{
                "pay_low_cents": low * 100,
                "pay_high_cents": high * 100,
                "state_code": "" if state == REMOTE else state,
                **place,
                **fields,
            },
        )
        for (low, high), organisation in zip(pays, itertools.cycle(employers), strict=False)
    ]


def known(**options: Any) -> Postings:
    return postings_of_the_year(**{"with_samples": False, **options})


def shown(name: str, *groups: tuple[str, str], basis: str = TIME) -> dict[str, int]:
    rows = pay_by(known(), name, frozenset(groups), basis)
    return {row.value: row.figures.postings for row in rows}


FIVE = ((20, 24), (22, 30), (24, 32), (30, 36), (40, 50))


class TestFigures:
    def test_they_are_exact(self, employers):
        post(employers, *FIVE)

        assert pay_of(known(), EVERYTHING) == Figures(
            postings=5,
            employers=3,
            low=24_00 * YEARLY,
            high=32_00 * YEARLY,
            lower=26_00 * YEARLY,  # middles: 22, 26, 28, 33, 45
            median=28_00 * YEARLY,
            upper=33_00 * YEARLY,
            least=20_00 * YEARLY,
            most=50_00 * YEARLY,
        )

    def test_an_even_number_is_interpolated(self, employers):
        post(employers, (20, 20), (22, 22), (24, 24), (26, 26), (28, 28), (40, 40))
        found = pay_of(known(), EVERYTHING)

        assert found is not None
        assert found.median == found.low == found.high == 25_00 * YEARLY
        assert (found.lower, found.upper) == (22_50 * YEARLY, 27_50 * YEARLY)

    def test_hours_and_years_compare(self, employers):
        post(employers, *FIVE[:4])
        post(employers, (93_600, 93_600), pay_unit="year")
        found = pay_of(known(), EVERYTHING)

        assert found is not None
        assert found.postings == 5
        assert found.most == 93_600_00 == 45_00 * YEARLY

    @pytest.mark.parametrize("unit", ["chart", "encounter", "rvu"])
    def test_pieces_compare_with_their_like_alone(self, employers, unit):
        post(employers, *FIVE, pay_unit=unit)
        post(employers, *FIVE[:4], pay_unit="hour")
        found = pay_of(known(), EVERYTHING, unit)

        assert found is not None
        assert (found.postings, found.least, found.most) == (5, 20_00, 50_00)
        assert pay_of(known(), EVERYTHING) is None
        assert shown("credential", basis=unit) == {"cpc": 5}
        assert shown("credential") == {}

    def test_the_best_paid_group_comes_first(self, employers):
        post(employers, *FIVE, credentials=["cpc"])
        post(employers, *((low + 9, high + 9) for low, high in FIVE), credentials=["cic"])
        post(employers, *((low + 4, high + 4) for low, high in FIVE), credentials=["coc"])

        assert list(shown("credential")) == ["cic", "coc", "cpc"]

    def test_a_posting_counts_in_each_of_its_groups_and_once_altogether(self, employers):
        post(employers, *FIVE, credentials=["cpc", "ccs"], settings=["inpatient", "ed"])

        assert shown("credential") == {"cpc": 5, "ccs": 5}
        assert shown("setting") == {"inpatient": 5, "ed": 5}
        assert shown("experience") == {"1-2": 5}
        found = pay_of(known(), EVERYTHING)
        assert found is not None
        assert found.postings == 5

    def test_postings_of_one_employer_say_so(self, employers):
        post(employers[:1], *FIVE)
        found = pay_of(known(), EVERYTHING)

        assert found is not None
        assert found.employers == 1

    def test_nothing_is_known_of_nothing(self):
        assert pay_of(known(), EVERYTHING) is None
        assert all(shown(name) == {} for name in DIMENSIONS)


class TestWhatCounts:
    @pytest.mark.parametrize(
        ("fields", "counts"),
        [
            ({"state": JobState.LIVE}, True),
            ({"state": JobState.PAUSED}, True),
            ({"state": JobState.FILLED}, True),
            ({"state": JobState.EXPIRED}, True),
            ({"state": JobState.ARCHIVED}, True),
            ({"state": JobState.SCHEDULED}, True),  # its day has come
            ({"state": JobState.DRAFT}, False),
            ({"state": JobState.REMOVED}, False),
            ({"state": JobState.REJECTED}, False),
            ({"state": JobState.IN_REVIEW}, False),
            ({"state": JobState.AWAITING_PAYMENT}, False),
            ({"state": JobState.ARCHIVED, "published_at": None}, False),  # it never was up
            ({"pay_low_cents": 0, "pay_high_cents": 0}, False),
            ({"pay_unit": ""}, False),
        ],
    )
    def test_only_what_was_public_and_states_its_pay(self, employers, fields, counts):
        post(employers, *FIVE[:4])
        make_job(organisation=employers[0], **fields)

        assert (pay_of(known(), EVERYTHING) is not None) is counts

    @pytest.mark.parametrize(
        ("state", "days", "left", "counts"),
        [
            (JobState.FILLED, 364, -300, True),
            (JobState.FILLED, 366, -300, False),
            (JobState.LIVE, 366, 5, True),  # renewed again and again, and still open
            (JobState.LIVE, 366, -5, False),
            (JobState.PAUSED, 366, 5, False),
            (JobState.SCHEDULED, -2, 30, False),
        ],
    )
    def test_only_the_last_year_or_what_is_open(self, employers, state, days, left, counts):
        post(employers, *FIVE[:4])
        now = clock.now()
        make_job(
            state=state,
            published_at=now - timedelta(days=days),
            expires_at=now + timedelta(days=left),
        )

        assert (pay_of(known(), EVERYTHING) is not None) is counts

    def test_nothing_of_suspended_employers(self, employers):
        post(employers, *FIVE[:4])
        post([make_organisation(suspended_at=clock.now())], *FIVE)

        assert pay_of(known(), EVERYTHING) is None

    def test_invented_employers_only_where_they_are_asked_for(self, employers):
        post(employers, *FIVE[:4])
        post([make_organisation(is_sample=True)], FIVE[4])

        assert pay_of(known(), EVERYTHING) is None
        found = pay_of(known(with_samples=True), EVERYTHING)
        assert found is not None
        assert found.postings == 5

    def test_a_remote_job_counts_as_remote_and_in_no_state(self, employers):
        for organisation in employers * 2:
            make_job(organisation=organisation, terms=[(Facet.STATE, "TX"), (Facet.STATE, "OK")])

        assert shown("state") == {REMOTE: 6}

    def test_a_preferred_credential_counts_as_named(self, employers):
        for organisation in employers * 2:
            make_job(organisation=organisation, terms=[(Facet.CREDENTIAL, "crc", "preferred")])

        assert shown("credential") == {"crc": 6}


class TestFewerThanFive:
    def test_are_no_group(self, employers):
        post(employers, *FIVE, *FIVE, credentials=["cpc"], state="TX")
        post(employers, *FIVE[:4], credentials=["coc"], state="OK")
        post(employers, *FIVE, credentials=["cic"], state="OK")

        assert shown("credential") == {"cpc": 10, "cic": 5}
        assert pay_of(known(), frozenset({("credential", "coc")})) is None
        assert pay_of(known(), frozenset({("credential", "coc"), ("state", "OK")})) is None

    def test_are_no_remainder_of_a_group_either(self, employers):
        post(employers, *FIVE, state="TX")
        post(employers, *FIVE[:3], state="OK")

        # Eight altogether and five in Texas would give the three away.
        assert shown("state") == {}
        assert pay_of(known(), EVERYTHING) is not None
        assert pay_of(known(), frozenset({("state", "TX")})) is None

    def test_are_no_remainder_of_several_groups(self, employers):
        post(employers, *FIVE, *FIVE, state="TX")
        post(employers, *FIVE, FIVE[0], state="NM")
        post(employers, *FIVE, state="AZ")
        post(employers, *FIVE[:2], state="OK")
        post(employers, *FIVE[:1], state="KS")

        # The three of Oklahoma and Kansas are hidden among eight: Arizona goes with them.
        assert shown("state") == {"TX": 10, "NM": 6}

    def test_are_not_shown_by_another_way_to_the_same_group(self, employers):
        post(employers, *FIVE, *FIVE, state="TX", credentials=["cpc"])
        post(employers, *FIVE, state="AZ", credentials=["cpc"])
        post(employers, *FIVE[:3], state="OK", credentials=["cpc"])
        post(employers, *FIVE, *FIVE, state="AZ", credentials=["cic"])
        post(employers, *FIVE, *FIVE, state="OK", credentials=["cic"])

        assert shown("state", ("credential", "cpc")) == {"TX": 10}
        assert "cpc" not in shown("credential", ("state", "AZ"))
        assert pay_of(known(), frozenset({("credential", "cpc"), ("state", "AZ")})) is None
        assert shown("experience", ("credential", "cpc"), ("state", "AZ")) == {}

    def test_a_choice_keeps_the_rule_within_it(self, employers):
        post(employers, *FIVE, *FIVE, experience="1-2", state="TX")
        post(employers, *FIVE, *FIVE, experience="5-plus", state="TX")
        post(employers, *FIVE, *FIVE, experience="none", state="OK")
        post(employers, *FIVE[:2], experience="5-plus", state="OK")

        assert shown("experience") == {"1-2": 10, "5-plus": 12, "none": 10}
        # The ten of Texas would give away the two that are left of "5-plus" in Oklahoma.
        assert shown("experience", ("state", "TX")) == {"1-2": 10}
        assert shown("experience", ("state", "OK")) == {}

    @pytest.mark.parametrize("seed", range(6))
    def test_whatever_is_shown_never_leaves_one_to_four(self, seed):
        """Many small sets by chance: neither groups nor what is left of them is that small."""
        chance = random.Random(seed)
        organisation = make_organisation()
        for _ in range(45):
            post(
                [organisation],
                (20 + chance.randrange(9), 30),
                credentials=[chance.choice(("cpc", "ccs"))],
                settings=[chance.choice(("inpatient", "ed"))],
                state=chance.choice(("TX", "TX", "TX", "OK", REMOTE)),
                experience=chance.choice(("none", "1-2", "1-2")),
            )
        postings = known()
        totals = {}
        choices: list[list[tuple[str, str] | None]] = [
            [None, ("credential", "cpc"), ("credential", "ccs")],
            [None, *(("state", state) for state in ("TX", "OK", REMOTE))],
        ]
        for picked in itertools.product(*choices):
            groups = frozenset(group for group in picked if group)
            if total := pay_of(postings, groups):
                totals[groups] = total.postings
            for name in DIMENSIONS:
                free = frozenset(group for group in groups if group[0] != name)
                for row in pay_by(postings, name, free):
                    assert row.figures.postings >= LEAST
                    totals[free | {(name, row.value)}] = row.figures.postings
        assert totals
        for groups, count in totals.items():
            for group in groups:
                if groups - {group} in totals:
                    left = totals[groups - {group}] - count
                    assert left == 0 or left >= LEAST
        for groups, count in totals.items():
            for name in ("state", "experience"):
                parts = [totals.get(groups | {(name, v)}, 0) for v in DIMENSIONS[name].values]
                if name not in dict(groups) and any(parts):
                    left = count - sum(parts)
                    assert left == 0 or left >= LEAST


class TestKeeping:
    def test_figures_are_kept_for_some_minutes(self, employers):
        with time_machine.travel(clock.now(), tick=False) as traveller:
            post(employers, *FIVE)
            assert shown("credential") == {"cpc": 5}
            post(employers, FIVE[0])
            with statements() as sent:
                assert shown("credential") == {"cpc": 5}
            assert sent == []
            traveller.shift(KEPT_FOR)
            assert shown("credential") == {"cpc": 6}

    def test_two_questions_are_enough_for_every_group_of_a_kind(self, employers):
        post(employers, *FIVE)
        with statements() as sent:
            shown("state")
            shown("experience")
            pay_of(known(), EVERYTHING)
        assert len(sent) == 1
        with statements() as sent:
            shown("credential")
            shown("credential", ("state", "TX"))
        assert len(sent) == 1

    def test_a_clock_set_back_does_not_keep_them_for_ever(self, employers):
        with time_machine.travel(clock.now(), tick=False) as traveller:
            assert shown("credential") == {}
            traveller.shift(-timedelta(days=2))
            post(employers, *FIVE)
            assert shown("credential") == {"cpc": 5}


class TestComparison:
    def test_it_is_with_the_narrowest_group_that_may_be_shown(self, employers):
        jobs = post(employers, *FIVE, *FIVE, state="TX")
        post(employers, *FIVE, state="OK")
        found = comparison(known(), to_compare(jobs[0]))

        assert found is not None
        assert (found.words, found.figures.postings) == ("CPC postings in Texas", 10)

    def test_it_falls_back_to_the_credential_alone(self, employers):
        post(employers, *FIVE, *FIVE, state="TX")
        (job,) = post(employers, FIVE[0], state="OK")
        found = comparison(known(), to_compare(job))

        assert found is not None
        assert (found.words, found.figures.postings) == ("CPC postings", 11)

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"state": REMOTE}, "remote CPC postings"),
            ({"credentials": []}, "Inpatient facility postings in Texas"),
            ({"credentials": [], "settings": []}, "postings in Texas"),
            ({"pay_unit": "year"}, "CPC postings in Texas"),
        ],
    )
    def test_it_says_what_it_compares_with(self, employers, fields, words):
        jobs = post(employers, *FIVE, **fields)
        found = comparison(known(), to_compare(jobs[0]))

        assert found is not None
        assert found.words == words

    def test_there_is_none_of_few_or_of_pieces(self, employers):
        few = post(employers, *FIVE[:4], credentials=["cuc"])
        pieces = post(employers, *FIVE, pay_unit="chart")

        assert comparison(known(), to_compare(few[0])) is None
        assert to_compare(pieces[0]) == ()
