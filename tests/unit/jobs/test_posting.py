"""Structured data of a listing: right by schema.org and by Google, and all of it on the page."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from app import clock, taxonomy
from app.extensions import db
from app.filters import long_date, money
from app.html import plain
from app.jobs.content import write_content
from app.jobs.documents import last_moment
from app.jobs.models import Facet, Job, JobState
from app.jobs.posting import EMPLOYMENT_TYPES, job_posting, plain_title
from app.jobs.services.samples import content_of_sample, read_samples
from tests.factories.employers import make_organisation
from tests.factories.jobs import make_job
from tests.schema_org import faults

pytestmark = pytest.mark.usefixtures("app")

SAMPLES = {sample["requisition"]: content_of_sample(sample) for sample in read_samples()}


def make_sample(requisition: str) -> Job:
    """A sample listing as a real employer's."""
    job = make_job(terms=())
    write_content(job, SAMPLES[requisition])
    db.session.commit()
    return job


def page_of(client: Any, job: Job) -> str:
    response = client.get(f"/jobs/{job.id}", follow_redirects=True)
    assert response.status_code == 200
    return response.text


def structured_in(page: str) -> dict[str, Any] | None:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert len(found) <= 1
    return json.loads(found[0]) if found else None


def text_of(page: str) -> str:
    main = page[page.index("<main") : page.index("</main>")]
    main = re.sub(r"<script.*?</script>", "", main, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def claims(posting: dict[str, Any]) -> list[str]:
    """What a posting says, in the words of the page."""
    said = [posting["title"], posting["hiringOrganization"]["name"]]
    said += [" ".join(line.split()) for line in plain(posting["description"]).splitlines()]
    said.append(long_date(datetime.fromisoformat(posting["datePosted"])))
    end = datetime.fromisoformat(posting["validThrough"]).astimezone(clock.LAST_ZONE)
    said.append(f"Apply by {long_date(end)}")
    said += [posting[name] for name in ("jobBenefits",) if name in posting]
    said += re.split(r", |; | or | required| preferred", posting.get("qualifications", ""))
    said += posting.get("skills", "").split(", ")
    if "identifier" in posting:
        said.append(posting["identifier"]["value"])
    address = posting.get("jobLocation", {}).get("address", {})
    said += [v for k, v in address.items() if k not in ("@type", "addressCountry")]
    value = posting.get("baseSalary", {}).get("value", {})
    said += [money(round(value[k] * 100)) for k in ("minValue", "maxValue", "value") if k in value]
    if value:
        said.append(taxonomy.PAY_UNITS[value["unitText"].lower()])
    return [claim for claim in said if claim]


@pytest.mark.parametrize("requisition", SAMPLES)
class TestEverySample:
    def test_it_is_right_by_schema_org_and_by_google(self, client, requisition):
        posting = structured_in(page_of(client, make_sample(requisition)))

        assert posting is not None
        assert faults(posting) == []

    def test_it_says_nothing_that_the_page_does_not_show(self, client, requisition):
        job = make_sample(requisition)
        page = page_of(client, job)
        posting = structured_in(page)
        assert posting is not None

        text = text_of(page)
        assert [claim for claim in claims(posting) if claim not in text] == []
        engagement = taxonomy.ENGAGEMENTS[job.engagement]
        assert engagement in text
        assert EMPLOYMENT_TYPES[job.engagement] == posting["employmentType"]
        assert f'href="{posting["hiringOrganization"]["sameAs"]}"' in page
        if "jobLocationType" in posting:
            assert "Remote" in text
            areas = posting["applicantLocationRequirements"]
            if isinstance(areas, dict):
                assert "any US state" in text
            else:
                names = {name: code for code, name in taxonomy.STATES.items()}
                for area in areas:
                    name = area["name"].removesuffix(", USA")
                    assert name in text or re.search(rf"\b{names[name]}\b", text)
        if "monthsOfExperience" in str(posting):
            years = posting["experienceRequirements"]["monthsOfExperience"] // 12
            assert f"{years} to " in text or f"{years} years or more" in text
        elif "experienceRequirements" in posting:
            assert "No experience needed" in text
        applies_here = f'href="/jobs/{job.id}/apply"' in page
        assert posting["directApply"] is applies_here


def test_samples_themselves_are_not_offered_to_crawlers(client):
    page = page_of(client, make_job(organisation=make_organisation(is_sample=True)))

    assert structured_in(page) is None
    assert '<meta name="robots" content="noindex">' in page


@pytest.mark.parametrize("state", [JobState.FILLED, JobState.EXPIRED, JobState.PAUSED])
def test_it_goes_with_the_listing(client, state):
    similar = make_job(title="Inpatient coder, nights")
    job = make_job(state=state)
    page = page_of(client, job)

    assert structured_in(page) is None
    assert '<meta name="robots" content="noindex">' in page
    assert similar.title in page
    assert f"/jobs/{job.id}/apply" not in page


@pytest.mark.parametrize(
    ("fields", "search"),
    [
        ({}, "/jobs?place=remote&amp;role=coder"),
        (
            {"place_kind": "hybrid", "city": "Reno", "state_code": "NV", "role": "auditor"},
            "/jobs?state=NV&amp;role=auditor",
        ),
        ({"place_kind": "onsite", "role": "gone-from-the-taxonomy"}, "/jobs"),
    ],
)
def test_thirty_days_after_it_closed_the_page_is_gone_and_leads_on(client, fields, search):
    job = make_job(closes_on=clock.today(), **fields)
    similar = make_job(role=job.role, closes_on=None, expires_at=clock.now() + timedelta(days=90))

    for path in (f"/jobs/{job.id}-inpatient-coder", f"/jobs/{job.id}"):
        with time_machine.travel(clock.now() + timedelta(days=40), tick=False):
            response = client.get(path)

        assert response.status_code == 410
        assert '<meta name="robots" content="noindex">' in response.text
        assert f'href="{search}"' in response.text
        assert f"/jobs/{similar.id}-" in response.text
        assert structured_in(response.text) is None
        assert "/apply" not in response.text


def test_a_removed_listing_leads_to_the_list(client):
    response = client.get(f"/jobs/{make_job(state=JobState.REMOVED).id}-inpatient-coder")

    assert response.status_code == 410
    assert 'href="/jobs"' in response.text[response.text.index("<main") :]


def test_words_that_would_end_the_script_do_not(client):
    job = make_job(description="<p>Code &lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;.</p>")
    job.benefits = "</script><!-- ]]> \u2028 health"
    db.session.commit()

    posting = structured_in(page_of(client, job))

    assert posting is not None
    assert posting["jobBenefits"] == job.benefits


class TestPlace:
    def test_a_remote_job_is_telecommute_with_where_applicants_may_live(self):
        anywhere = job_posting(make_job(place_kind="remote"))
        limited = job_posting(make_job(place_kind="remote", terms=[(Facet.STATE, "TX")]))

        assert anywhere["jobLocationType"] == "TELECOMMUTE"
        assert anywhere["applicantLocationRequirements"] == {"@type": "Country", "name": "USA"}
        assert limited["applicantLocationRequirements"] == [
            {"@type": "State", "name": "Texas, USA"}
        ]
        assert "jobLocation" not in anywhere

    @pytest.mark.parametrize("kind", ["hybrid", "onsite"])
    def test_only_a_fully_remote_job_is(self, kind):
        posting = job_posting(make_job(place_kind=kind, city="Reno", state_code="NV"))

        assert "jobLocationType" not in posting
        assert "applicantLocationRequirements" not in posting
        assert posting["jobLocation"]["address"] == {
            "@type": "PostalAddress",
            "addressLocality": "Reno",
            "addressRegion": "NV",
            "addressCountry": "US",
        }

    def test_a_zip_code_is_given_where_the_page_shows_it(self, client):
        job = make_job(place_kind="hybrid", city="Reno", state_code="NV", postal_code="89501")
        page = page_of(client, job)
        posting = structured_in(page)

        assert posting is not None
        assert faults(posting) == []
        assert posting["jobLocation"]["address"]["postalCode"] == "89501"
        assert "Hybrid, Reno, NV 89501" in text_of(page)


class TestPay:
    @pytest.mark.parametrize(
        ("unit", "low", "value"),
        [("hour", 28_50, 28.5), ("year", 65_000_00, 65_000)],
    )
    def test_pay_by_the_hour_and_by_the_year_is_given(self, unit, low, value):
        posting = job_posting(make_job(pay_unit=unit, pay_low_cents=low, pay_high_cents=low * 2))

        assert posting["baseSalary"]["value"] == {
            "@type": "QuantitativeValue",
            "minValue": value,
            "maxValue": value * 2,
            "unitText": unit.upper(),
        }

    def test_one_amount_is_no_range(self):
        posting = job_posting(make_job(pay_low_cents=30_00, pay_high_cents=30_00))

        assert posting["baseSalary"]["value"]["value"] == 30
        assert "minValue" not in posting["baseSalary"]["value"]

    @pytest.mark.parametrize("unit", ["chart", "encounter", "rvu"])
    def test_a_rate_that_has_no_unit_there_is_left_out(self, unit):
        assert "baseSalary" not in job_posting(make_job(pay_unit=unit))


class TestDates:
    def test_it_is_valid_until_applications_end_and_dated_by_its_first_publication(self):
        job = make_job(published_at=datetime(2026, 11, 3, 8, tzinfo=UTC))
        posting = job_posting(job)

        assert posting["datePosted"] == "2026-11-03"
        end = last_moment(job)
        assert end is not None
        assert posting["validThrough"] == end.isoformat(timespec="seconds")

    def test_a_renewal_makes_nothing_new(self):
        job = make_job(published_at=clock.now() - timedelta(days=40), closes_on=None)
        before = job_posting(job)

        job.expires_at = clock.now() + timedelta(days=60)
        job.changed_at, job.revision = clock.now(), job.revision + 1
        db.session.commit()

        after = job_posting(job)
        assert after["datePosted"] == before["datePosted"]
        assert after["validThrough"] > before["validThrough"]


class TestTitle:
    @pytest.mark.parametrize(
        ("typed", "told"),
        [
            ("Inpatient coder III, acute care", "Inpatient coder III, acute care"),
            ("ICD-10-PCS coder, 1099", "ICD-10-PCS coder, 1099"),
            ("Coder II - $28-$34/hr", "Coder II"),
            ("Coder ($65,000 to $80,000 a year)", "Coder"),
            ("Remote coder 30/hr", "Remote coder"),
            ("Outpatient coder (Req #12345), Reno", "Outpatient coder, Reno"),
            ("Coder, job ID: HC-20391", "Coder"),
            ("Auditor at Mercy Health", "Auditor"),
            ("Mercy Health - Auditor", "Auditor"),
            ("Coder, starts 12/01/2026", "Coder"),
            ("***HOT*** Coder!!!", "HOT Coder"),
            ("$30/hr", "$30/hr"),  # nothing else is left: better a bad title than none
            ("Coder, R-77", "Coder"),
        ],
    )
    def test_what_google_wants_in_no_title_is_left_out(self, typed, told):
        organisation = make_organisation(name="Mercy Health")
        job = make_job(organisation=organisation, title=typed, requisition="R-77")

        assert plain_title(job) == told

    @pytest.mark.parametrize(
        "hostile", ["$" * 5_000, "1/1/" * 2_000, "(" * 4_000, "req " * 3_000, "a" * 20_000]
    )
    def test_no_title_takes_long_to_read(self, hostile):
        started = datetime.now(UTC)
        plain_title(make_job(title=hostile))

        assert datetime.now(UTC) - started < timedelta(seconds=2)


def test_applying_elsewhere_is_not_applying_directly():
    here = job_posting(make_job())
    elsewhere = job_posting(make_job(apply_method="url", apply_url="https://example.com/apply"))

    assert here["directApply"] is True
    assert elsewhere["directApply"] is False


def test_only_the_employers_own_number_identifies_it():
    assert "identifier" not in job_posting(make_job())
    assert job_posting(make_job(requisition="R-7"))["identifier"]["value"] == "R-7"


@pytest.mark.parametrize(("experience", "months"), [("1-2", 12), ("3-4", 36), ("5-plus", 60)])
def test_months_of_experience_are_given_where_there_are_any(experience, months):
    wanted = job_posting(make_job(experience=experience))["experienceRequirements"]

    assert wanted["monthsOfExperience"] == months


def test_no_experience_is_said_in_googles_words_and_less_than_a_year_is_no_minimum():
    assert job_posting(make_job(experience="none"))["experienceRequirements"] == "no requirements"
    assert "experienceRequirements" not in job_posting(make_job(experience="under-1"))


def test_education_is_not_made_up():
    assert "educationRequirements" not in job_posting(make_job())


@pytest.mark.parametrize("engagement", taxonomy.ENGAGEMENTS)
def test_every_engagement_has_a_name_google_knows(engagement):
    known = {"FULL_TIME", "PART_TIME", "CONTRACTOR", "TEMPORARY", "PER_DIEM", "OTHER"}

    assert job_posting(make_job(engagement=engagement))["employmentType"] in known


def test_nothing_absent_is_said():
    assert None not in _values(job_posting(Job(**_transient())))


BY_THE_CHART = {
    "@type": "MonetaryAmount",
    "currency": "USD",
    "value": {"@type": "QuantitativeValue", "value": 8, "unitText": "CHART"},
}


class TestTheValidator:
    """It can fail: each of these was a real mistake of a job board."""

    @pytest.mark.parametrize(
        "wrong",
        [
            {"jobLocationType": "TELECOMMUTE", "applicantLocationRequirements": None},
            {"jobLocationType": "HYBRID"},
            {"title": "Coder $30/hr"},
            {"validThrough": "2020-01-01"},
            {"employmentType": "Full time"},
            {"directApply": "yes"},
            {"salary": 30},
            {"hiringOrganization": {"@type": "Person", "name": "Ann"}},
            {"description": "<div onclick=x>Code</div>"},
            {"datePosted": "11/03/2026"},
            {"baseSalary": BY_THE_CHART},
        ],
    )
    def test_it_finds_what_is_wrong(self, wrong):
        posting = {**job_posting(make_job()), **wrong}

        assert faults({k: v for k, v in posting.items() if v is not None}) != []


def _transient() -> dict[str, object]:
    organisation = make_job().organisation
    organisation.website = ""
    return {
        "organisation": organisation,
        "title": "Coder",
        "description": "",
        "place_kind": "onsite",
        "city": "",
        "state_code": "",
        "pay_unit": "",
        "pay_low_cents": 0,
        "pay_high_cents": 0,
        "experience": "",
        "engagement": "",
        "requisition": "",
        "benefits": "",
        "apply_method": "here",
    }


def _values(found: object) -> list[object]:
    if isinstance(found, dict):
        return [value for nested in found.values() for value in _values(nested)]
    return [found]
