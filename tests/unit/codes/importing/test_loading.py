"""Releases: staged unseen, taken up again, published at once, compared and kept."""

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import func, select, update

from app import clock
from app.audit import AuditEntry
from app.codes.intake.contract import Hints, Kind, Reading
from app.codes.intake.kinds import KINDS
from app.codes.intake.rows import batches, fact
from app.codes.models import (
    CodeEntry,
    CodeFact,
    CodeNote,
    CodeRelease,
    ReleaseFault,
    ReleaseState,
)
from app.codes.services.editions import current_release, edition_on, editions
from app.codes.services.importing import loading, publishing
from app.codes.services.importing.load import load_release
from app.errors import Conflict, Invalid
from app.extensions import db
from tests.factories.codes import BOOK, make_member, make_release, stage

SMALLER = BOOK.replace(
    "<diag><name>E13</name><desc>Other specified diabetes mellitus</desc></diag>", ""
)
ICD10CM = KINDS["icd10cm"]
OLD, NEW = date(2025, 10, 1), date(2026, 4, 1)


def parts(xml: str = BOOK):
    return {"tabular": [make_member(xml)]}


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def facts_kind(*facts, floor: int = 1, bad: int = 0) -> Kind:
    """A kind whose readings are these facts, in batches of one."""

    def read(_parts, hints: Hints) -> Reading:
        reading = Reading("Small", hints.effective or NEW, iter(()))

        def rows():
            for number in range(bad):
                reading.quarantine.add("x.csv", number + 1, "it is wrong", "a,b")
            for one in facts:
                yield from batches([one])

        reading.batches = rows()
        return reading

    return Kind("mue-dme", "Small kind", "CMS", floor, lambda member: None, read)


def run(kind: Kind, files=None, hints: Hints | None = None) -> None:
    files = files or {"x": [make_member("x", "x.csv")]}
    for _ in load_release(kind, files, hints or Hints()):
        db.session.commit()


def test_a_release_holds_every_entry_and_note_in_the_order_of_the_book(app):
    release = make_release()
    keys = db.session.scalars(select(CodeEntry.key).order_by(CodeEntry.position)).all()
    assert keys[:5] == ["4", "E08-E13", "E10", "E109", "E11"]
    assert (release.state, release.edition) == (ReleaseState.PUBLISHED, "April 1, 2026")
    assert release.code_count == sum(len(k) >= 3 and "-" not in k for k in keys)
    assert release.billable_count == db.session.scalar(
        select(func.count()).where(CodeEntry.billable)
    )
    assert release.row_count == count(CodeEntry) + count(CodeNote)
    assert count(CodeNote) > 20


def test_notes_name_the_codes_that_exist(app):
    make_release()
    links = dict(db.session.execute(select(CodeNote.text, CodeNote.links)).all())
    assert links["type 1 diabetes mellitus (E10.-)"] == "E10"
    assert links["gestational diabetes (O24.4-)"] == ""
    assert links["vitamin B12 deficiency, and E10.9 as well"] == "E10.9"


def test_a_release_is_not_shown_before_it_is_put_live(app):
    for _ in load_release(ICD10CM, parts(), Hints(effective=NEW), floor=1):
        db.session.commit()
        assert current_release("icd10cm") is None
    release = loading.open_release("icd10cm")
    assert release.state == ReleaseState.READY
    publishing.publish_release(release, cumulative=False, by=None)
    assert current_release("icd10cm") is release


def test_the_files_that_were_published_are_known_again(app):
    release = make_release()
    assert loading.published_as("icd10cm", release.sha256) is release
    assert loading.published_as("icd10cm", "0" * 64) is None


def test_an_interrupted_load_goes_on_where_it_stood(app):
    kind = facts_kind(*(fact("mue", f"A{n:04}", units=n) for n in range(6)))
    steps = load_release(kind, {"x": [make_member("x", "x.csv")]}, Hints())
    for _ in range(4):
        next(steps)
        db.session.commit()
    steps.close()  # the worker is killed
    assert count(CodeFact) == 3
    begun = db.session.scalar(select(CodeRelease.id))
    with time_machine.travel(clock.now() + timedelta(minutes=5), tick=False):
        run(kind)
    release = loading.open_release("mue-dme")
    assert (release.id, release.state, release.row_count) == (begun, ReleaseState.READY, 6)
    codes = db.session.scalars(select(CodeFact.code).order_by(CodeFact.id)).all()
    assert codes == [f"A{n:04}" for n in range(6)]


