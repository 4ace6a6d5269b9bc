"""Every format as it is written, and everything a feed can be instead."""

from __future__ import annotations

import contextlib
import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.jobs.intake import Posting, Unreadable, read_feed
from app.jobs.intake import reading as reading_module

INDEED = """<?xml version="1.0" encoding="utf-8"?>
<source><publisher>ATS</publisher>
<job><title><![CDATA[Coder II (Remote)]]></title><referencenumber>A-1</referencenumber>
<requisitionid>77</requisitionid><url><![CDATA[https://ats.example/1?source=x&utm_source=y]]></url>
<company>Mercy &amp; Sons</company><city>Wichita</city><state>Kansas</state><country>US</country>
<postalcode>67202</postalcode><description><![CDATA[<p>Assign codes.</p>]]></description>
<salary><![CDATA[$24.50 - $33.10 per hour]]></salary><jobtype>fulltime, contract</jobtype>
<category>HIM</category><experience>2+ years</experience><remotetype>Fully remote</remotetype>
<expirationdate>Thu, 31 Dec 2026 23:59:59 GMT</expirationdate></job>
<job><title>Auditor</title><referencenumber>A-2</referencenumber></job>
</source>"""


def one(content: str | bytes, kind: str = "auto") -> Posting:
    found = read_feed(content if isinstance(content, bytes) else content.encode(), kind)
    assert found.faults == []
    return found.postings[0]


def test_indeed_xml():
    found = read_feed(INDEED.encode())
    first, second = found.postings
    assert (found.kind, found.is_complete, found.faults) == ("indeed", True, [])
    assert (first.external_id, first.requisition, first.title) == (
        "A-1",
        "77",
        "Coder II (Remote)",
    )
    assert (first.city, first.state, first.postal_code) == ("Wichita", "Kansas", "67202")
    assert first.company == "Mercy & Sons"
    assert first.employment == ("fulltime", "contract")
    assert first.closes_on == "2026-12-31"
    assert first.description == "<p>Assign codes.</p>"
    assert second.description == ""


def test_greenhouse():
    job = {
        "id": 4001,
        "title": "Coder",
        "requisition_id": "R-1",
        "location": {"name": "Remote"},
        "content": "&lt;p&gt;R&amp;amp;D &amp;mdash; now&lt;/p&gt;",
        "absolute_url": "https://boards.example/1",
        "metadata": [
            {"name": "Employment Type", "value": "Full-time"},
            {"name": "Workplace Type", "value": ["Hybrid"]},
            {"name": "Odd", "value": None},
            "not an object",
        ],
        "pay_input_ranges": [
            {"min_cents": 2600, "max_cents": 3600, "currency_type": "USD", "title": "Hourly"},
            {"min_cents": 1, "max_cents": 2},
        ],
        "departments": [{"name": "Coding"}],
        "application_deadline": "2026-12-01T00:00:00-05:00",
    }
    found = one(json.dumps({"jobs": [job], "meta": {"total": 1}}))
    assert found.external_id == "4001"
    assert found.description == "<p>R&amp;D &mdash; now</p>"
    assert (found.employment, found.remote) == (("Full-time",), "Hybrid")
    assert (found.pay_low, found.pay_high, found.pay_unit) == ("26", "36", "Hourly")
    assert found.remarks == ("It states several ranges of pay; the first one was taken.",)
    assert found.closes_on == "2026-12-01"


def test_a_greenhouse_board_that_lacks_some_is_not_whole():
    job = {"id": 1, "title": "Coder"}
    found = read_feed(json.dumps({"jobs": [job], "meta": {"total": 50}}).encode())
    assert not found.is_complete
    assert any("content=true" in remark for remark in found.remarks)


def test_lever():
    job = {
        "id": "6b1f",
        "text": "Coder",
        "country": "US",
        "workplaceType": "hybrid",
        "categories": {
            "commitment": "Full-time",
            "location": "Nashville, TN",
            "team": "ProFee",
            "allLocations": ["Nashville, TN", "Atlanta, GA"],
        },
        "description": "<div>Cardiology.</div>",
        "lists": [{"text": "Requirements", "content": "<li>CPC</li>"}],
        "additional": "<p>More.</p>",
        "applyUrl": "https://jobs.lever.co/x/apply",
        "hostedUrl": "https://jobs.lever.co/x",
        "salaryRange": {"currency": "USD", "interval": "per-hour-wage", "min": 26, "max": 36.5},
    }
    found = one(json.dumps([job]))
    assert found.other_places == ("Atlanta, GA",)
    assert found.description == (
        "<div>Cardiology.</div>\n<h3>Requirements</h3>\n<ul><li>CPC</li></ul>\n<p>More.</p>"
    )
    assert (found.pay_low, found.pay_high, found.pay_unit) == ("26", "36.5", "per-hour-wage")
    assert found.apply_url == "https://jobs.lever.co/x/apply"


