"""Reading the Alphabetic Index of ICD-10-CM and its tables."""

import csv
import json
from datetime import date
from functools import cache

import pytest

from app.codes.intake import icd10cm_index
from app.codes.intake.contract import Hints
from app.codes.intake.files import members
from app.codes.intake.rows import Fact, Term
from app.errors import Invalid
from tests.shared_data import DATA, needs_data

KINDS = {kind.name: kind for kind in icd10cm_index.KINDS}
HEADS = "<head col='1'>Neoplasm</head>" + "".join(
    f"<head col='{column}'>{name}</head>"
    for column, name in enumerate(["Primary", "Secondary", "In situ", "Benign", "Unsure", "?"], 2)
)


def index(terms, *, title="ICD-10-CM INDEX TO DISEASES and INJURIES", version="2026", head=""):
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<ICD10CM.index>\n<version>{version}</version>\n'
        f"<title>{title}</title>\n{head}<letter>\n<title>A</title>\n{terms}\n</letter>\n"
        "</ICD10CM.index>\n"
    )


def neoplasm(terms, heads=HEADS):
    book = index(terms, head=f"<indexHeading>{heads}</indexHeading>\n")
    return book.replace("<title>ICD-10-CM INDEX TO DISEASES and INJURIES</title>\n", "")


@pytest.fixture
def reading(tmp_path):
    def read(*contents, name="icd10cm-index-April-1-2026.xml", hints=None, kind="icd10cm-index"):
        parts = {}
        for number, content in enumerate(contents):
            path = tmp_path / f"{number}-{name}"
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            (member,) = members(path)
            part = KINDS[kind].recognise(member)
            assert part, "not recognized"
            parts.setdefault(part, []).append(member)
        return KINDS[kind].read(parts, hints or Hints())

    return read


def rows(reading, kind=Term):
    return [row for found, batch in reading.batches if found is kind for row in batch]


def data(row):
    return json.loads(row.data)


ABSCESS = """<mainTerm><title>Abscess<nemod>(acute) (fistulous)</nemod>, any site</title>
<code>L02.91</code>
<term level="1"><title>brain<nemod>(any part)</nemod></title><code>G06.0</code>
<term level="2"><title>amebic</title><code>A06.6</code><manif>[G07]</manif></term>
<term level="2"><title>tuberculous</title><see>Tuberculosis, abscess, brain</see></term>
</term></mainTerm>
<mainTerm><title>Abuse</title><seeAlso>Maltreatment</seeAlso><seecat>T74</seecat>
<subcat>T76.0</subcat></mainTerm>"""


def test_terms_stand_under_each_other_as_in_the_book(reading):
    found = rows(reading(index(ABSCESS)))
    assert [(t.position, t.level, t.parent, t.book, t.letter) for t in found] == [
        (1, 0, None, "index", "A"),
        (2, 1, 1, "index", "A"),
        (3, 2, 2, "index", "A"),
        (4, 2, 2, "index", "A"),
        (5, 0, None, "index", "A"),
    ]


def test_a_title_is_printed_with_its_nonessential_modifiers(reading):
    first = rows(reading(index(ABSCESS)))[0]
    assert first.text == "Abscess (acute) (fistulous), any site"
    assert data(first) == {"code": "L02.91", "nonessential": "(acute) (fistulous)"}


def test_a_manifestation_is_the_second_code_and_directions_have_their_names(reading):
    found = rows(reading(index(ABSCESS)))
    assert data(found[2]) == {"code": "A06.6", "manifestation": "G07"}
    assert data(found[3]) == {"see": "Tuberculosis, abscess, brain"}
    assert data(found[4]) == {"see_also": "Maltreatment", "see_category": "T74; T76.0"}


def test_each_code_that_is_named_leads_back_to_its_line(reading):
    found = rows(reading(index(ABSCESS)), Fact)
    assert [(f.topic, f.code, f.other) for f in found] == [
        ("indexed", "L0291", "1"),
        ("indexed", "G060", "2"),
        ("indexed", "A066", "3"),
        ("indexed", "G07", "3"),
    ]
    assert data(found[1]) == {"book": "index", "path": "Abscess, any site, brain"}


def test_a_code_that_leaves_characters_open_is_kept_as_printed_and_found_by_its_beginning(reading):
    term = "<mainTerm><title>Fall</title><code>V97.33X-</code></mainTerm>"
    assert data(rows(reading(index(term)))[0])["code"] == "V97.33X-"
    assert rows(reading(index(term)), Fact)[0].code == "V9733X"
    category = "<mainTerm><title>Place</title><code>Y92.-</code></mainTerm>"
    assert rows(reading(index(category)), Fact)[0].code == "Y92"


def test_categories_of_two_letters_are_codes(reading):
    term = "<mainTerm><title>New</title><code>QA0.1</code></mainTerm>"
    assert rows(reading(index(term)), Fact)[0].code == "QA01"


def test_both_indexes_are_one_release_with_one_order(reading):
    external = index(
        "<mainTerm><title>Fall</title><code>W19</code></mainTerm>",
        title="ICD-10-CM EXTERNAL CAUSE of INJURIES INDEX",
    )
    both = reading(external, index(ABSCESS))
    found = rows(both)
    assert [term.book for term in found] == ["index"] * 5 + ["external"]
    assert found[-1].position == 6


