"""The code page, as guests, accounts and crawlers see it."""

import json
import re
from html import unescape

import pytest
import time_machine
from sqlalchemy import func, select

from app.codes.chores import forget_old_guests
from app.codes.models import ViewAllowance, ViewGrant
from app.codes.services.editions import REMEMBERED
from app.codes.services.structure import MOST_LISTED
from app.extensions import db
from tests.factories.accounts import make_account
from tests.factories.codes import BOOK, make_release
from tests.schema_org import faults_of_a_code
from tests.watch import statements

E119 = "/codes/icd10cm/E11.9"
E13 = "/codes/icd10cm/E13"
SPENT = (
    "0 code page views remaining. Guest accounts are limited to 1 page view. "
    "Register free account to get 5 more views."
)
# Found in the open reference of E13 and E11.9, and nowhere on the page but there.
GATED = (
    "valid for reporting",
    "At the same level",
    "gestational diabetes",
    'rel="prev"',
)


@pytest.fixture(autouse=True)
def release(app):
    return make_release()


def words(response) -> str:
    """What a person reads, without the markup."""
    body = re.sub(r"(?s)<(script|style).*?</\1>", " ", response.text)
    return " ".join(unescape(re.sub(r"<[^>]+>", "", body)).split())


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


# --- The first view ------------------------------------------------------------------------------


def test_a_guests_first_page_is_open_and_says_that_it_was_the_only_one(client):
    page = client.get(E119)
    text = words(page)
    assert page.status_code == 200
    assert SPENT in text
    assert "valid for reporting" in text
    assert "Register to view content" not in text


@pytest.mark.parametrize("path", ["/log-in", "/register"])
def test_whoever_logs_in_or_registers_from_a_code_comes_back_to_it(client, path):
    page = client.get(E119).text
    assert page.count(f'href="{path}"') == 0
    assert page.count(f'href="{path}?next=/codes/icd10cm/E11.9"') >= 3  # wide, narrow, on the page


def test_the_page_runs_from_the_products_down_to_the_notices(client):
    text = words(client.get(E119))
    order = [
        "CasePilot in preparation",
        "CaseConsultant in preparation",
        "Case2Code in preparation",
        "CareerCenter Log in Register free account 0 code page views remaining",
        "Official Description",
        "Owner: Centers for Disease Control and Prevention",
        "Common Language Description",
        "© CareerCenter. Composed from",
        "Have a question about ICD-10-CM Code E11.9?",
        "Medicare coverage",
        "Billable or not Billable.",
        "Place in the book Chapter 4",
        "Includes and inclusion terms Includes What belongs",
        "Code first, use additional code, code also Use additional code",
        "Excludes1 and Excludes2 Excludes1",
        "Edition and source Edition",
        "Jobs that use this code",
        "Cite this page",
        "It is no advice on how to code a particular record",
    ]
    places = [text.find(part) for part in order]
    assert -1 not in places
    assert places == sorted(places)


def test_a_first_view_writes_nothing_and_costs_no_query_once_drawn(client, app):
    client.get(E119)
    with statements() as seen:
        page = app.test_client().get(E119)
    assert page.status_code == 200
    assert seen == []
    assert count(ViewAllowance) == 0


def test_guests_get_the_same_bytes_and_their_own_cookie(client, app):
    one, other = client.get(E119), app.test_client().get(E119)
    assert one.data == other.data
    assert one.headers["ETag"] == other.headers["ETag"]
    assert one.headers["Set-Cookie"] != other.headers["Set-Cookie"]
    assert b"csrf" not in one.data
    assert one.headers["Cache-Control"] == "private, no-cache"
    assert one.headers["Vary"] == "Cookie, Accept"


def test_what_was_flashed_to_one_guest_is_not_kept_for_the_next(client, app):
    with client.session_transaction() as session:
        session["_flashes"] = [("good", "You are logged out, Ada.")]
    assert "Ada" not in client.get(E119).text
    assert "Ada" not in app.test_client().get(E119).text