def page(data: object) -> str:
    return (
        "<!doctype html><html><head><script>var x = '<script type=\"application/ld+json\">';"
        f'</script><script type="application/ld+json">{json.dumps(data)}</script></head></html>'
    )


POSTING = {
    "@type": "JobPosting",
    "title": "Coder",
    "identifier": {"@type": "PropertyValue", "value": "OP-9"},
    "validThrough": "2026-12-31T00:00",
    "employmentType": ["FULL_TIME", "CONTRACTOR"],
    "hiringOrganization": {"name": "Mercy"},
    "jobLocationType": "TELECOMMUTE",
    "applicantLocationRequirements": [
        {"@type": "State", "name": "Ohio, USA"},
        {"@type": "Country", "name": "USA"},
    ],
    "jobLocation": {
        "address": {
            "addressLocality": "Toledo",
            "addressRegion": "OH",
            "addressCountry": {"@type": "Country", "name": "US"},
        }
    },
    "baseSalary": {
        "currency": "USD",
        "value": {"minValue": 25, "maxValue": 32.5, "unitText": "HOUR"},
    },
}


@pytest.mark.parametrize(
    "data",
    [
        POSTING,
        [POSTING],
        {"@context": "https://schema.org", "@graph": [{"@type": "WebPage"}, POSTING]},
        {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": POSTING}]},
        {**POSTING, "@type": ["JobPosting", "Thing"]},
    ],
    ids=["alone", "in a list", "in a graph", "in an item list", "of several types"],
)
def test_a_page_with_a_job_posting(data):
    found = one(page(data))
    assert (found.external_id, found.requisition, found.title) == ("OP-9", "OP-9", "Coder")
    assert found.eligible == ("Ohio",)
    assert (found.city, found.state, found.country) == ("Toledo", "OH", "US")
    assert (found.pay_low, found.pay_high, found.pay_unit) == ("25", "32.5", "HOUR")


def test_a_job_posting_without_a_number_is_known_by_its_address():
    job = {"@type": "JobPosting", "title": "Coder"}
    found = read_feed(page(job).encode(), "auto", "https://hospital.example/jobs/1")
    assert found.postings[0].external_id == "https://hospital.example/jobs/1"
    assert found.postings[0].apply_url == "https://hospital.example/jobs/1"


def test_a_broken_block_beside_a_good_one_is_said():
    text = page(POSTING).replace(
        "</head>", '<script type="application/ld+json">{"@type": </script></head>'
    )
    found = read_feed(text.encode())
    assert len(found.postings) == 1
    assert not found.is_complete
    assert found.remarks == ["A part of the page's structured data is broken."]


CSV = (
    "Job ID,Title,City,State,Salary,Description,Close date,URL\n"
    'A-1,Coder,"St. Louis",MO,$30/hr,"<p>Two\nlines, a comma</p>",12/31/2026,https://x.example/1\n'
    "A-2,Auditor,Wichita,KS,,,,\n"
)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_table(delimiter):
    heading, rest = CSV.split("\n", 1)
    text = heading.replace(",", delimiter) + "\n"
    text += rest if delimiter == "," else f"A-1{delimiter}Coder" + delimiter * 6 + "\n"
    found = read_feed(text.encode())
    assert (found.kind, found.postings[0].external_id) == ("csv", "A-1")
    assert found.postings[0].title == "Coder"


def test_the_lines_of_a_table_are_counted_as_an_editor_does():
    found = read_feed((CSV + "A-3,Too few\n" + "A-4,Coder,,,,,,\n").encode())
    assert [p.number for p in found.postings] == [2, 4, 6]
    assert [(f.number, f.message) for f in found.faults] == [
        (5, "It has 2 cells where the heading has 8.")
    ]
    assert found.is_complete


def test_a_table_that_was_cut_off_is_not_whole():
    assert not read_feed(CSV[:-5].encode()).is_complete
    with pytest.raises(Unreadable, match="line 2"):
        read_feed(CSV[:110].encode())


def test_columns_that_changed_places_are_refused():
    text = "title,city,state\nCoder,MO,St. Louis\nAuditor,KS,Wichita\nCoder,TX,Austin\n"
    with pytest.raises(Unreadable, match="each other's values"):
        read_feed(text.encode())
    assert read_feed(b"title,city,state\nCoder,New York,NY\nCoder,Indiana,PA\n").postings


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("Título".encode("cp1252"), "Título"),
        (b"\xef\xbb\xbf" + "Título".encode(), "Título"),
        ("Título".encode("utf-16"), "Título"),
    ],
    ids=["Windows", "with a mark", "UTF-16"],
)
def test_letters_are_read_as_they_were_written(content, expected):
    heading, row = "id,title\nA-1,", "\n"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        whole = f"{heading}Título{row}".encode("utf-16")
    elif content.startswith(b"\xef\xbb\xbf"):
        whole = b"\xef\xbb\xbf" + heading.encode() + content[3:] + row.encode()
    else:
        whole = heading.encode() + content + row.encode()
    assert one(whole).title == expected