def test_files_that_are_read_otherwise_than_before_are_begun_anew(app):
    def named(letter):
        return facts_kind(*(fact("mue", f"{letter}{n:04}", units=n) for n in range(3)))

    steps = load_release(named("A"), {"x": [make_member("x", "x.csv")]}, Hints())
    next(steps), next(steps)
    db.session.commit()
    steps.close()
    with time_machine.travel(clock.now() + timedelta(minutes=5), tick=False):
        with pytest.raises(Conflict, match="read otherwise"):
            run(named("B"))
        assert count(CodeFact) == 0
        run(named("B"))
    assert count(CodeFact) == 3


def test_what_an_interrupted_load_of_other_files_left_is_removed_and_nothing_else(app):
    current = make_release(effective=OLD)
    before = count(CodeEntry), count(CodeNote)
    steps = load_release(ICD10CM, parts(SMALLER), Hints(effective=NEW), floor=1)
    next(steps), next(steps)
    db.session.commit()
    steps.close()
    with pytest.raises(Conflict, match="is being loaded at this moment"):
        stage(make_member(BOOK + " "), hints=Hints(effective=NEW))
    with time_machine.travel(clock.now() + timedelta(minutes=5), tick=False):
        list(loading.remove_stale(ICD10CM, "another"))
    assert (count(CodeEntry), count(CodeNote)) == before
    assert current_release("icd10cm") is current


def test_a_release_that_waits_to_be_put_live_keeps_the_next_one_out(app):
    stage(make_member(BOOK), hints=Hints(effective=OLD))
    with pytest.raises(Conflict, match="waits to be put live or discarded"):
        stage(make_member(SMALLER), hints=Hints(effective=NEW))


def test_a_discarded_release_leaves_nothing_and_one_that_is_live_stays(app):
    live = make_release()
    with pytest.raises(Conflict, match="it is not discarded"):
        next(publishing.discard_release(live, by=None))
    rows = count(CodeEntry), count(CodeNote)
    _, release = stage(make_member(SMALLER), hints=Hints(effective=OLD))
    for _ in publishing.discard_release(release, by=None):
        db.session.commit()
    assert (count(CodeEntry), count(CodeNote), count(CodeRelease)) == (*rows, 1)


def test_on_each_day_the_edition_holds_that_took_effect_last(app):
    new, old = make_release(), make_release(SMALLER, effective=OLD)
    assert [r.state for r in (old, new)] == [ReleaseState.PUBLISHED] * 2
    assert edition_on("icd10cm", date(2025, 9, 30)) is None
    assert edition_on("icd10cm", date(2026, 3, 31)).id == old.id
    assert edition_on("icd10cm", date(2026, 4, 1)).id == new.id
    assert [e.id for e in editions().of("icd10cm")] == [new.id, old.id]


@time_machine.travel("2026-09-30 12:00Z", tick=False)
def test_an_edition_may_be_put_live_before_its_day_and_holds_from_then(app):
    now = make_release()
    coming = make_release(SMALLER, effective=date(2026, 10, 1))
    assert current_release("icd10cm") is now
    with time_machine.travel("2026-10-02 12:00Z", tick=False):
        assert current_release("icd10cm") is coming


def test_a_second_edition_of_the_same_day_replaces_the_first_whose_rows_go(app):
    first, second = make_release(SMALLER), make_release()
    assert (first.state, second.state) == (ReleaseState.REPLACED, ReleaseState.PUBLISHED)
    for _ in publishing.remove_replaced():
        db.session.commit()
    assert set(db.session.scalars(select(CodeEntry.release_id))) == {second.id}
    assert first.row_count == 0


