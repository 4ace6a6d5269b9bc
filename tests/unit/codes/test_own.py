"""What an account keeps of codes: the star, folders, notes, history, and taking it away."""

import csv
import io
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from app import clock
from app.accounts.services import close_account
from app.codes.models import CodeFolder, FavoriteCode, PrivateNote, RecentCode
from app.codes.services import own
from app.codes.services.own import favorites, listing, notes
from app.extensions import db
from tests.factories.accounts import PASSWORD, make_account
from tests.factories.codes import make_release
from tests.factories.codes_own import make_favorite, make_folder, make_key, make_note
from tests.unit.codes.test_show import words
from tests.watch import statements

E119 = "/codes/icd10cm/E11.9"
OWN = f"{E119}/own?part=1"
E13 = "/codes/icd10cm/E13"
MINE = "/codes/mine"


@pytest.fixture(autouse=True)
def release(app):
    return make_release()


@pytest.fixture
def account(app):
    return make_account()


@pytest.fixture
def member(account, client_of):
    return client_of(account)


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def favorite() -> FavoriteCode | None:
    return db.session.scalar(select(FavoriteCode))


# --- The star ------------------------------------------------------------------------------------


def test_the_star_keeps_a_code_and_the_page_says_so(member):
    assert f'data-fragment="{OWN}"' in member.get(E119).text
    assert "☆ Add to favorites" in member.get(OWN).text
    answer = member.post(f"{E119}/favorite", data={"action": "keep"})
    assert (answer.status_code, answer.location) == (302, E119)
    assert "E11.9 is in your favorites." in words(member.get(E119))
    assert "★ Favorite" in words(member.get(OWN))


def test_a_favorite_goes_into_a_folder_that_is_made_on_the_way(member):
    member.post(f"{E119}/favorite", data={"new_folder": "  Urology   clinic "})
    assert "★ Favorite in Urology clinic" in member.get(OWN).text
    member.post(f"{E13}/favorite", data={"new_folder": "urology CLINIC"})
    assert (count(CodeFolder), count(FavoriteCode)) == (1, 2)


def test_a_favorite_moves_and_is_removed(member, account):
    folder = make_folder(account)
    member.post(f"{E119}/favorite", data={})
    member.post(f"{E119}/favorite", data={"folder": str(folder.id)})
    assert favorite().folder_id == folder.id
    for _ in range(2):
        member.post(f"{E119}/favorite", data={"action": "remove"})
    assert favorite() is None


@pytest.mark.parametrize("folder", ["x", "-1", "²", "9" * 30, "999999", "1 OR 1=1"])
def test_a_folder_that_is_none_of_yours_is_not_found(member, folder):
    theirs = make_folder(make_account())
    for wrong in (folder, str(theirs.id)):
        assert member.post(f"{E119}/favorite", data={"folder": wrong}).status_code == 404
    assert favorite() is None


@pytest.mark.parametrize("code", ["ZZZ", "4", "E08-E13", "%00", "A" * 3_000])
def test_only_codes_are_kept(member, code):
    for what in ("favorite", "note"):
        answer = member.post(f"/codes/icd10cm/{code}/{what}", data={"text": "x"})
        assert answer.status_code in (400, 404)
    assert (count(FavoriteCode), count(PrivateNote)) == (0, 0)


def test_limits_say_what_to_do(member, account, monkeypatch):
    monkeypatch.setattr(favorites, "MOST_FAVORITES", 1)
    monkeypatch.setattr(favorites, "MOST_FOLDERS", 1)
    monkeypatch.setattr(notes, "MOST_NOTES", 1)
    make_favorite(account, "E13", folder=make_folder(account))
    make_note(account, "E13", "x")
    member.post(f"{E119}/favorite", data={})
    assert "You have 1 favorites, as many as one account may have." in member.get(MINE).text
    answer = member.post(f"{MINE}/folders", data={"name": "Another"})
    assert answer.status_code == 422
    assert "You have 1 folders" in answer.text
    answer = member.post(f"{E119}/note", data={"text": "kept as typed"})
    assert answer.status_code == 422
    assert "kept as typed" in answer.text
    assert (count(FavoriteCode), count(CodeFolder), count(PrivateNote)) == (1, 1, 1)