def test_xml_that_windows_wrote_and_called_utf_8():
    content = INDEED.replace("Auditor", "Auditora \u2013 caf\u00e9").encode("cp1252")
    assert read_feed(content).postings[1].title == "Auditora \u2013 caf\u00e9"


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">'
    "]><source><job><title>&b;</title></job></source>"
)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf  \n", "empty"),
        (b"PK\x03\x04....", "ZIP"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG....", "picture"),
        (b"hello there", "no feed we know"),
        (b"<html><body>Please log in</body></html>", "no JobPosting"),
        (b"<!DOCTYPE html><p>x", "no JobPosting"),
        (BOMB.encode(), "document type"),
        (b'<?xml version="1.0"?><!DOCTYPE s SYSTEM "file:///etc/passwd"><source/>', "document"),
        (INDEED[:200].encode(), "broken"),
        (b"<rss><channel/></rss>", "no job elements"),
        (b'{"jobs": [{"id": 1, "title": "Cod', "not whole"),
        (b'{"offers": []}', "neither"),
        (b'{"jobs": "none"}', "no list"),
        (b"[1, 2, 3]", "none of it"),
        (b"[" * 100_000, "nested"),
        (b'{"jobs": [{"id": ' + b"9" * 5_000 + b"}]}", "broken"),
        (b"id,name\n1,Coder\n", "no feed we know"),
        (b"id,city\n1,Austin\n", "title"),
        (gzip.compress(INDEED.encode(), mtime=0)[:100], "not whole"),
        (b"\x1f\x8b" + b"x" * 100, "damaged"),
    ],
    ids=range(22),
)
def test_what_is_no_feed_is_refused_with_the_reason(content, expected):
    with pytest.raises(Unreadable, match=expected):
        read_feed(content)


def test_a_feed_may_come_packed_and_does_not_swell():
    assert len(read_feed(gzip.compress(INDEED.encode())).postings) == 2
    with pytest.raises(Unreadable, match="larger"):
        read_feed(gzip.compress(b" " * (reading_module.MOST_BYTES + 2)))
    with pytest.raises(Unreadable, match="larger"):
        read_feed(b"x" * (reading_module.MOST_BYTES + 1))


def test_another_kind_than_was_chosen_is_said():
    with pytest.raises(Unreadable, match="not Lever postings: it looks like Indeed XML"):
        read_feed(INDEED.encode(), "lever")


GREENHOUSE_FIELDS = [
    *("id", "title", "location", "content", "metadata", "departments", "requisition_id"),
    *("absolute_url", "pay_input_ranges", "application_deadline", "company_name"),
]
LEVER_FIELDS = [
    *("id", "text", "categories", "lists", "salaryRange", "description", "country"),
    *("workplaceType", "applyUrl", "additional"),
]


def test_values_of_any_type_do_no_harm():
    strange = [None, True, 3, 4.5, [], {}, [{}], "x" * 100_000, "\ud800\x00\u202eevil", [[[1]]]]
    jobs = [dict.fromkeys(GREENHOUSE_FIELDS, value) for value in strange] + strange
    found = read_feed(json.dumps({"jobs": jobs}).encode())
    assert len(found.postings) + len(found.faults) == len(jobs)
    lever = [{"id": "1", "text": "Coder"}]
    lever += [dict.fromkeys(LEVER_FIELDS, value) for value in strange]
    found = read_feed(json.dumps(lever).encode())
    assert len(found.postings) + len(found.faults) == len(lever)
    for posting in found.postings:
        posting.title.encode()
        assert "\u202e" not in posting.title
        assert len(posting.title) <= 300


def test_a_posting_survives_being_kept():
    for posting in read_feed(INDEED.encode()).postings:
        stored = json.loads(json.dumps({**posting.to_json(), "number": posting.number}))
        assert Posting.from_json(stored) == posting
        assert Posting.from_json(stored).digest() == posting.digest()


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(content):
    with contextlib.suppress(Unreadable):
        read_feed(content)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    ["jobs", "id", "title", "text", "@type", "@graph", "categories", "content",
                     "location", "value", "baseSalary", "jobLocation", "identifier", "metadata"]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=20,
    )
)  # fmt: skip
def test_no_json_breaks_the_reader(data):
    with contextlib.suppress(Unreadable):
        read_feed(json.dumps(data).encode())
