"""Keys for programs: made and shown once, good for reading codes alone, stopped when they must."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from app import create_app
from app.accounts.services import close_account
from app.audit import AuditEntry
from app.codes.models import ApiKey, ViewAllowance
from app.codes.services import keys
from app.extensions import db
from tests.apps import put_away
from tests.factories.accounts import PASSWORD, make_account
from tests.factories.codes import make_release
from tests.factories.codes_own import make_key
from tests.unit.codes.test_show import count
from tests.watch import statements

E119 = "/codes/icd10cm/E11.9.json"
KEYS = "/account/api-keys"


@pytest.fixture(autouse=True)
def release(app):
    yield make_release()
    app.extensions.pop("code_plain", None)


@pytest.fixture
def account(app):
    return make_account()


@pytest.fixture
def member(account, client_of):
    return client_of(account)


@pytest.fixture
def program(app):
    return app.test_client(use_cookies=False)


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def test_a_key_is_shown_once_and_only_its_digest_is_kept(member, account):
    page = member.post(KEYS, data={"name": "Billing <b>check</b>"})
    text = page.text.split('data-copy="')[1].split('"')[0]
    assert (page.status_code, text[:3], len(text)) == (200, "cc_", 46)
    assert "no-store" in page.headers["Cache-Control"]
    row = db.session.scalars(select(ApiKey)).one()
    assert row.digest == keys.key_digest(text)
    assert text not in (row.digest, row.beginning, row.name)
    later = member.get(KEYS).text
    assert text not in later
    assert f"{text[:9]}…" in later
    assert "Billing &lt;b&gt;check" in later


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "\x00"])
def test_a_key_needs_a_name(member, name):
    answer = member.post(KEYS, data={"name": name})
    assert answer.status_code == 422
    assert count(ApiKey) == 0


def test_an_account_has_so_many_keys_that_work(member, account, monkeypatch):
    monkeypatch.setattr(keys, "MOST_KEYS", 1)
    row, _ = make_key(account)
    assert "Revoke one first." in member.post(KEYS, data={"name": "x"}).text
    member.post(f"{KEYS}/{row.id}/revoke")
    assert member.post(KEYS, data={"name": "x"}).status_code == 200


def test_a_revoked_key_is_refused_and_stays_in_the_list(member, account, program):
    row, text = make_key(account)
    assert program.get(E119, headers=bearer(text)).status_code == 200
    for _ in range(2):
        member.post(f"{KEYS}/{row.id}/revoke")
    refused = program.get(E119, headers=bearer(text))
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    assert "was revoked" in refused.json["message"]
    assert "Revoked" in member.get(KEYS).text


def test_making_and_revoking_are_on_record(member, account):
    member.post(KEYS, data={"name": "x"})
    row = db.session.scalars(select(ApiKey)).one()
    member.post(f"{KEYS}/{row.id}/revoke")
    member.post(f"{KEYS}/{row.id}/revoke")
    found = db.session.execute(
        select(AuditEntry.action, AuditEntry.actor_id, AuditEntry.subject_id)
        .where(AuditEntry.subject_kind == "api_key")
        .order_by(AuditEntry.id)
    ).all()
    assert [tuple(entry) for entry in found] == [
        ("api_key.created", account.id, row.id),
        ("api_key.revoked", account.id, row.id),
    ]


def test_another_persons_key_does_not_exist(client_of, account):
    row, text = make_key(account)
    assert client_of(make_account()).post(f"{KEYS}/{row.id}/revoke").status_code == 404
    assert keys.holder_of(text) is not None


@pytest.mark.parametrize(
    "given",
    ["Bearer", "Bearer ", "Bearer cc_", "Bearer x", "Basic cc_x", "Bearer cc_" + "x" * 9_000,
     "Bearer cc_\u00e9", "cc_x", "bearer cc_forged forged"],
)  # fmt: skip
def test_a_key_that_is_none_is_refused_in_json(program, given):
    for path in (E119, "/codes/icd10cm.json", "/codes/search.json?q=E11"):
        answer = program.get(
            path, headers={"Authorization": given.encode("latin-1").decode("latin-1")}
        )
        assert answer.status_code == 401
        assert set(answer.json) == {"error", "message"}
    assert count(ViewAllowance) == 0


def test_a_key_of_a_closed_account_stops(account, program):
    _, text = make_key(account)
    close_account(account, password=PASSWORD)
    db.session.commit()
    assert program.get(E119, headers=bearer(text)).status_code == 401


def test_a_key_of_an_unconfirmed_account_waits(account, program):
    _, text = make_key(account)
    account.email_verified_at = None
    db.session.commit()
    refused = program.get(E119, headers=bearer(text))
    assert refused.status_code == 403
    assert "is not confirmed" in refused.json["message"]


def test_a_key_opens_no_session_and_no_other_page(account, program, client):
    _, text = make_key(account)
    answer = client.get(E119, headers=bearer(text))
    assert "Set-Cookie" not in answer.headers
    for path in ("/account", KEYS, "/codes/mine", "/codes/mine.json"):
        refused = program.get(path, headers=bearer(text))
        assert refused.status_code in (302, 401), path
    for path in ("/codes/icd10cm/E11.9/favorite", KEYS, "/codes/mine/folders"):
        assert program.post(path, headers=bearer(text)).location.startswith("/log-in")
    page = program.get("/codes/icd10cm/E11.9", headers=bearer(text)).text
    assert "Log in" in page  # the page for people is a guest's


def test_a_key_counts_for_its_account_whoever_is_logged_in(account, client_of):
    _, text = make_key(account)
    other = client_of(make_account())
    assert other.get(E119, headers=bearer(text)).json["allowance"]["remaining"] == 4
    readers = db.session.scalars(select(ViewAllowance.reader)).all()
    assert readers == [f"account:{account.id}"]


def test_use_is_noted_once_a_minute(account, program):
    row, text = make_key(account)
    program.get(E119, headers=bearer(text))
    first = db.session.get(ApiKey, row.id).used_at
    assert first is not None
    with statements() as seen:
        program.get(E119, headers=bearer(text))
    assert len(seen) == 2  # whose key it is, and the allowance
    with time_machine.travel(first + timedelta(minutes=1), tick=False):
        program.get(E119, headers=bearer(text))
    assert db.session.get(ApiKey, row.id).used_at == first + timedelta(minutes=1)


def test_a_key_may_ask_so_often_and_another_as_often(tmp_path):
    app = create_app({"ENVIRONMENT": "test", "DATA_DIR": str(tmp_path)})
    with app.app_context():
        db.create_all()
        account = make_account()
        (_, text), (_, other) = make_key(account), make_key(account, "other")
    program, path = app.test_client(use_cookies=False), "/codes/search.json"
    answers = [program.get(path, headers=bearer(text)) for _ in range(61)]
    another = program.get(path, headers=bearer(other))
    put_away(app)
    assert another.status_code == 200
    assert [answer.status_code for answer in answers] == [200] * 60 + [429]
    assert answers[60].headers["Retry-After"] == "60"
    assert "This key has asked 60 times" in answers[60].json["message"]


def test_keys_are_for_confirmed_accounts(client, client_of):
    assert client.get(KEYS).location.startswith("/log-in")
    unconfirmed = client_of(make_account(email_verified_at=None))
    assert unconfirmed.get(KEYS).location.startswith("/verify-first")


def test_the_account_page_leads_to_its_keys(member):
    assert f'href="{KEYS}"' in member.get("/account").text