CELLS = """<mainTerm><title>Neoplasm</title>
<cell col="2">C80.1</cell><cell col="3">C79.8-</cell><cell col="4">--</cell><cell col="5">-</cell>
<term level="1"><title>tongue, book-leaf</title><manif>[under side]</manif>
<cell col="2">C02.8</cell><cell col="6">C02.8</cell></term></mainTerm>"""


def test_cells_of_a_table_are_kept_by_column_without_those_that_say_none(reading):
    table = reading(neoplasm(CELLS), kind="icd10cm-neoplasm")
    assert table.legend["neoplasm.2"] == "Primary"
    found = rows(table)
    assert data(found[0]) == {"cells": {"2": "C80.1", "3": "C79.8-"}}
    assert found[1].text == "tongue, book-leaf [under side]"


def test_a_code_in_two_cells_of_a_line_is_one_fact_that_names_both_columns(reading):
    found = rows(reading(neoplasm(CELLS), kind="icd10cm-neoplasm"), Fact)
    assert [(f.code, data(f)["column"]) for f in found] == [
        ("C801", "Primary"),
        ("C798", "Secondary"),
        ("C028", "Primary; Unsure"),
    ]


def test_columns_go_by_their_number_in_whatever_order_they_stand(reading):
    swapped = CELLS.replace(
        '<cell col="2">C80.1</cell><cell col="3">C79.8-</cell>',
        '<cell col="3">C79.8-</cell><cell col="2">C80.1</cell>',
    )
    found = rows(reading(neoplasm(swapped), kind="icd10cm-neoplasm"))
    assert data(found[0])["cells"] == {"2": "C80.1", "3": "C79.8-"}


def test_a_table_whose_heading_lacks_a_column_is_refused_by_its_number(reading):
    heads = HEADS.replace("<head col='4'>In situ</head>", "")
    with pytest.raises(Invalid, match="column 4"):
        reading(neoplasm(CELLS, heads), kind="icd10cm-neoplasm")


@pytest.mark.parametrize(
    ("term", "why"),
    [
        ("<mainTerm><title>A</title>\n<code>=1+1</code></mainTerm>", "not a code"),
        ("<mainTerm><title>A</title>\n<code>99213</code></mainTerm>", "not a code"),
        ("<mainTerm><title>A</title>\n<code>20260231</code></mainTerm>", "not a code"),
        ("<mainTerm>\n<code>A00</code></mainTerm>", "no title"),
        ("<mainTerm><title> </title></mainTerm>", "no title"),
    ],
)
def test_what_is_no_code_or_has_no_title_is_left_out_with_its_line(reading, term, why):
    book = index(ABSCESS + "\n" + term)
    found = reading(book)
    assert len(rows(found, Fact)) == 4
    (fault,) = found.quarantine.kept
    assert why in fault.why
    assert fault.line >= book[: book.index(term)].count("\n") + 1


def test_lines_under_one_without_a_title_are_left_out_one_by_one(reading):
    found = reading(
        index(
            "<mainTerm><title>A</title></mainTerm><mainTerm>"
            "<term level='1'><title>b</title></term></mainTerm>"
        )
    )
    assert [term.text for term in rows(found)] == ["A"]
    assert found.quarantine.count == 2


def test_faulty_cells_are_left_out_and_the_line_is_kept(reading):
    found = reading(
        neoplasm(
            "<mainTerm><title>N</title><cell col='2'>C80.1</cell><cell col='2'>C80.0</cell>"
            "<cell col='9'>C80.1</cell><cell col='3'>none</cell></mainTerm>"
        ),
        kind="icd10cm-neoplasm",
    )
    assert data(rows(found)[0]) == {"cells": {"2": "C80.1"}}
    assert found.quarantine.count == 3


def test_markup_in_a_title_is_read_as_its_words(reading):
    term = "<mainTerm><title>&lt;b&gt;Bold&lt;/b&gt; <i>word</i> after</title></mainTerm>"
    assert rows(reading(index(term)))[0].text == "<b>Bold</b> word after"


@pytest.mark.parametrize(
    ("names", "version", "edition", "day"),
    [
        ("icd10cm-index-April-1-2026.xml", "2026", "April 2026", date(2026, 4, 1)),
        ("icd10cm_index_2025.xml", "2025", "2025", date(2024, 10, 1)),
        ("index.xml", "2025", "2025", date(2024, 10, 1)),
    ],
)
def test_the_edition_is_told_by_the_name_or_the_book(reading, names, version, edition, day):
    found = reading(index(ABSCESS, version=version), name=names)
    assert (found.edition, found.effective_from) == (edition, day)


def test_what_the_operator_says_goes_before_all(reading):
    hints = Hints(effective=date(2026, 4, 1), edition="Spring")
    found = reading(index(ABSCESS, version=""), name="index.xml", hints=hints)
    assert (found.edition, found.effective_from) == ("Spring", date(2026, 4, 1))


