"""Releases: staged unseen, published at once, compared and kept."""

from datetime import date

import pytest
import time_machine
from sqlalchemy import func, select

from app.audit import AuditEntry
from app.codes.models import CodeEntry, CodeNote, CodeRelease, ReleaseState
from app.codes.services import releases
from app.codes.services.sources import Listing, Source
from app.errors import Invalid
from app.extensions import db
from tests.factories.codes import BOOK, make_release

SMALLER = BOOK.replace(
    "<diag><name>E13</name><desc>Other specified diabetes mellitus</desc></diag>", ""
)


def source_of(xml: str = BOOK, **fields) -> Source:
    given = {
        "name": "x",
        "listing": None,
        "effective": date(2026, 4, 1),
        "sha256": "1" * 64,
        **fields,
    }
    return Source(tabular=xml.encode(), **given)


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def test_a_release_holds_every_entry_and_note_in_the_order_of_the_book(app):
    release = make_release()
    keys = db.session.scalars(select(CodeEntry.key).order_by(CodeEntry.position)).all()
    assert keys[:5] == ["4", "E08-E13", "E10", "E109", "E11"]
    assert (release.state, release.edition) == (ReleaseState.CURRENT, "April 1, 2026")
    assert release.code_count == sum(len(k) >= 3 and "-" not in k for k in keys)
    assert release.billable_count == db.session.scalar(
        select(func.count()).where(CodeEntry.billable)
    )
    assert count(CodeNote) > 20


def test_notes_name_the_codes_that_exist(app):
    make_release()
    links = dict(db.session.execute(select(CodeNote.text, CodeNote.links)).all())
    assert links["type 1 diabetes mellitus (E10.-)"] == "E10"
    assert links["gestational diabetes (O24.4-)"] == ""
    assert links["vitamin B12 deficiency, and E10.9 as well"] == "E10.9"


def test_a_staged_release_is_never_current(app):
    book = releases.read_book(source_of(), floor=1)
    release = releases.begin_release("icd10cm", source_of(), book)
    for _ in releases.fill_release(release.id, book):
        db.session.commit()
        assert releases.current_release("icd10cm") is None
    assert releases.known_release("icd10cm", release.sha256) is None
    assert releases.publish_release(release)
    assert releases.current_release("icd10cm") is release


def test_what_an_interrupted_load_left_is_removed_and_nothing_else(app):
    current = make_release()
    before = count(CodeEntry), count(CodeNote)
    book = releases.read_book(source_of(), floor=1)
    stale = releases.begin_release("icd10cm", source_of(), book)
    next(releases.fill_release(stale.id, book))
    db.session.commit()
    assert releases.discard_staged("icd10cm") == 1
    assert releases.discard_staged("icd10cm") == 0
    assert (count(CodeEntry), count(CodeNote)) == before
    assert releases.current_release("icd10cm") is current


def test_a_release_that_is_not_whole_is_not_published(app):
    current = make_release(SMALLER)
    book = releases.read_book(source_of(), floor=1)
    release = releases.begin_release("icd10cm", source_of(), book)
    for _ in releases.fill_release(release.id, book):
        pass
    db.session.query(CodeEntry).filter_by(release_id=release.id, key="E13").delete()
    with pytest.raises(Invalid, match="nothing was published"):
        releases.publish_release(release)
    assert releases.current_release("icd10cm") is current


def test_a_later_edition_takes_the_place_of_the_current_one(app):
    old = make_release(SMALLER, effective=date(2025, 10, 1))
    new = make_release()
    assert (old.state, new.state) == (ReleaseState.SUPERSEDED, ReleaseState.CURRENT)


def test_an_earlier_edition_is_only_kept(app):
    new = make_release()
    old = make_release(SMALLER, effective=date(2025, 10, 1))
    assert (old.state, new.state) == (ReleaseState.SUPERSEDED, ReleaseState.CURRENT)


def test_publishing_is_in_the_audit_log(app):
    release = make_release()
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.subject_id) == ("code release published", release.id)


def test_the_database_itself_allows_one_current_release(app):
    make_release()
    db.session.add(
        CodeRelease(
            system="icd10cm",
            edition="x",
            effective_from=date(2026, 4, 1),
            source="x",
            sha256="x",
            state=ReleaseState.CURRENT,
            imported_at=releases.clock.now(),
        )
    )
    with pytest.raises(Exception, match=r"(?i)unique"):
        db.session.flush()
    db.session.rollback()


def test_too_few_codes_are_refused(app):
    with pytest.raises(Invalid, match=r"Only \d+ codes were found, fewer than 90,000"):
        releases.read_book(source_of())


def test_an_order_file_that_disagrees_on_billing_is_refused(app):
    whole = releases.read_book(source_of(), floor=1)
    keys = frozenset(e.key for e in whole.entries if e.kind not in ("chapter", "section"))
    billable = frozenset(e.key for e in whole.entries if e.billable)
    agreed = source_of(listing=Listing(keys, billable, ()))
    assert len(releases.read_book(agreed, floor=1).entries) == len(whole.entries)
    wrong = source_of(listing=Listing(keys, billable - {"E119"} | {"E11"}, ()))
    with pytest.raises(Invalid, match="disagree on what is billable: 2 codes, such as E11, E119"):
        releases.read_book(wrong, floor=1)


@time_machine.travel("2026-09-30 12:00Z", tick=False)
def test_an_edition_whose_time_has_not_come_is_refused(app):
    source = source_of(effective=date(2026, 10, 1))
    book = releases.read_book(source, floor=1)
    with pytest.raises(Invalid, match="takes effect on October 1, 2026"):
        releases.begin_release("icd10cm", source, book)


def test_without_a_dated_name_the_files_own_year_counts(app):
    source = source_of(effective=None)
    release = releases.begin_release("icd10cm", source, releases.read_book(source, floor=1))
    assert release.effective_from == date(2025, 10, 1)
    nameless = source_of(BOOK.replace("<version>2026</version>", ""), effective=None)
    with pytest.raises(Invalid, match="when the edition takes effect"):
        releases.begin_release("icd10cm", nameless, releases.read_book(nameless, floor=1))


def test_two_editions_are_compared_code_by_code(app):
    old = make_release(SMALLER, effective=date(2025, 10, 1))
    new = make_release(
        BOOK.replace("Type 1 diabetes mellitus without complications", "Another title").replace(
            "<name>W00</name>", "<name>W01</name>"
        )
    )
    change = releases.compare_releases(old, new)
    assert (change.added, change.removed, change.retitled) == (("E13", "W01"), ("W00",), ("E109",))


@pytest.mark.parametrize(
    ("effective", "year", "due"),
    [
        (date(2025, 10, 1), 2026, date(2026, 4, 1)),
        (date(2026, 4, 1), 2026, date(2026, 10, 1)),
        (date(2021, 1, 1), 2021, date(2021, 4, 1)),
    ],
)
def test_an_edition_knows_its_fiscal_year_and_when_the_next_is_due(effective, year, due):
    release = CodeRelease(effective_from=effective)
    assert (release.fiscal_year, release.next_due) == (year, due)