def test_the_address_a_page_is_asked_under_is_not_kept_either(client, app):
    client.get(E119, headers={"Host": "evil.example"})
    assert "evil.example" not in app.test_client().get(E119).text


def test_a_page_that_has_not_changed_is_not_sent_again(client):
    etag = client.get(E119).headers["ETag"]
    again = client.get(E119, headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    client.get(E13)
    assert client.get(E13, headers={"If-None-Match": etag}).status_code == 200


def test_the_cookie_is_signed_and_kept_from_scripts(client):
    header = client.get(E119).headers["Set-Cookie"]
    assert header.startswith("guest=")
    assert all(part in header for part in ("HttpOnly", "SameSite=Lax", "Max-Age=2592000", "Path=/"))


def test_every_visitor_without_a_cookie_sees_what_a_first_view_shows(app):
    crawler = app.test_client(use_cookies=False)
    for address in (E119, E13, "/codes/icd10cm/H54.8"):
        assert "Register to view content" not in crawler.get(address).text
    assert count(ViewAllowance) == 0


# --- The second ----------------------------------------------------------------------------------


def test_a_guests_second_code_shows_headings_and_the_way_to_an_account(client):
    client.get(E119)
    page = client.get(E13)
    text = words(page)
    assert page.status_code == 200
    assert SPENT in text
    assert "Billable or not Register to view content" in text
    assert page.text.count("Create a free account to unlock this content") >= 4
    assert 'href="/register?next=/codes/icd10cm/E13"' in page.text
    assert 'href="/log-in?next=/codes/icd10cm/E13"' in page.text
    assert not [part for part in GATED if part in page.text]
    assert "Other specified diabetes mellitus" in text  # the official description stays


def test_a_locked_page_is_not_for_search_engines_an_open_one_is(client):
    assert 'content="noindex"' not in client.get(E119).text
    assert 'content="noindex"' in client.get(E13).text


def test_the_first_code_stays_open(client):
    client.get(E119)
    client.get(E13)
    assert "valid for reporting" in client.get(E119).text
    assert count(ViewGrant) == 1


def test_a_second_locked_page_asks_the_database_once(client):
    client.get(E119)
    client.get(E13)
    client.get("/codes/icd10cm/W00")
    with statements() as seen:
        client.get(E13)
    assert len([s for s in seen if s.startswith("SELECT")]) == len(seen) == 1


@pytest.mark.parametrize("cookie", ["", "x", "a.b.c", "é", "A" * 3000, "aaaaaaaaaaaaaaaa:x:E1.x.y"])
def test_a_forged_cookie_is_no_cookie(client, cookie):
    client.set_cookie("guest", cookie)
    page = client.get(E119)
    assert page.status_code == 200
    assert "Register to view content" not in page.text
    assert page.headers["Set-Cookie"].startswith("guest=")


def test_a_cookie_cannot_be_bent_to_name_another_first_code(client):
    client.get(E119)
    value = client.get_cookie("guest").value
    client.set_cookie("guest", value.replace("E119", "E13"))
    client.get("/codes/icd10cm/W00")
    assert count(ViewGrant) == 0


def test_the_guests_period_ends_with_the_cookie(client):
    with time_machine.travel("2026-11-01 12:00Z", tick=False):
        client.get(E119)
        assert "Register to view content" in client.get(E13).text
    with time_machine.travel("2026-12-01 12:00:01Z", tick=False):
        assert "Register to view content" not in client.get(E13).text
        forget_old_guests()
        assert (count(ViewAllowance), count(ViewGrant)) == (0, 0)


def test_an_operator_may_give_guests_more_or_none(client, app, monkeypatch):
    monkeypatch.setitem(app.config, "GUEST_CODE_VIEWS", 3)
    first = words(client.get(E119))
    assert "2 code page views remaining. Guest accounts are limited to 3 page views." in first
    assert "1 code page view remaining." in words(client.get(E13))
    assert "1 code page view remaining." in words(client.get(E119))
    assert "0 code page views remaining." in words(client.get("/codes/icd10cm/W00"))
    assert "Register to view content" in client.get("/codes/icd10cm/V00").text
    monkeypatch.setitem(app.config, "GUEST_CODE_VIEWS", 0)
    fresh = app.test_client().get(E119)
    assert "Register to view content" in fresh.text
    assert "Set-Cookie" not in fresh.headers


# --- What counts nothing -------------------------------------------------------------------------


def test_asking_for_the_head_counts_nothing_and_shows_nothing(client, client_of):
    assert client.head(E119).status_code == 200
    assert client.get_cookie("guest") is None
    member = client_of(make_account())
    member.head(E119)
    assert (count(ViewAllowance), count(ViewGrant)) == (0, 0)


@pytest.mark.parametrize(
    "header",
    [
        {"Sec-Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"X-Moz": "prefetch"},
    ],
)
def test_a_page_is_not_sent_ahead_of_being_read(client, client_of, header):
    member = client_of(make_account())
    for browser in (client, member):
        ahead = browser.get(E119, headers=header)
        assert ahead.status_code == 403
        assert not [part for part in GATED if part in ahead.text]
    assert client.get_cookie("guest") is None
    assert count(ViewAllowance) == 0


# --- Accounts ------------------------------------------------------------------------------------


def test_an_account_has_five_views_of_its_own(client, client_of):
    client.get(E119)
    member = client_of(make_account())
    remaining = [
        words(member.get(f"/codes/icd10cm/{code}"))
        for code in ("E11.9", "E13", "W00", "V00", "H54.8")
    ]
    assert ["4 code page views remaining." in remaining[0], "0 code" in remaining[4]] == [
        True,
        True,
    ]
    assert "Free accounts are limited to 5 page views every 30 days." in remaining[0]


@time_machine.travel("2026-11-23 12:00Z", tick=False)
def test_an_account_out_of_views_is_told_when_they_renew_and_that_nothing_is_sold(client_of):
    member = client_of(make_account())
    for code in ("E11.9", "E13", "W00", "V00", "H54.8"):
        member.get(f"/codes/icd10cm/{code}")
    page = member.get("/codes/icd10cm/E11")
    text = words(page)
    assert "0 code page views remaining." in text
    assert "Your free views renew on December 23, 2026." in text
    assert "Plans with unlimited views are in preparation and not sold yet." in text
    assert "Register" not in text
    assert not [part for part in GATED if part in page.text]


def test_after_signing_up_the_reader_is_back_on_the_page_and_reads_it(client, client_of):
    client.get(E119)
    assert "Register to view content" in client.get(E13).text
    member = client_of(make_account())
    assert "valid for reporting" in member.get(E13).text


def test_metered_pages_ask_little_of_the_database(app, client_of):
    app.test_client().get(E119)  # drawn
    member = client_of(make_account())
    with statements() as first:
        member.get(E119)
    app.test_client().get(E13)
    with statements() as counted:
        member.get(E13)
    with statements() as again:
        member.get(E13)
    with statements() as undrawn:
        member.get("/codes/icd10cm/W00")
    assert len(first) <= 8
    assert len(counted) <= 6  # of which one writes down that the account opened it
    assert len(again) == 2
    assert len([s for s in undrawn if s.startswith("SELECT")]) <= 8


# --- Addresses -----------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["e11.9", "E119", "e119", "E11.9 ", "%20e119"])
def test_other_spellings_lead_to_the_one_address(client, typed):
    response = client.get(f"/codes/icd10cm/{typed}")
    assert (response.status_code, response.location) == (301, E119)
    assert client.get_cookie("guest") is None


@pytest.mark.parametrize(
    "path",
    [
        "E11.9X",
        "E11..9",
        "zzz",
        "%3Cscript%3Ealert(1)",
        "..%5C..%5Cetc",
        "%F0%9F%98%80",
        "%E2%80%AEE11",
        "'%20OR%201=1--",
        "%25",
        "A" * 3_000,
        "E11.9%0D%0ASet-Cookie:x=y",
    ],
)
def test_a_wrong_code_is_a_404_that_repeats_nothing_dangerous(client, path):
    response = client.get(f"/codes/icd10cm/{path}")
    assert response.status_code == 404
    assert "<script>alert" not in response.text
    assert len(response.text) < 20_000
    assert "Search codes" in response.text


def test_a_wrong_code_suggests_the_nearest(client):
    page = client.get("/codes/icd10cm/E11.9X")
    assert "Did you mean one of these?" in page.text
    assert page.text.index(">E11.9</a>") < page.text.index(">E11</a>")
    assert 'value="E11.9X"' in page.text


@pytest.mark.parametrize("path", ["/codes/icd10xx", "/codes/icd10xx/E11.9", "/codes/ICD10CM/E11.9"])
def test_an_unknown_system_is_a_404(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/codes/icd10cm/E11.9%00", "/codes/icd10cm/%FF", "/codes/%00/E11"]
)
def test_broken_addresses_are_refused(client, path):
    assert client.get(path).status_code in (400, 404)


def test_without_a_release_there_is_no_page_and_browsing_says_so(client, app):
    db.session.rollback()
    for table in ("code_note", "code_entry", "code_release"):
        db.session.execute(db.metadata.tables[table].delete())
    db.session.commit()
    app.extensions.pop("code_pages", None)
    assert client.get(E119).status_code == 404
    assert client.get("/codes/icd10cm").status_code == 404
    assert "not loaded" in client.get("/codes").text


def test_an_open_page_names_its_canonical_address_and_what_it_is(client):
    page = client.get(E119)
    assert '<link rel="canonical" href="http://127.0.0.1:8000/codes/icd10cm/E11.9">' in page.text
    assert "<title>E11.9 Type 2 diabetes mellitus without complications" in page.text
    code, way = structured_data(page)
    assert (code["@type"], code["codeValue"]) == ("MedicalCode", "E11.9")
    assert faults_of_a_code(code) == faults_of_a_code(way) == []
    steps = [step["item"].removeprefix("http://127.0.0.1:8000/codes") for step in
             way["itemListElement"]]  # fmt: skip
    assert steps[:3] == ["", "/icd10cm", "/icd10cm/4"]
    assert steps[-1] == "/icd10cm/E11.9"


def structured_data(page) -> list[dict]:
    return [json.loads(found) for found in re.findall(r'ld\+json">(.*?)</script>', page.text)]


def test_a_heading_is_no_code_and_says_only_where_it_stands(client):
    (way,) = structured_data(client.get("/codes/icd10cm/E08-E13"))
    assert faults_of_a_code(way) == []
    assert way["itemListElement"][-1]["name"] == "E08-E13"


def test_titles_cannot_bring_markup(client):
    make_release(
        BOOK.replace("Other specified diabetes mellitus", "&lt;b&gt;x&lt;/b&gt;&lt;/script&gt;")
    )
    client.application.extensions.pop("code_pages", None)
    page = client.get(E13)
    assert "<b>x</b>" not in page.text
    assert page.text.count("</script>") == page.text.count("<script")


# --- What the reference shows --------------------------------------------------------------------


def test_notes_name_where_they_come_from_and_link_the_codes_they_name(client):
    page = client.get("/codes/icd10cm/E11.9")
    assert 'From <a class="code" href="/codes/icd10cm/E11">E11</a>' in page.text
    assert 'mellitus (<a class="code" href="/codes/icd10cm/E10">E10</a>.-)' in page.text
    assert 'From <a href="/codes/icd10cm/4">Chapter 4</a>' in page.text


def test_what_belongs_to_a_group_is_not_said_of_each_code_in_it(client):
    own = words(client.get("/codes/icd10cm/S06.0"))
    assert "Conditions that are coded here" in own
    assert "Conditions that belong to the group" not in own
    guest = client.application.test_client()
    inherited = words(guest.get("/codes/icd10cm/S06.0X0A"))
    assert "Conditions that are coded here" not in inherited
    assert "Conditions that belong to the group as a whole." in inherited


def test_neighbors_and_siblings_are_shown(client):
    text = words(client.get(E119))
    assert "Previous code E11.41" in text
    assert "Next code E13" in text
    assert "On the same level under E11 CodeDescriptionBillable E11.4" in text.replace("> ", "")


def test_a_code_that_is_not_billable_lists_those_that_are(client):
    text = words(client.get("/codes/icd10cm/E11"))
    assert "Not billable. E11 is not complete: report one of the 3 billable codes below it." in text
    assert "Billable codes below E11" in text


def test_the_next_level_is_listed_once_where_it_is_the_billable_codes(client):
    stem = words(client.get("/codes/icd10cm/S06.0X0"))
    assert "Billable codes below S06.0X0" in stem
    assert "Next level below S06.0X0" not in stem
    another = client.application.test_client()
    assert "Next level below S06.0" in words(another.get("/codes/icd10cm/S06.0"))


def test_too_many_billable_codes_are_not_listed_but_their_groups(client):
    many = "".join(
        f"<diag><name>E10.{n:02}</name><desc>Type 1, form {n}</desc></diag>"
        for n in range(MOST_LISTED + 1)
    )
    make_release(BOOK.replace("<diag><name>E10.9</name>", f"{many}<diag><name>E10.9</name>", 1))
    client.application.extensions.pop("code_pages", None)
    text = words(client.get("/codes/icd10cm/E10"))
    assert f"report one of the {MOST_LISTED + 2} billable codes below it" in text
    assert "Open one of the groups below." in text


def test_the_seventh_character_is_explained(client):
    text = words(client.get("/codes/icd10cm/S06.0X7A"))
    assert "S06.0X7A carries the seventh character A. An X before it is a placeholder" in text
    assert "D subsequent encounter Not used here" in text


def test_a_table_of_the_book_is_drawn(client):
    assert "Table printed at H54.8" in client.get("/codes/icd10cm/H54.8").text


def test_an_edition_that_is_out_of_date_says_so(client):
    with time_machine.travel("2026-09-30 23:00Z", tick=False):
        assert "A newer edition is in force" not in client.get(E119).text
    client.application.extensions.pop("code_editions")
    with time_machine.travel("2026-10-01 11:00Z", tick=False):
        page = client.application.test_client().get(E119)
        assert "A newer edition is in force" in page.text


def test_jobs_are_loaded_into_the_page_or_linked(client):
    page = client.get(E119).text
    assert 'data-fragment="/jobs/for-code/icd10cm/E11.9"' in page
    assert 'href="/jobs?code=icd10cm:E11.9"' in page


def test_a_new_release_is_shown_within_seconds(client, app):
    client.get(E119)
    seen_at, remembered = app.extensions["code_editions"]
    make_release(BOOK.replace("without complications", "with none at all"))
    app.extensions["code_editions"] = (seen_at, remembered)
    assert "without complications" in app.test_client().get(E119).text
    app.extensions["code_editions"] = (seen_at - REMEMBERED, remembered)
    assert "with none at all" in app.test_client().get(E119).text


def test_old_guests_are_forgotten_by_the_worker(client):
    with time_machine.travel("2026-09-01 12:00Z", tick=False):
        client.get(E119)
        client.get(E13)
    assert count(ViewAllowance) == 1
    forget_old_guests()
    assert count(ViewAllowance) == 0