def test_the_day_of_service_is_kept_on_the_way(member):
    page = member.get(f"{E119}?on=2026-05-01").text
    assert f'data-fragment="{OWN}&amp;on=2026-05-01"' in page
    own = member.get(f"{E119}/own?on=2026-05-01").text
    assert f'action="{E119}/note?on=2026-05-01"' in own
    answer = member.post(f"{E119}/favorite?on=2026-05-01", data={})
    assert answer.location == f"{E119}?on=2026-05-01"


# --- Notes ---------------------------------------------------------------------------------------


def test_a_note_is_shown_to_its_owner_alone(member, client, client_of):
    answer = member.post(f"{E119}/note", data={"text": "Ask <b>first</b>\r\nthen code"})
    assert (answer.status_code, answer.location) == (302, E119)
    assert "Ask &lt;b&gt;first&lt;/b&gt;\nthen code" in member.get(OWN).text
    assert "then code" not in client_of(make_account()).get(OWN).text
    assert "then code" not in client.get(OWN).text
    assert "then code" not in client_of(make_account()).get(f"{E119}/note").text


def test_a_note_changes_and_an_empty_one_is_none(member):
    for text in ("one", "two", " \r\n "):
        member.post(f"{E119}/note", data={"text": text})
    assert count(PrivateNote) == 0
    assert "There is no note of yours now." in member.get(f"{E119}/note").text


def test_a_note_may_have_five_thousand_characters_and_not_one_more(member):
    longest = "é\r\n" * 2_499 + "x"
    assert member.post(f"{E119}/note", data={"text": longest + "x"}).status_code == 302
    refused = member.post(f"{E119}/note", data={"text": "é" * 5_001})
    assert refused.status_code == 422
    assert "A note has at most 5,000 characters; this one has 5,001." in refused.text
    assert "é" * 5_001 in refused.text


def test_reading_a_note_by_itself_counts_no_view(member, account):
    make_note(account, "E119", "by itself")
    assert "by itself" in member.get(f"{E119}/note").text
    assert "5 code page views remaining" not in member.get(E13).text  # the page itself took one
    assert "4 code page views remaining" in member.get(E13).text


def test_notes_are_searched_by_words_and_by_code(member, account):
    make_note(account, "E119", "insulin 100% of the time")
    make_note(account, "E13", "nothing of it")
    make_note(make_account(), "E11", "insulin of another")
    queries = ("INSULIN", "time+insulin", "100%25", "e11.9", "zzz", "%00", "%25", "x" * 900)
    found = {q: member.get(f"{MINE}?show=notes&q={q}").text for q in queries}
    for q in ("INSULIN", "time+insulin", "100%25", "e11.9"):
        assert "insulin 100% of the time" in found[q], q
        assert "nothing of it" not in found[q], q
        assert "of another" not in found[q], q
    assert "No note holds “zzz”" in found["zzz"]


# --- History -------------------------------------------------------------------------------------


def test_opening_a_code_is_noted_once_an_hour(member):
    start = clock.now() + timedelta(hours=1)
    with time_machine.travel(start, tick=False):
        member.get(E119)
    assert db.session.scalars(select(RecentCode.seen_at)).one() == start
    with time_machine.travel(start + timedelta(minutes=59), tick=False), statements() as seen:
        member.get(OWN)
    assert [s for s in seen if not s.startswith("SELECT") and "recent" in s] == []
    with time_machine.travel(start + timedelta(hours=1), tick=False):
        member.get(OWN)
    db.session.expire_all()
    assert db.session.scalars(select(RecentCode.seen_at)).one() == start + timedelta(hours=1)