def test_of_a_kind_that_holds_all_earlier_editions_only_the_latest_is_kept(app):
    old = make_release(SMALLER, effective=OLD)
    _, new = stage(make_member(BOOK), hints=Hints(effective=NEW))
    publishing.publish_release(new, cumulative=True, by=None)
    assert old.state == ReleaseState.REPLACED


def test_publishing_is_in_the_audit_log(app):
    release = make_release()
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.subject_id) == ("code release published", release.id)


@pytest.mark.parametrize("state", ["published", "ready"])
def test_the_database_itself_allows_one_live_and_one_open_release(app, state):
    make_release()
    if state == "ready":
        stage(make_member(SMALLER), hints=Hints(effective=NEW))
    moment = clock.now()
    db.session.add(
        CodeRelease(
            kind="icd10cm", edition="x", effective_from=NEW, source="x", sha256="x", state=state,
            imported_at=moment, heartbeat_at=moment,
        )
    )  # fmt: skip
    with pytest.raises(Exception, match=r"(?i)unique"):
        db.session.flush()
    db.session.rollback()


def test_too_few_codes_are_refused_and_nothing_is_left(app):
    live = make_release()
    rows = count(CodeEntry), count(CodeNote)
    with pytest.raises(Invalid, match=r"Only \d+ codes were found .* fewer than 90,000: nothing"):
        run(ICD10CM, parts(SMALLER), Hints(effective=OLD))
    db.session.commit()
    assert (count(CodeEntry), count(CodeNote), count(CodeRelease)) == (*rows, 1)
    assert current_release("icd10cm") is live


def test_rows_that_were_left_out_are_kept_with_their_line_and_reason(app):
    run(facts_kind(*(fact("mue", f"A{n:04}") for n in range(100)), bad=2))
    release = loading.open_release("mue-dme")
    assert release.quarantined == 2
    assert [(f.line, f.why) for f in loading.faults_of(release)] == [
        (1, "it is wrong"), (2, "it is wrong"),
    ]  # fmt: skip
    assert count(ReleaseFault) == 2


def test_a_file_with_too_many_bad_rows_is_refused(app):
    with pytest.raises(Invalid, match=r"6 of 46 rows of x.csv cannot be read: nothing was loaded"):
        run(facts_kind(*(fact("mue", f"A{n:04}") for n in range(40)), bad=6))
    db.session.commit()
    assert (count(CodeFact), count(CodeRelease)) == (0, 0)


def test_two_editions_are_compared_code_by_code(app):
    make_release(SMALLER, effective=OLD)
    changed = BOOK.replace("Type 1 diabetes mellitus without complications", "Another title")
    new = make_release(changed.replace("<name>W00</name>", "<name>W01</name>"))
    assert new.difference["previous"] == "October 1, 2025"
    assert new.difference["codes"]["named"] == {
        "added": ["E13", "W01"], "removed": ["W00"], "changed": ["E10.9"],
    }  # fmt: skip


def test_two_editions_are_compared_fact_by_fact(app):
    run(facts_kind(fact("mue", "A1", units=1), fact("mue", "A2", units=1), fact("mue", "A3")))
    first = loading.open_release("mue-dme")
    publishing.publish_release(first, cumulative=False, by=None)
    first.effective_from = OLD
    run(facts_kind(fact("mue", "A1", units=1), fact("mue", "A2", units=5), fact("mue", "A4")))
    difference = loading.open_release("mue-dme").difference["facts"]
    assert {sort: difference[sort] for sort in ("added", "removed", "changed")} == {
        "added": 1, "removed": 1, "changed": 1,
    }  # fmt: skip
    assert difference["named"] == {
        "added": ["mue A4"], "removed": ["mue A3"], "changed": ["mue A2"],
    }  # fmt: skip


def test_a_load_that_says_nothing_for_a_minute_is_taken_for_interrupted(app):
    steps = load_release(ICD10CM, parts(), Hints(effective=NEW), floor=1)
    next(steps), next(steps)
    db.session.execute(update(CodeRelease).values(heartbeat_at=clock.now() - timedelta(seconds=61)))
    db.session.commit()
    steps.close()
    _, release = stage(make_member(BOOK), hints=Hints(effective=NEW))
    assert release.state == ReleaseState.READY
