"""What a profile answers to each requirement of a listing, and the order of the matches."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine

from app.jobs.models import Facet
from app.seekers.models import Experience, ProfileCredential, ProfileTerm, SeekerProfile, WorkFacet
from app.seekers.services import snapshot_of
from app.seekers.services.matching import Answered, coder_of, coder_sent, distance, match
from app.seekers.services.requirements import Kind, Need, any_of, requirements_of
from app.seekers.services.wishes import is_wanted, wishes_of
from tests.factories.accounts import make_account
from tests.factories.jobs import make_job

HAVE, MISSING, SILENT = Answered.HAVE, Answered.MISSING, Answered.SILENT
CPC = ((Facet.CREDENTIAL, "cpc", "required"),)
CPC_OR_CCS = (*CPC, (Facet.CREDENTIAL, "ccs", "required"))


def profile(*credentials: dict, terms=(), positions=(), **fields) -> SeekerProfile:
    made = SeekerProfile(
        **{
            "headline": "",
            "city": "",
            "state": "",
            "experience": "",
            "will_relocate": False,
            "pay_floor_cents": 0,
            "pay_floor_unit": "hour",
            **fields,
        }
    )
    for held in credentials:
        made.credentials.append(
            ProfileCredential(**{"is_apprentice": False, "status": "stated", **held})
        )
    made.terms.extend(ProfileTerm(facet=facet, value=value) for facet, value in terms)
    made.experiences.extend(
        Experience(title="Coder", employer="Mercy", setting=s, started_on=date(2020, 1, 1))
        for s in positions
    )
    return made


def answers(job, made: SeekerProfile, kind: Kind) -> list[tuple[Answered, str, str]]:
    found = match(job, coder_of(made)).answers
    return [(a.answered, a.what, a.why) for a in found if a.requirement.kind is kind]


@pytest.mark.parametrize(
    ("held", "welcome", "expected"),
    [
        ([], False, (SILENT, "CPC or CCS", "")),
        ([{"credential": "rhit"}], False, (MISSING, "CPC or CCS", "not held")),
        ([{"credential": "ccs"}], False, (HAVE, "CCS", "stated")),
        ([{"credential": "ccs", "status": "document"}], False, (HAVE, "CCS", "document seen")),
        ([{"credential": "ccs", "status": "confirmed"}], False,
         (HAVE, "CCS", "confirmed by the issuer")),
        ([{"credential": "cpc"}, {"credential": "ccs", "status": "confirmed"}], False,
         (HAVE, "CCS", "confirmed by the issuer")),
        ([{"credential": "cpc", "is_apprentice": True}], False,
         (MISSING, "CPC or CCS", "CPC-A held, which is the apprentice form")),
        ([{"credential": "cpc", "is_apprentice": True}], True,
         (HAVE, "CPC-A", "apprentices are welcome")),
        ([{"credential": "cpc", "is_apprentice": True}, {"credential": "ccs"}], False,
         (HAVE, "CCS", "stated")),
        ([{"credential": "cpc", "expires_on": date(2026, 3, 31)}], False,
         (MISSING, "CPC or CCS", "CPC expired March 2026")),
        ([{"credential": "cpc", "expires_on": date(2026, 11, 30)}], False,
         (HAVE, "CPC", "stated")),
        ([{"credential": "cpc", "status": "expired"}], False,
         (MISSING, "CPC or CCS", "CPC expired")),
        ([{"credential": "cpc", "status": "confirmed", "expires_on": date(2026, 3, 31)},
          {"credential": "ccs"}], False, (HAVE, "CCS", "stated")),
    ],
)  # fmt: skip
def test_a_required_group_of_credentials_is_one_requirement(app, held, welcome, expected):
    with time_machine.travel("2026-11-23"):
        job = make_job(terms=CPC_OR_CCS, apprentice_welcome=welcome)
        assert answers(job, profile(*held), Kind.CREDENTIAL) == [expected]


@pytest.mark.parametrize(
    ("stated", "asked", "welcome", "expected"),
    [
        ("", "1-2", False, (SILENT, "1 to 2 years of experience", "")),
        ("3-4", "1-2", False, (HAVE, "1 to 2 years of experience", "3 to 4 years")),
        ("1-2", "1-2", False, (HAVE, "1 to 2 years of experience", "1 to 2 years")),
        ("under-1", "3-4", False, (MISSING, "3 to 4 years of experience", "less than a year")),
        ("none", "under-1", False, (MISSING, "Less than a year of experience", "none yet")),
        ("none", "1-2", True,
         (HAVE, "1 to 2 years of experience", "none yet, and apprentices are welcome")),
    ],
)  # fmt: skip
def test_years_are_compared_by_their_bands(app, stated, asked, welcome, expected):
    job = make_job(experience=asked, apprentice_welcome=welcome)
    assert answers(job, profile(experience=stated), Kind.EXPERIENCE) == [expected]


def test_a_job_that_needs_no_experience_asks_for_none(app):
    assert answers(make_job(experience="none"), profile(experience="3-4"), Kind.EXPERIENCE) == []
    assert answers(make_job(experience=""), profile(experience="3-4"), Kind.EXPERIENCE) == []


TOOLS = (
    (Facet.TOOL, "epic", "required"),
    (Facet.TOOL, "meditech", "preferred"),
    (Facet.TOOL, "codify", "trained"),
)


def test_tools_are_answered_one_by_one_and_what_is_taught_is_never_missing(app):
    job = make_job(terms=TOOLS)
    assert answers(job, profile(), Kind.TOOL) == [
        (SILENT, "Epic", ""),
        (SILENT, "Meditech", ""),
        (HAVE, "Codify", "training is given"),
    ]
    knows = profile(terms=[(WorkFacet.TOOL, "meditech")])
    assert answers(job, knows, Kind.TOOL) == [
        (MISSING, "Epic", "not among the tools listed"),
        (HAVE, "Meditech", ""),
        (HAVE, "Codify", "training is given"),
    ]


SETTINGS = ((Facet.SETTING, "inpatient"), (Facet.SETTING, "observation"))


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (profile(), (SILENT, "Inpatient facility or Observation", "")),
        (profile(positions=["inpatient"]), (HAVE, "Inpatient facility", "")),
        (profile(terms=[(WorkFacet.SETTING, "observation")]), (HAVE, "Observation", "")),
        (profile(positions=["profee"]),
         (MISSING, "Inpatient facility or Observation", "not among the settings listed")),
    ],
)  # fmt: skip
def test_a_setting_counts_from_a_position_or_a_tick(app, made, expected):
    job = make_job(terms=SETTINGS)
    assert answers(job, made, Kind.SETTING) == [expected]


@pytest.mark.parametrize(
    ("fields", "need"),
    [
        ({"experience": "1-2"}, Need.REQUIRED),
        ({"experience": "none"}, Need.PREFERRED),
        ({"experience": "1-2", "apprentice_welcome": True}, Need.PREFERRED),
    ],
)
def test_years_are_asked_for_in_the_settings_of_the_work(app, fields, need):
    asked = requirements_of(make_job(terms=SETTINGS, **fields))
    assert [r.need for r in asked if r.kind is Kind.SETTING] == [need]


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (profile(), (SILENT, "Remote from Texas or Ohio", "")),
        (profile(state="TX"), (HAVE, "Remote from Texas", "")),
        (profile(state="ME"), (MISSING, "Remote from Texas or Ohio", "not open to Maine")),
        (profile(state="ME", terms=[(WorkFacet.STATE, "OH")]), (HAVE, "Remote from Ohio", "")),
    ],
)
def test_a_remote_job_is_open_to_the_states_it_names(app, made, expected):
    job = make_job(terms=((Facet.STATE, "TX"), (Facet.STATE, "OH")))
    assert answers(job, made, Kind.STATE) == [expected]


def test_a_remote_job_that_names_no_state_is_open_to_each(app):
    assert answers(make_job(terms=()), profile(), Kind.STATE) == [
        (HAVE, "Remote, any US state", "")
    ]
    many = make_job(terms=[(Facet.STATE, s) for s in ("TX", "OH", "IA", "ID", "ME")])
    assert answers(many, profile(), Kind.STATE) == [(SILENT, "Remote from 5 states", "")]


@pytest.mark.parametrize(
    ("made", "answered", "why"),
    [
        (profile(), SILENT, ""),
        (profile(city="Round Rock", state="TX"), HAVE, "miles from Round Rock"),
        (profile(city="El Paso", state="TX"), MISSING, "miles from El Paso"),
        (profile(city="Nowhere at all", state="TX"), HAVE, "in Texas"),
        (profile(city="Nowhere at all", state="ME"), MISSING, "in Maine"),
        (profile(city="El Paso", state="TX", will_relocate=True), HAVE, "would move"),
        (profile(city="Bangor", state="ME", terms=[(WorkFacet.STATE, "TX")]), HAVE,
         "would work there"),
    ],
)  # fmt: skip
def test_a_place_of_work_is_within_reach_or_it_is_not(app, made, answered, why):
    job = make_job(terms=(), place_kind="onsite", city="Austin", state_code="TX")
    ((found, what, reason),) = answers(job, made, Kind.PLACE)
    assert (found, what) == (answered, "On site in Austin, TX")
    assert why in reason


def test_a_distance_is_in_miles():
    assert distance((30.2672, -97.7431), (29.4241, -98.4936)) == pytest.approx(73.6, abs=1)
    assert distance((0, 0), (0, 0)) == 0


def test_what_the_taxonomy_does_not_know_is_not_asked_for(app):
    job = make_job(
        terms=(
            (Facet.CREDENTIAL, "phd", "required"),
            (Facet.TOOL, "abacus", "required"),
            (Facet.SETTING, "moon"),
        ),
        experience="forever",
    )
    assert [r.kind for r in requirements_of(job)] == [Kind.STATE]


def test_names_are_put_together_as_a_choice():
    assert any_of(["CPC"]) == "CPC"
    assert any_of(["CPC", "CCS"]) == "CPC or CCS"
    assert any_of(["CPC", "COC", "CCS"]) == "CPC, COC or CCS"


def test_the_better_match_comes_first(app):
    job = make_job(
        experience="1-2",
        terms=(*CPC, (Facet.TOOL, "epic", "required"), (Facet.TOOL, "meditech", "preferred")),
    )
    both, epic = (WorkFacet.TOOL, "meditech"), (WorkFacet.TOOL, "epic")
    cpc = {"credential": "cpc"}
    in_order = [
        profile({**cpc, "status": "confirmed"}, experience="3-4", terms=[epic]),
        profile(cpc, experience="3-4", terms=[epic, both]),
        profile(cpc, experience="3-4", terms=[epic]),
        profile(cpc, experience="3-4"),
        profile(cpc),
        profile(cpc, experience="3-4", terms=[both]),
        profile({"credential": "rhit"}, terms=[both]),
    ]
    orders = [match(job, coder_of(made)).order for made in in_order]
    assert orders == sorted(orders)
    assert len(set(orders)) == len(orders)
    assert [match(job, coder_of(made)).has_all_required for made in in_order] == [
        *(True, True, True),
        *(False, False, False, False),
    ]


@pytest.mark.parametrize(
    ("wish", "answered"),
    [
        ({}, []),
        ({"terms": [(WorkFacet.PLACE, "remote")]}, [HAVE]),
        ({"terms": [(WorkFacet.PLACE, "onsite"), (WorkFacet.PLACE, "hybrid")]}, [MISSING]),
        ({"terms": [(WorkFacet.ENGAGEMENT, "full-time")]}, [HAVE]),
        ({"terms": [(WorkFacet.ENGAGEMENT, "prn")]}, [MISSING]),
        ({"pay_floor_cents": 3_600}, [HAVE]),
        ({"pay_floor_cents": 3_601}, [MISSING]),
        ({"pay_floor_cents": 7_488_000, "pay_floor_unit": "year"}, [HAVE]),
        ({"pay_floor_cents": 7_488_001, "pay_floor_unit": "year"}, [MISSING]),
    ],
)
def test_a_wish_is_granted_or_refused(app, wish, answered):
    job, made = make_job(), profile(**wish)
    assert [a.answered for a in wishes_of(job, made)] == answered
    assert is_wanted(job, made) is (MISSING not in answered)


def test_pay_by_the_piece_is_not_compared(app):
    job = make_job(pay_unit="chart", pay_low_cents=200, pay_high_cents=300)
    made = profile(pay_floor_cents=3_000)
    assert [a.answered for a in wishes_of(job, made)] == [SILENT]
    assert is_wanted(job, made)


def test_the_copy_sent_with_an_application_answers_as_the_profile_does(app):
    job = make_job(
        experience="1-2", terms=(*CPC_OR_CCS, *TOOLS, *SETTINGS, (Facet.SPECIALTY, "cardiology"))
    )
    made = profile(
        {"credential": "ccs", "status": "confirmed", "expires_on": date(2099, 1, 31)},
        experience="3-4",
        city="Austin",
        state="TX",
        positions=["inpatient"],
        terms=[(WorkFacet.TOOL, "epic"), (WorkFacet.SPECIALTY, "cardiology")],
    )
    copy = snapshot_of(made, make_account())
    assert match(job, coder_sent(copy)).answers == match(job, coder_of(made)).answers


def test_a_copy_of_earlier_days_or_an_erased_one_answers_too(app):
    job = make_job(terms=(*CPC_OR_CCS, *TOOLS))
    for copy in ({}, {"credentials": [], "experiences": [], "state": "TX"}):
        answered = {a.answered for a in match(job, coder_sent(copy)).answers if a.is_required}
        assert SILENT in answered
