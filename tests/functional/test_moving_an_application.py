"""Moving an application in a browser: what is refused, what is told, and that no text is lost."""

from __future__ import annotations

import re

import pytest
from markupsafe import escape

from app.applications.models import Stage
from tests.factories.applications import make_application, member_of


def was_in(page: str) -> str:
    """The stage the form on a page takes the application to be in."""
    (found,) = re.findall(r'name="was" type="hidden" value="([^"]*)"', page)
    return found


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"stage": "promoted"},
        {"stage": "withdrawn"},
        {"stage": "screening", "message": "x" * 4_001},
        {"stage": ["x" * 9_000]},
    ],
)
def test_a_move_to_nowhere_is_refused(client_of, data):
    application = make_application()
    answer = client_of(member_of(application)).post(
        f"/employers/applications/{application.id}/move", data=data
    )
    assert answer.status_code == 422
    assert application.stage == Stage.SUBMITTED


def test_a_colleagues_move_in_between_is_told_and_nothing_typed_is_lost(client_of):
    application = make_application()
    browser = client_of(member_of(application))
    path = f"/employers/applications/{application.id}"
    browser.post(f"{path}/move", data={"was": "submitted", "stage": "offer"})
    letter = "Thank you, and <good> luck. " * 100
    typed = {"was": "submitted", "stage": "declined", "message": letter, "back": "board"}
    answer = browser.post(f"{path}/move", data=typed)
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert "A colleague has moved this application to Offer meanwhile" in answer.text
    assert str(escape(letter.strip())) in answer.text
    assert '<option selected value="declined">' in answer.text
    assert application.stage == Stage.OFFER

    assert was_in(answer.text) == "offer"
    assert browser.post(f"{path}/move", data={**typed, "was": "offer"}).status_code == 302
    assert application.stage == Stage.DECLINED
    assert application.steps[-1].message == letter.strip()


def test_a_message_too_long_does_not_hide_a_colleagues_move(client_of):
    application = make_application()
    browser = client_of(member_of(application))
    path = f"/employers/applications/{application.id}/move"
    browser.post(path, data={"was": "submitted", "stage": "offer"})
    typed = {"was": "submitted", "stage": "declined", "message": "x" * 4_001}
    assert was_in(browser.post(path, data=typed).text) == "submitted"
    assert "A colleague" in browser.post(path, data={**typed, "message": "x" * 4_000}).text
    assert application.stage == Stage.OFFER


def test_what_was_written_to_a_coder_who_has_withdrawn_is_not_lost(client_of):
    application = make_application()
    client_of(application.account).post(f"/applications/{application.id}/withdraw")
    answer = client_of(member_of(application)).post(
        f"/employers/applications/{application.id}/move",
        data={"was": "submitted", "stage": "interview", "message": "Tuesday at 3?"},
    )
    assert answer.status_code == 422
    assert "The coder has withdrawn this application." in answer.text
    assert "Your message was not sent" in answer.text
    assert "Tuesday at 3?" in answer.text
    assert "/move" not in answer.text