def test_without_any_day_the_operator_is_asked(reading):
    with pytest.raises(Invalid, match="--effective YYYY-MM-DD"):
        reading(index(ABSCESS, version=""), name="index.xml")


def test_a_name_and_a_book_that_contradict_each_other_are_refused(reading):
    with pytest.raises(Invalid, match="fiscal year 2027"):
        reading(index(ABSCESS, version="2027"))


def test_files_of_two_editions_are_refused(reading):
    external = index(ABSCESS, title="EXTERNAL CAUSE", version="2025")
    with pytest.raises(Invalid, match="several editions"):
        reading(index(ABSCESS), external, name="index.xml")


def test_two_files_of_one_part_are_refused(reading):
    with pytest.raises(Invalid, match="2 files"):
        reading(index(ABSCESS), index(ABSCESS))


@pytest.mark.parametrize(
    "content",
    [
        index(ABSCESS)[:-40],  # cut off
        index(ABSCESS).encode().replace(b"brain", b"bra\xefn"),  # cp1252 that says it is UTF-8
        index(ABSCESS).encode().replace(b"brain", b"bra\xffn"),
        index(ABSCESS).replace("<ICD10CM.index>", "<!DOCTYPE a><ICD10CM.index>", 1),
        index(""),
    ],
)
def test_a_broken_book_is_refused_before_any_row(reading, content):
    with pytest.raises(Invalid):
        reading(content)


def test_a_mark_of_byte_order_does_no_harm(reading):
    assert len(rows(reading(b"\xef\xbb\xbf" + index(ABSCESS).encode()))) == 5


def test_a_huge_line_is_refused(reading):
    with pytest.raises(Invalid):
        reading(index(f"<mainTerm><title>{'x' * 11_000_000}</title></mainTerm>"))


def test_an_empty_file_is_refused(tmp_path):
    path = tmp_path / "icd10cm-index.xml"
    path.write_bytes(b"")
    with pytest.raises(Invalid, match="is empty"):
        members(path)
    path.write_bytes(b" \n")
    (member,) = members(path)
    assert KINDS["icd10cm-index"].recognise(member) is None
    with pytest.raises(Invalid, match="is empty"):
        KINDS["icd10cm-index"].read({"index": [member]}, Hints())


def test_no_file_at_all_is_refused():
    for kind in KINDS.values():
        with pytest.raises(Invalid, match="no file"):
            kind.read({}, Hints())


def test_a_book_of_another_kind_is_refused(tmp_path):
    path = tmp_path / "icd10cm-index-2026.xml"
    path.write_text("<ICD10PCS.index><version>2026</version></ICD10PCS.index>")
    (member,) = members(path)
    assert KINDS["icd10cm-index"].recognise(member) is None
    with pytest.raises(Invalid, match="its root is another element"):
        KINDS["icd10cm-index"].read({"index": [member]}, Hints())


APRIL = DATA / "icd10cm" / "icd10cm-tabular-and-tables-April-2026.zip"


@cache
def real(kind):
    found = {part: [m] for m in members(APRIL) if (part := KINDS[kind].recognise(m)) is not None}
    release = KINDS[kind].read(found, Hints())
    return release, [row for _, batch in release.batches for row in batch]


@needs_data
def test_the_external_causes_of_april_2026_have_their_entries():
    release, found = real("icd10cm-index")
    assert (release.edition, release.quarantine.count) == ("April 2026", 0)
    terms = [row for row in found if isinstance(row, Term)]
    assert len(terms) == 8_090
    assert sum("code" in data(term) for term in terms) == 6_671


@needs_data
def test_the_neoplasm_table_of_april_2026_gives_every_code_of_the_queries():
    release, found = real("icd10cm-neoplasm")
    with (DATA / "eval" / "icd10cm_neoplasm_table_2026.tsv").open(encoding="utf-8") as file:
        queries = list(csv.DictReader(file, delimiter="\t"))
    assert len(queries) == 9_020
    cells = [
        (release.legend[f"neoplasm.{column}"], code)
        for row in found
        if isinstance(row, Term)
        for column, code in data(row).get("cells", {}).items()
    ]
    assert sorted(cells) == sorted((q["column"], q["code"]) for q in queries)


@needs_data
def test_the_words_that_lead_to_a_neoplasm_are_those_of_the_queries():
    _, found = real("icd10cm-neoplasm")
    paths = {data(row)["path"] for row in found if isinstance(row, Fact)}
    with (DATA / "eval" / "icd10cm_neoplasm_table_2026.tsv").open(encoding="utf-8") as file:
        asked = {query["phrase"] for query in csv.DictReader(file, delimiter="\t")}
    # The queries leave out what a title says after its modifiers, as "NEC" of "cartilage NEC".
    assert len(asked - paths) < 40
    assert len(asked & paths) > 1_700


@needs_data
def test_the_drug_table_of_april_2026_is_read_whole():
    release, found = real("icd10cm-drug")
    assert release.quarantine.count == 0
    assert sum(isinstance(row, Term) for row in found) == 7_430
    assert sum(isinstance(row, Fact) for row in found) == 40_036