def test_a_page_that_was_counted_asks_nothing_of_what_is_the_readers_own(member):
    member.get(E119)
    with statements() as seen:
        member.get(E119)
    assert len(seen) == 2  # who it is, and the allowance
    with statements() as seen:
        member.get(OWN)
    assert len([s for s in seen if "favorite_code" in s]) == 1


def test_without_scripts_the_readers_own_things_are_a_page(member):
    page = member.get(f"{E119}/own").text
    assert "<title>Your E11.9" in page
    assert f'action="{E119}/favorite"' in page
    assert "<title>" not in member.get(OWN).text
    assert member.get("/codes/icd10cm/ZZZ/own").status_code == 404


def test_asking_for_ones_own_things_opens_nothing(member):
    member.get(OWN)
    assert count(RecentCode) == 0


def test_what_is_only_asked_about_or_locked_is_not_opened(member, client, app, monkeypatch):
    member.head(E119)
    client.get(E119)
    monkeypatch.setitem(app.config, "FREE_CODE_VIEWS", 0)
    member.get(E13)
    assert count(RecentCode) == 0


def test_history_shows_the_latest_first_and_is_cleared(member):
    member.get(E119)
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        member.get(E13)
    page = member.get(f"{MINE}?show=history").text
    assert page.index(">E13</a>") < page.index(">E11.9</a>")
    assert member.post(f"{MINE}/history").location == f"{MINE}?show=history"
    assert "Nothing opened yet" in member.get(f"{MINE}?show=history").text


# --- Your codes ----------------------------------------------------------------------------------


def test_folders_are_made_renamed_and_deleted_and_their_codes_stay(member, account):
    made = member.post(f"{MINE}/folders", data={"name": "Clinic"})
    folder = db.session.scalars(select(CodeFolder)).one()
    assert made.location == f"{MINE}?folder={folder.id}"
    make_favorite(account, "E119", folder=folder)
    path = f"{MINE}/folders/{folder.id}"
    member.post(path, data={"action": "rename", "name": "Ward"})
    assert "Ward: 1 code" in words(member.get(f"{MINE}?folder={folder.id}"))
    member.post(path, data={"action": "delete"})
    assert "Its codes are still favorites, in no folder." in member.get(MINE).text
    assert favorite().folder_id is None
    assert member.post(path, data={"action": "delete"}).status_code == 404


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "clinic"])
def test_a_folder_has_a_name_of_its_own(member, account, name):
    make_folder(account, "Clinic")
    answer = member.post(f"{MINE}/folders", data={"name": name})
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    other = make_folder(account, "Other")
    member.post(f"{MINE}/folders/{other.id}", data={"name": name})
    assert db.session.get(CodeFolder, other.id).name == "Other"


def test_favorites_are_listed_by_folder_moved_and_removed(member, account):
    folder = make_folder(account)
    inside = make_favorite(account, "E119", folder=folder)
    loose = make_favorite(account, "E13")
    assert ">E13</a>" not in member.get(f"{MINE}?folder={folder.id}").text
    assert ">E11.9</a>" not in member.get(f"{MINE}?folder=none").text
    member.post(f"{MINE}/favorites/{loose.id}", data={"folder": folder.id})
    assert "Clinic: 2 codes" in words(member.get(f"{MINE}?folder={folder.id}"))
    answer = member.post(
        f"{MINE}/favorites/{inside.id}?folder={folder.id}", data={"action": "remove"}
    )
    assert answer.location == f"{MINE}?folder={folder.id}"
    assert favorite().key == "E13"


def test_another_persons_things_do_not_exist(account, client_of):
    folder = make_folder(account)
    kept = make_favorite(account, "E119", folder=folder)
    other = client_of(make_account())
    assert other.get(f"{MINE}?folder={folder.id}").status_code == 404
    for path in (f"folders/{folder.id}", f"favorites/{kept.id}"):
        for action in ("delete", "remove", "rename", "move"):
            assert other.post(f"{MINE}/{path}", data={"action": action}).status_code == 404
    assert (count(CodeFolder), count(FavoriteCode)) == (1, 1)


