"""How much one account may cause in an hour, while others go on as before."""

from __future__ import annotations

from app import limits
from app.applications.models import Stage
from app.seekers.services import resume_of
from tests.clients import signed_in
from tests.factories.accounts import make_account
from tests.factories.applications import make_application, member_of
from tests.factories.documents import file_form, pdf_bytes
from tests.factories.employers import make_member
from tests.mailbox import mails_to


def allowed(limit: str) -> int:
    return int(limit.partition(" per hour")[0])


def test_a_member_sends_coders_only_so_many_messages_an_hour(limited):
    application = make_application()
    make_member(application.job.organisation, colleague := make_account())
    browser, other = (signed_in(limited, a) for a in (member_of(application), colleague))
    path, typed = f"/employers/applications/{application.id}/move", {"stage": "screening"}
    for _ in range(allowed(limits.MOVE_PER_ACCOUNT)):
        assert browser.post("/employers/applications/999999999/move").status_code == 404
    answer = browser.post(path, data=typed)
    assert answer.status_code == 429
    assert "Wait a few minutes" in answer.text
    assert application.stage == Stage.SUBMITTED
    assert [m.name for m in mails_to(application.account.email)] == ["application_sent"]
    assert browser.get(f"/employers/applications/{application.id}").status_code == 200
    assert other.post(path, data=typed).status_code == 302


def test_a_coder_uploads_only_so_many_resumes_an_hour(limited):
    account, path = make_account(), "/profile/resume"
    browser, other = signed_in(limited, account), signed_in(limited, make_account())

    def upload(who, name):
        return who.post(path, **file_form("resume", name, pdf_bytes())).status_code

    last = allowed(limits.UPLOAD_PER_ACCOUNT)
    answers = [upload(browser, f"{number}.pdf") for number in range(1, last + 3)]
    assert answers == [302] * last + [429] * 2
    assert resume_of(account).name == f"{last}.pdf"
    assert browser.get(path).status_code == 200
    assert upload(other, "mine.pdf") == 302
