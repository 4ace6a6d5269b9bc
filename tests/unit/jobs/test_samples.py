"""The invented listings of development: complete, plausible, and never stale."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from app import clock, taxonomy
from app.accounts.models import Staff
from app.accounts.services import authenticate, find_account
from app.employers.models import Organisation
from app.extensions import db
from app.jobs.lints import lints
from app.jobs.models import Job, JobState, visible
from app.jobs.services.rules import STEPS, check_step, missing
from app.jobs.services.samples import (
    CODER,
    EMPLOYER,
    MODERATOR,
    PASSWORD,
    content_of_sample,
    load_samples,
    read_samples,
)
from tests.factories.listings import make_codes

pytestmark = pytest.mark.usefixtures("app")

CONTENTS = {sample["requisition"]: content_of_sample(sample) for sample in read_samples()}


def shown() -> int:
    return db.session.scalar(select(func.count(Job.id)).join(Job.organisation).where(visible()))  # type: ignore[return-value]


@pytest.mark.parametrize("requisition", CONTENTS)
def test_a_sample_is_what_an_employer_could_have_written(requisition):
    content = CONTENTS[requisition]

    assert missing(content) == []
    assert lints(content, "Sample Health System (sample)") == []
    for step in STEPS.values():
        check_step(step, content, content)


@pytest.mark.parametrize(
    ("field", "known"),
    [
        ("role", taxonomy.ROLES),
        ("engagement", taxonomy.ENGAGEMENTS),
        ("place_kind", taxonomy.PLACE_KINDS),
        ("pay_unit", taxonomy.PAY_UNITS),
        ("experience", taxonomy.EXPERIENCE),
        ("settings", taxonomy.SETTINGS),
        ("specialties", taxonomy.SPECIALTIES),
        ("code_sets", taxonomy.CODE_SETS),
        ("tools", taxonomy.TOOLS),
    ],
)
def test_every_value_of_a_filter_has_a_sample(field, known):
    held = [getattr(content, field) for content in CONTENTS.values()]

    used = {v for value in held for v in ([value] if isinstance(value, str) else value)}
    assert used == set(known)


def test_no_two_samples_share_a_sentence():
    sentences = [s for c in CONTENTS.values() for s in c.description.split(". ") if len(s) > 30]

    assert len(sentences) == len(set(sentences))


def test_they_are_public_labelled_and_one_waits_for_review():
    load_samples()
    db.session.commit()

    organisation = db.session.scalars(select(Organisation)).one()
    assert organisation.is_sample
    assert "sample" in organisation.name
    assert shown() == len(CONTENTS) - 1
    waiting = db.session.scalars(select(Job).where(Job.state == JobState.IN_REVIEW)).one()
    assert waiting.paid_days > 0
    assert waiting.published_at is None


def test_the_accounts_can_log_in_with_the_password_that_is_printed():
    load_samples()
    db.session.commit()

    for email in (EMPLOYER, CODER, MODERATOR):
        account = authenticate(email=email, password=PASSWORD)
        assert account is not None
        assert account.is_verified
    moderator = find_account(MODERATOR)
    assert moderator is not None
    assert moderator.staff == Staff.MODERATOR


def test_loading_them_again_changes_nothing():
    load_samples()
    db.session.commit()
    before = db.session.execute(select(Job.id, Job.revision, Job.published_at)).all()

    again = load_samples()
    db.session.commit()

    assert (again.added, again.dated_anew) == (0, 0)
    assert db.session.execute(select(Job.id, Job.revision, Job.published_at)).all() == before


def test_loading_them_a_year_later_dates_them_anew():
    load_samples()
    db.session.commit()

    with time_machine.travel(clock.now() + timedelta(days=365)):
        assert shown() == 0
        load_samples()
        db.session.commit()
        assert shown() == len(CONTENTS) - 1


def test_what_someone_changed_is_left_alone():
    load_samples()
    filled, edited = db.session.scalars(
        select(Job).where(Job.state == JobState.LIVE).order_by(Job.id).limit(2)
    )
    filled.state, edited.title = JobState.FILLED, "My own title"
    db.session.commit()

    load_samples()
    db.session.commit()

    assert filled.state == JobState.FILLED
    assert edited.title == "My own title"


def test_codes_are_linked_once_a_release_knows_them():
    first = load_samples()
    db.session.commit()
    assert first.without_codes > 0
    assert all(not job.codes for job in db.session.scalars(select(Job)))

    make_codes("I21", "I50", "E08", "E13")
    load_samples()
    db.session.commit()

    linked = db.session.scalars(select(Job).where(Job.requisition == "SAMPLE-01")).one()
    assert [code.shown for code in linked.codes] == ["I21", "I50", "E08-E13"]


def test_the_command_says_how_to_log_in(app):
    result = app.test_cli_runner().invoke(args=["samples"])

    assert result.exit_code == 0
    assert EMPLOYER in result.output
    assert PASSWORD in result.output


def test_production_has_no_samples(app, monkeypatch):
    monkeypatch.setitem(app.config, "ENVIRONMENT", "production")

    result = app.test_cli_runner().invoke(args=["samples"])

    assert result.exit_code == 1
    assert db.session.scalars(select(Organisation)).all() == []
