"""The audit log: what was changed can be told, and that it was changed shows."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from app import audit, clock
from app.audit import AuditEntry
from app.extensions import db


def write(count: int = 3) -> list[AuditEntry]:
    entries = [
        audit.record(
            "job.approved",
            actor_id=7,
            subject_kind="job",
            subject_id=number,
            detail={"reason": "complete", "terms": [1, 2], "ratio": 0.5},
        )
        for number in range(count)
    ]
    db.session.commit()
    return entries


def change(entry: AuditEntry, **values) -> None:
    db.session.execute(update(AuditEntry).where(AuditEntry.id == entry.id).values(**values))
    db.session.commit()


def test_an_untouched_log_holds(app):
    write(10)
    assert audit.first_broken_link() is None


def test_an_empty_log_holds(app):
    assert audit.first_broken_link() is None


def test_each_entry_names_the_one_before(app):
    first, second, third = write()
    assert (first.previous, second.previous) == ("", first.digest)
    assert third.previous == second.digest


@pytest.mark.parametrize(
    "forged",
    [
        {"actor_id": 8},
        {"actor_id": None},
        {"action": "job.rejected"},
        {"subject_kind": "order"},
        {"subject_id": 99},
        {"subject_id": None},
        {"detail": {"reason": "incomplete"}},
        {"detail": {}},
        {"address": "10.0.0.0"},
        {"previous": ""},
        {"digest": "0" * 64},
        {"at": clock.now() + timedelta(seconds=1)},
    ],
    ids=lambda forged: next(iter(forged)),
)
def test_a_changed_entry_is_found(app, forged):
    _, second, _ = write()
    change(second, **forged)
    assert audit.first_broken_link() == second.id


def test_a_removed_entry_leaves_a_gap(app):
    _, second, third = write()
    db.session.execute(delete(AuditEntry).where(AuditEntry.id == second.id))
    db.session.commit()
    assert audit.first_broken_link() == third.id


def test_an_entry_rewritten_with_a_digest_of_its_own_breaks_the_next(app):
    _, second, third = write()
    second.action = "job.rejected"
    second.digest = second.computed_digest()
    db.session.commit()
    assert audit.first_broken_link() == third.id


def test_an_entry_of_a_transaction_rolled_back_leaves_no_trace(app):
    write(1)
    audit.record("job.approved", actor_id=1, subject_kind="job")
    db.session.rollback()
    write(1)
    assert audit.first_broken_link() is None
    assert db.session.query(AuditEntry).count() == 2


def test_two_transactions_at_once_may_follow_the_same_entry(app):
    first, second = write(2)
    branch = AuditEntry(
        at=clock.now(), actor_id=1, action="x", subject_kind="job", subject_id=1, detail={},
        address=None, previous=first.digest, digest="",
    )  # fmt: skip
    branch.digest = branch.computed_digest()
    db.session.add(branch)
    db.session.commit()
    assert second.previous == first.digest
    assert audit.first_broken_link() is None


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("203.0.113.57", "203.0.113.0"),
        ("2001:db8:85a3:8d3:1319:8a2e:370:7348", "2001:db8:85a3::"),
        ("::1", "::"),
        ("unknown", None),
    ],
)
def test_of_the_address_only_the_network_is_kept(app, address, kept):
    with app.test_request_context("/", environ_base={"REMOTE_ADDR": address}):
        entry = audit.record("account.logged_in", actor_id=1, subject_kind="account")
        assert entry.address == kept
        db.session.rollback()


def test_outside_a_request_there_is_no_address(app):
    assert write(1)[0].address is None


def test_detail_that_could_not_be_read_back_is_refused(app):
    with pytest.raises(TypeError):
        audit.record("x", actor_id=1, subject_kind="job", detail={"at": clock.now()})