@pytest.mark.parametrize(
    "query", ["page=0", "page=x", "page=99999999999999999999", "show=zz", "show=notes&page=7"]
)
def test_any_address_of_your_codes_is_answered(member, query):
    assert member.get(f"{MINE}?{query}").status_code == 200


def test_long_lists_have_pages(member, account, monkeypatch):
    monkeypatch.setattr(listing, "PAGE", 1)
    make_favorite(account, "E119")
    make_favorite(account, "E13")
    page = member.get(f"{MINE}?page=2").text
    assert ">E11.9</a>" in page
    assert ">E13</a>" not in page
    assert 'href="/codes/mine?page=1"' in page


def test_a_code_that_no_edition_has_any_more_is_still_listed(member, account):
    make_favorite(account, "Z998")
    assert "In no loaded edition any more" in member.get(MINE).text


def test_your_codes_are_for_whoever_is_logged_in(client):
    for path in (MINE, f"{MINE}.csv", f"{E119}/note"):
        assert client.get(path).location.startswith("/log-in")


# --- Taking it away, and closing -----------------------------------------------------------------


def test_everything_is_taken_away_as_csv_that_no_spreadsheet_computes(member, account):
    make_favorite(account, "E119", folder=make_folder(account, "=1+1"))
    make_folder(account, "Empty")
    make_note(account, "E13", "=HYPERLINK(1)")
    make_note(make_account(), "E13", "of another")
    answer = member.get(f"{MINE}.csv")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows[1][:5] == [
        "Favorite", "ICD-10-CM", "E11.9",
        "Type 2 diabetes mellitus without complications", "'=1+1",
    ]  # fmt: skip
    assert rows[2][0::5] == ["Note", "'=HYPERLINK(1)"]
    assert rows[3][0::4] == ["Folder", "Empty"]
    assert len(rows) == 4
    assert 'filename="your-codes.csv"' in answer.headers["Content-Disposition"]
    assert "no-store" in answer.headers["Cache-Control"]


def test_everything_is_taken_away_as_json(member, account):
    member.get(E119)
    make_favorite(account, "E119", folder=make_folder(account))
    make_note(account, "E13", "why")
    found = member.get(f"{MINE}.json").json
    assert found["folders"] == ["Clinic"]
    assert found["favorites"][0]["folder"] == "Clinic"
    assert found["notes"][0]["text"] == "why"
    assert found["history"][0]["code"] == "E11.9"


@pytest.mark.parametrize("licensed", [frozenset(), frozenset({"pages"}), frozenset({"json"})])
def test_cpt_titles_leave_only_with_a_license_for_exports(app, account, monkeypatch, licensed):
    monkeypatch.setitem(app.config, "CPT_LICENSED_USES", licensed)
    row = listing.OwnCode(1, "cpt", "00000", account.created_at, entry=_invented())
    kept = own.export_own(account)
    assert kept.title_of(row) == ""
    monkeypatch.setitem(app.config, "CPT_LICENSED_USES", {"pages", "exports"})
    assert own.export_own(account).title_of(row) == "An invented thing"


def _invented():
    return listing.Reference("00000", "00000", "00000", "An invented thing", "code", True, None)


def test_all_of_it_goes_when_the_account_closes(account):
    stays = make_account()
    for person in (account, stays):
        make_favorite(person, "E119", folder=make_folder(person))
        make_note(person, "E119", "x")
        make_key(person)
        own.note_opening(person.id, "icd10cm", "E119", own.OwnState())
    close_account(account, password=PASSWORD)
    db.session.commit()
    for model in own.closing.OWN:
        assert db.session.scalars(select(model.account_id)).all() == [stays.id], model


def test_a_view_of_a_moment_ago_is_not_written_again(account):
    state = own.own_state(account.id, "icd10cm", "E119")
    assert own.note_opening(account.id, "icd10cm", "E119", state)
    again = own.own_state(account.id, "icd10cm", "E119")
    assert not own.note_opening(account.id, "icd10cm", "E119", again)
