"""The operators' desk of releases, from a file in the form to a release that is live."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from app import clock
from app.audit import AuditEntry
from app.codes import chores
from app.codes.models import (
    CodeFact,
    CodeRelease,
    NoticeAcceptance,
    ReleaseState,
    ReleaseUpload,
    UploadState,
)
from app.codes.services.editions import editions, forget_editions
from app.codes.services.importing import keeping, uploads
from app.extensions import db
from app.index_rebuilds import IndexRebuild
from tests.factories.accounts import make_moderator, make_operator
from tests.factories.codes import BOOK, make_member, make_release, stage
from tests.factories.codes_desk import MUE_NAME, limits_of_units, places, zipped

DESK = "/desk/releases"
PLACES = "places_of_service_may_2024.csv"
PAGE = "/codes/icd10cm/E11.9"


@pytest.fixture
def operator(client_of):
    return client_of(make_operator(name="Olga Operator"))


@pytest.fixture(autouse=True)
def _no_file_is_left(app):
    for path in keeping.folder().glob("*"):
        keeping.remove_files(path.name)
    yield
    assert [p for p in keeping.folder().glob("*") if p.suffix == ".part"] == []


def send(browser, *files, **fields):
    """Files as (name, content); the answer of the form."""
    values = list(fields.items())
    for name, content in files:
        stream = io.BytesIO(content if isinstance(content, bytes) else content.encode())
        values.append(("files", FileStorage(stream, name)))
    boundary, body = encode_multipart(MultiDict(values))
    return browser.post(DESK, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def last() -> ReleaseUpload:
    db.session.expire_all()
    return db.session.scalars(select(ReleaseUpload).order_by(ReleaseUpload.id.desc())).first()


def read(browser, *files, **fields) -> ReleaseUpload:
    """Files sent and read by the worker."""
    answer = send(browser, *files, **fields)
    assert answer.status_code == 303, answer.text
    chores.read_uploads()
    return last()


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def kept() -> list[str]:
    return [path.name for path in keeping.folder().glob("*")]


def ready(kind: str = "place-of-service") -> CodeRelease:
    db.session.expire_all()
    return db.session.scalar(
        select(CodeRelease).where(CodeRelease.kind == kind, CodeRelease.state == "ready")
    )


def shown(browser) -> str:
    """A code page, but for the token that each request gets anew."""
    page = browser.get(PAGE)
    assert page.status_code == 200
    return re.sub(r'name="csrf_token" value="[^"]+"', "", page.text)


def act(browser, release, action, **options):
    return browser.post(f"{DESK}/{release.id}/{action}", **options)


def test_the_desk_is_for_operators_and_moderators_are_told_of_no_such_page(client_of):
    browser = client_of(make_moderator())
    assert browser.get(DESK).status_code == 404
    assert send(browser, (PLACES, places())).status_code == 404
    assert "Releases of the code reference" not in browser.get("/desk").text
    assert (count(ReleaseUpload), kept()) == (0, [])


def test_every_kind_is_there_with_how_it_stands(operator):
    make_release(effective=date(2024, 10, 1))
    page = operator.get(DESK).text
    assert f'href="{DESK}"' in operator.get("/desk").text
    assert "October 1, 2024" in page
    assert "Overdue" in page
    assert "Not loaded" in page
    assert "No license stated" in page
    assert "https://www.cms.gov/license/ama" in page


def test_a_file_is_read_by_the_worker_looked_at_and_put_live(operator):
    upload = read(operator, (PLACES, places(extra="??,x")))
    assert (upload.state, upload.rows_done, kept()) == (UploadState.DONE, 60, [])
    assert "waits to be put live" in upload.log[-1]
    assert any("line 62: the row is too short" in line for line in upload.log)
    shown = operator.get(f"{DESK}/uploads/{upload.id}").text
    assert "Place of service codes, May 2024" in shown
    release = ready()
    page = operator.get(f"{DESK}/{release.id}").text
    assert "nobody sees it yet" in page
    assert "Olga Operator" in page
    assert "the row is too short" in page
    assert editions().of("place-of-service") == ()

    answer = act(operator, release, "publish", follow_redirects=True)

    assert "Place of service codes, May 2024 is live." in answer.text
    assert [e.name for e in editions().of("place-of-service")] == ["May 2024"]
    by = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "code release published"))
    assert by.one().actor_id is not None


def test_the_next_edition_shows_what_it_changes_with_links_to_codes(operator):
    make_release()
    first = read(operator, (PLACES, places()))
    act(operator, ready(), "publish")
    read(operator, ("places_june_2024.csv", places(58, name="Another place")))
    page = operator.get(f"{DESK}/{ready().id}").text
    assert "Compared with May 2024" in page
    assert "the first 50 of 58" in page
    assert "Statements, removed: 2" in page
    assert first.said["made"]


def test_changes_of_a_code_system_link_to_its_codes(operator):
    make_release(effective=date(2025, 10, 1))
    changed = BOOK.replace("Type 1 diabetes mellitus without complications", "Another title")
    _, release = stage(make_member(changed, "icd10cm-tabular-April-1-2026.xml"))
    page = operator.get(f"{DESK}/{release.id}").text
    assert '<a class="code" href="/codes/icd10cm/E10.9">E10.9</a>' in page


def test_putting_a_code_system_live_asks_for_the_search_index(operator):
    _, release = stage(make_member(BOOK, "icd10cm-tabular-April-1-2026.xml"))
    act(operator, release, "publish")
    asked = db.session.scalars(select(IndexRebuild)).one()
    assert (asked.index, asked.asked_by) == ("codes", release.imported_by or asked.asked_by)


def test_of_two_operators_the_second_is_told_that_it_is_done(operator):
    read(operator, (PLACES, places()))
    release = ready()
    act(operator, release, "publish")
    for action in ("publish", "discard"):
        answer = act(operator, release, action, follow_redirects=True)
        assert "put live, discarded or taken off meanwhile" in answer.text
    assert db.session.get(CodeRelease, release.id).state == ReleaseState.PUBLISHED


def test_a_discarded_release_is_gone_at_once_and_its_rows_soon(operator):
    upload = read(operator, (PLACES, places()))
    answer = act(operator, ready(), "discard", follow_redirects=True)
    assert "is discarded" in answer.text
    chores.read_uploads()
    assert (count(CodeRelease), count(CodeFact)) == (0, 0)
    assert operator.get(f"{DESK}/uploads/{upload.id}").status_code == 200
    assert read(operator, (PLACES, places())).state == UploadState.DONE


def test_an_edition_that_is_taken_off_is_not_shown_and_can_be_had_back(operator):
    read(operator, (PLACES, places()))
    release = ready()
    act(operator, release, "publish")
    assert "no longer shown" in act(operator, release, "take-off", follow_redirects=True).text
    assert editions().of("place-of-service") == ()
    read(operator, (PLACES, places()))
    act(operator, ready(), "publish")
    assert len(editions().of("place-of-service")) == 1


def test_the_numbers_of_cpt_are_not_taken_off_by_themselves(operator):
    release = make_release()
    release.kind = "cpt"
    db.session.commit()
    answer = act(operator, release, "take-off", follow_redirects=True)
    assert "is made of others" in answer.text
    assert operator.get(f"{DESK}/{release.id}").status_code == 200


def test_an_action_or_a_release_there_is_not_is_not_found(operator):
    make_release()
    [release] = db.session.scalars(select(CodeRelease)).all()
    assert act(operator, release, "explode").status_code == 404
    for number in (release.id + 1, 2**40):
        assert operator.get(f"{DESK}/{number}").status_code == 404
        assert operator.get(f"{DESK}/uploads/{number}").status_code == 404


def test_what_was_left_out_is_paged_and_downloaded_with_no_formula(operator):
    many = "\r\n".join(f"{n:02},Facility,Invented {n},x" for n in range(1, 100))
    read(operator, (PLACES, places(1, extra=f"{many}\r\n" + "\r\n=1+1,x")))
    release = ready()
    text = operator.get(f"{DESK}/{release.id}/left-out.csv")
    assert text.mimetype == "text/csv"
    assert "'=1+1" in text.text
    for page in ("0", "-5", "2", "99999999999999999999", "x"):
        assert operator.get(f"{DESK}/{release.id}?page={page}").status_code == 200


# What CMS asks to be accepted


def test_a_kind_that_needs_the_notice_waits_for_it_and_is_then_read(operator):
    upload = read(operator, (MUE_NAME, limits_of_units()))
    assert (upload.state, upload.said["asks"]) == (UploadState.WAITING, "mue-dme")
    page = operator.get(f"{DESK}/uploads/{upload.id}").text
    assert "Accept the notice before this is read" in page
    assert "http-equiv" not in page
    assert count(CodeRelease) == 0

    operator.post(f"{DESK}/uploads/{upload.id}/accept")
    chores.read_uploads()

    assert last().state == UploadState.DONE
    accepted = db.session.scalars(select(NoticeAcceptance)).one()
    assert (accepted.kind, accepted.accepted_by) == ("mue-dme", upload.uploaded_by)
    assert accepted.stated.startswith("on the desk: This file holds CPT codes")
    act(operator, ready("mue-dme"), "publish")
    read(operator, ("x" + MUE_NAME, limits_of_units(units=2)))
    assert count(NoticeAcceptance) == 1
    assert "Olga Operator" in operator.get(DESK).text


def test_with_the_box_ticked_it_is_read_at_once_and_recorded(operator):
    upload = read(operator, (MUE_NAME, limits_of_units()), accepts="y")
    assert upload.state == UploadState.DONE
    assert db.session.scalars(select(NoticeAcceptance.kind)).all() == ["mue-dme"]


def test_who_does_not_accept_it_has_the_file_deleted(operator):
    upload = read(operator, (MUE_NAME, limits_of_units()))
    assert len(kept()) == 1
    answer = operator.post(f"{DESK}/uploads/{upload.id}/withdraw", follow_redirects=True)
    assert "The file is deleted" in answer.text
    assert (last().state, kept()) == (UploadState.REFUSED, [])
    for action in ("accept", "withdraw"):
        answer = operator.post(f"{DESK}/uploads/{upload.id}/{action}", follow_redirects=True)
        assert "does not wait" in answer.text or "read meanwhile" in answer.text
    assert operator.post(f"{DESK}/uploads/{upload.id}/explode").status_code == 404
    assert count(NoticeAcceptance) == 0


# What comes with several kinds, or in several files


def test_of_several_kinds_in_one_zip_a_refused_one_keeps_no_other_out(operator):
    both = zipped({PLACES: places(), MUE_NAME: limits_of_units(20)})
    upload = read(operator, ("rvu.zip", both), accepts="y")
    assert upload.state == UploadState.DONE
    assert ready() is not None
    assert ready("mue-dme") is None
    [refused] = [line for line in upload.log if "fewer than 1,000" in line]
    assert refused.startswith("NCCI medically unlikely edits, DME supplier: Only 20 rows")
    assert refused in operator.get(f"{DESK}/uploads/{upload.id}").text


def test_files_that_are_sent_together_are_read_together(operator):
    upload = read(operator, (PLACES, places()), (MUE_NAME, limits_of_units()), accepts="y")
    assert len(upload.said["made"].split()) == 2
    assert upload.name == f"{PLACES}\n{MUE_NAME}"


def test_two_uploads_of_one_kind_leave_the_first_waiting(operator):
    send(operator, (PLACES, places()))
    second = read(operator, ("places_june_2024.csv", places(name="Other")))
    assert second.state == UploadState.REFUSED
    assert "waits to be put live or discarded" in second.log[-1]
    assert "Send the file again after that." in second.log[-1]
    assert ready().edition == "May 2024"


def test_the_same_file_twice_is_harmless_and_says_so(operator):
    send(operator, (PLACES, places()))
    again = send(operator, (PLACES, places()))
    assert again.status_code == 422
    assert "was sent already and is waiting" in again.text
    chores.read_uploads()
    waiting = read(operator, (PLACES, places()))
    assert "waits to be put live" in waiting.log[-1]
    act(operator, ready(), "publish")
    live = read(operator, (PLACES, places()))
    assert "is loaded already: nothing was to be done" in live.log[-1]
    assert count(CodeRelease) == 1


# What must not get in


BOMB = zipped({PLACES: b"0" * 30_000_000})
WHOLE = zipped({"icd10cm-tabular-April-1-2026.xml": BOOK})
SWAPPED = "pos_name,description,pos_type\r\n" + "Invented,01,x\r\n" * 60
HOSTILE = {
    "a zip bomb": ("bomb.zip", BOMB, "", "unpacks to more than any"),
    "a zip that was cut": ("icd10cm-2026.zip", WHOLE[: len(WHOLE) // 2], "", "cannot be read"),
    "another kind than was named": (PLACES, places(), "gpci", "It looks like Place of service"),
    "columns that are missing": (PLACES, SWAPPED, "", "is no release of a kind that is known"),
    "a book that is too short": (
        "icd10cm-tabular-April-1-2026.xml", BOOK.replace("E11.9", "E11.8"), "",
        "fewer than 90,000: nothing was loaded",
    ),
    "a book that is broken": (
        "icd10cm-tabular-April-1-2026.xml", BOOK[:-40], "icd10cm", "ICD-10-CM",
    ),
    "a line without an end": (
        PLACES, places() + "\r\n61,Facility," + "x" * 5_000_000, "", "longer than any line",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE, ids=str)
def test_what_is_wrong_is_refused_in_words_and_the_old_release_goes_on_serving(operator, case):
    name, content, kind, says = HOSTILE[case]
    live = make_release()
    before = shown(operator)
    assert "Type 2 diabetes mellitus without complications" in before
    rows = count(CodeFact)

    upload = read(operator, (name, content), kind=kind)

    assert upload.state == UploadState.REFUSED
    assert says in " ".join(upload.log)
    page = operator.get(f"{DESK}/uploads/{upload.id}")
    assert page.status_code == 200
    forget_editions()
    assert shown(operator) == before
    chores.read_uploads()
    assert db.session.scalars(select(CodeRelease.id)).all() == [live.id]
    assert (count(CodeFact), kept()) == (rows, [])


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.csv", b"", "empty.csv is empty."),
        ("page.csv", b"\xef\xbb\xbf <!DOCTYPE html><title>License</title>", "is a web page"),
        ("page.csv", b"<HTML lang=en>", "is a web page"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 99, "is no text, workbook"),
        ("run.csv", b"MZ\x90\x00\x03\x00", "is no text, workbook"),
        ("paper.pdf", b"%PDF-1.7\n", "is no text, workbook"),
        ("../../etc/passwd", b"\x7fELF\x02", "passwd is no text"),
        ("<script>.csv", b"", "&lt;script&gt;.csv is empty."),
    ],
)
def test_what_is_no_release_by_its_beginning_is_not_even_kept(operator, name, content, says):
    answer = send(operator, (name, content))
    assert answer.status_code == 422
    assert says in answer.text
    assert (count(ReleaseUpload), kept()) == (0, [])


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"kind": "nonsense"}, "Not a valid choice"),
        ({"effective": "yesterday"}, "Not a valid date"),
        ({"effective": "1066-10-14"}, "Give the day"),
        ({"edition": "x" * 81}, "longer than 80"),
    ],
)
def test_what_is_said_of_the_files_is_checked(operator, fields, says):
    answer = send(operator, (PLACES, places()), **fields)
    assert answer.status_code == 422
    assert says in answer.text
    assert (count(ReleaseUpload), kept()) == (0, [])


def test_a_form_without_a_file_or_with_too_many_is_shown_again(operator):
    assert "Choose a file." in operator.post(DESK, data={}).text
    assert "Choose a file." in operator.post(DESK, data={"files": "text"}).text
    many = [(f"{n}.csv", "a,b") for n in range(13)]
    assert "up to 12" in send(operator, *many).text
    assert kept() == []


def test_what_the_operator_says_is_used_where_the_file_is_silent(operator):
    silent = read(operator, ("places.csv", places()))
    assert "add --effective" in silent.log[-1]
    read(operator, ("places.csv", places()), effective="2025-02-01", edition="The new one")
    assert (ready().edition, ready().effective_from) == ("The new one", date(2025, 2, 1))


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + places().encode(),
        places(name="Caf\u00e9").encode("cp1252") + b"61,,\xff\r\n",
    ],
    ids=["a byte order mark", "another code page"],
)
def test_text_is_read_however_it_was_saved(operator, content):
    assert read(operator, (PLACES, content)).state == UploadState.DONE


def test_what_a_cell_holds_is_text_on_every_page(operator):
    read(operator, (PLACES, places(extra='=1+1,<script>alert(1)</script>,"=2",x')))
    page = operator.get(f"{DESK}/{ready().id}").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_more_than_is_allowed_is_refused_before_it_is_read(operator, app):
    most = app.config["MAX_RELEASE_MB"] * 1024 * 1024 + 1024 * 1024 + 1
    answer = operator.post(
        DESK, content_type="multipart/form-data; boundary=x", data=b"",
        environ_overrides={"CONTENT_LENGTH": str(most)},
    )  # fmt: skip
    assert answer.status_code == 413
    assert "MAX_RELEASE_MB" in answer.text


def test_a_file_larger_than_other_uploads_may_be_is_taken_of_operators_alone(operator, client_of):
    large = zipped({PLACES: places()}) + b"\x00" * 7 * 1024 * 1024
    assert send(client_of(make_moderator()), ("a.zip", large)).status_code in (404, 413)
    assert send(operator, ("a.zip", large)).status_code == 303


def test_a_sender_who_goes_away_leaves_no_row_and_no_file(operator):
    body = (
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\n'
        + places().encode() * 200
    )
    for said in (len(body), len(body) + 5_000_000):
        answer = operator.post(
            DESK, content_type="multipart/form-data; boundary=x", input_stream=io.BytesIO(body),
            environ_overrides={"CONTENT_LENGTH": str(said)},
        )  # fmt: skip
        assert answer.status_code in (400, 422)
    assert (count(ReleaseUpload), kept()) == (0, [])


# Workers that are stopped, and second ones


def half_read(browser, name: str = MUE_NAME) -> uploads.Taken:
    """An upload whose worker was killed while it read."""
    send(browser, (name, limits_of_units(6_000)), accepts="y")
    taken = uploads.take_upload()
    db.session.commit()
    steps = uploads.read_upload(taken)
    while not count(CodeFact):
        next(steps)
        db.session.commit()
    steps.close()
    return taken


def test_what_a_killed_worker_left_is_taken_up_where_it_stands(operator):
    taken = half_read(operator)
    stored = count(CodeFact)
    assert 0 < stored < 6_000
    begun = db.session.scalar(select(CodeRelease.id))
    chores.read_uploads()
    assert last().state == UploadState.READING, "it is not silent for long enough"
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        chores.read_uploads()
    assert last().state == UploadState.DONE
    assert "Taken up again: the worker that read it was stopped." in last().log
    assert (ready("mue-dme").id, count(CodeFact), kept()) == (begun, 6_000, [])
    assert taken.holder != last().holder


def test_a_worker_that_was_silent_too_long_writes_nothing_more(operator):
    send(operator, (MUE_NAME, limits_of_units(6_000)), accepts="y")
    first = uploads.take_upload()
    db.session.commit()
    steps = uploads.read_upload(first)
    next(steps)
    db.session.commit()
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        chores.read_uploads()
        with pytest.raises(uploads.Superseded):
            list(steps)
        db.session.rollback()
    assert (last().state, count(CodeFact), count(CodeRelease)) == (UploadState.DONE, 6_000, 1)


def test_two_workers_never_take_the_same(operator):
    send(operator, (PLACES, places()))
    assert uploads.take_upload() is not None
    assert uploads.take_upload() is None


def test_an_upload_that_kills_every_worker_is_given_up(operator):
    half_read(operator)
    for minutes in (6, 12):
        with time_machine.travel(clock.now() + timedelta(minutes=minutes)):
            assert uploads.take_upload() is not None
            db.session.commit()
    with time_machine.travel(clock.now() + timedelta(minutes=18)):
        chores.read_uploads()
    assert "Every worker that read it died" in last().log[-1]
    assert kept() == []


def test_a_file_that_is_gone_from_the_disk_is_said_to_be(operator):
    send(operator, (PLACES, places()))
    keeping.remove_files(last().key)
    chores.read_uploads()
    assert "no longer on this server" in last().log[-1]


def test_what_no_upload_needs_is_cleared_away_after_a_day(operator):
    send(operator, (PLACES, places()))
    (keeping.folder() / ("0" * 32)).mkdir()
    (keeping.folder() / "1.part").write_text("x")
    assert keeping.remove_orphans() == 0
    with time_machine.travel(clock.now() + timedelta(days=2)):
        assert keeping.remove_orphans() == 2
    assert kept() == [last().key]


def test_a_page_reloads_itself_only_while_the_worker_has_something_to_do(operator):
    send(operator, (PLACES, places()))
    assert 'http-equiv="refresh"' in operator.get(DESK).text
    assert 'http-equiv="refresh"' in operator.get(f"{DESK}/uploads/{last().id}").text
    chores.read_uploads()
    assert 'http-equiv="refresh"' not in operator.get(DESK).text
