"""The wording of the mails an application causes."""

from __future__ import annotations

import re

from app.applications.models import Stage
from app.applications.services import move, withdraw
from app.extensions import db
from tests.factories.accounts import make_account
from tests.factories.applications import make_application, member_of
from tests.mailbox import mails


def test_sentences_begin_with_a_capital_and_what_comes_by_e_mail_is_not_the_post(app):
    application = make_application(account=make_account(name="Ann Rivera"))
    member = member_of(application)
    for stage in (s for s in Stage if s is not Stage.WITHDRAWN):
        move(member, application.id, was=None, to=stage, message="Yours, Mercy")
    move(member, application.id, was=None, to=Stage.OFFER)
    withdraw(application.account, application.id)
    db.session.commit()
    sent = [mail for mail in mails() if mail.name.startswith("application_")]
    assert len({mail.name for mail in sent}) == 4
    for mail in sent:
        lines = [line for line in mail.text.splitlines() if line and not line.startswith("http")]
        assert not [line for line in lines if line.lstrip("“")[0].islower()]
        assert not re.search(r"(?<!e-)\bmails?\b", mail.text)
