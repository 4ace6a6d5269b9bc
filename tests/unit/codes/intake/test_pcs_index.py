"""Reading the index of ICD-10-PCS and its body part and device keys."""

import json
from datetime import date

import pytest

from app.codes.intake import pcs_index
from app.codes.intake.contract import Hints
from app.codes.intake.files import members
from app.codes.intake.rows import Fact, Term
from app.errors import Invalid
from tests.shared_data import DATA, needs_data

KINDS = {kind.name: kind for kind in pcs_index.KINDS}


def index(terms, version="2025"):
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<ICD10PCS.index>\n<version>{version}</version>\n'
        f"<title>2025 ICD-10-PCS Index</title>\n<letter>\n<title>A</title>\n{terms}\n</letter>\n"
        "</ICD10PCS.index>\n"
    )


def key(terms, name="ICD-10-PCS Body Part Key (synonyms)", **more):
    return json.dumps(
        {"name": name, "version": "2025-08-09", **more, "data": terms}, indent=1, ensure_ascii=False
    )


@pytest.fixture
def reading(tmp_path):
    def read(kind, *files, hints=None):
        parts = {}
        for name, content in files:
            path = tmp_path / name
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


TERMS = """<mainTerm><title>Abdominoplasty</title>
<term level="1"><see>Alteration, Abdominal Wall<codes>0W0F</codes></see></term>
<term level="1"><see>Repair, Abdominal Wall</see></term></mainTerm>
<mainTerm><title>Activa neurostimulator</title>
<use>Stimulator Generator in<tab>0JH</tab></use></mainTerm>
<mainTerm><title>Abortion</title>
<term level="1"><title>Products of Conception</title><codes>10A0</codes></term>
<term level="1"><title>Abortifacient</title><code>10A07ZX</code><tab>10A</tab></term></mainTerm>"""


def test_lines_without_a_title_are_further_directions_of_the_line_above(reading):
    found = rows(reading("icd10pcs-index", ("index_2025.xml", index(TERMS))))
    assert data(found[0]) == {
        "see": ["Alteration, Abdominal Wall", "Repair, Abdominal Wall"],
        "see_tables": ["0W0F", ""],
    }
    assert data(found[1]) == {"use": ["Stimulator Generator in"], "use_tables": ["0JH"]}


def test_terms_stand_under_each_other_with_codes_apart_from_tables(reading):
    found = rows(reading("icd10pcs-index", ("index_2025.xml", index(TERMS))))
    assert [(t.book, t.position, t.level, t.parent, t.text) for t in found][2:] == [
        ("pcs", 3, 0, None, "Abortion"),
        ("pcs", 4, 1, 3, "Products of Conception"),
        ("pcs", 5, 1, 3, "Abortifacient"),
    ]
    assert data(found[3]) == {"tables": ["10A0"]}
    assert data(found[4]) == {"codes": ["10A07ZX"], "tables": ["10A"]}


def test_each_code_or_table_leads_back_to_its_line(reading):
    found = rows(reading("icd10pcs-index", ("index_2025.xml", index(TERMS))), Fact)
    assert [(f.topic, f.code, f.other) for f in found] == [
        ("indexed", "0W0F", "1"),
        ("indexed", "0JH", "2"),
        ("indexed", "10A0", "4"),
        ("indexed", "10A07ZX", "5"),
        ("indexed", "10A", "5"),
    ]
    assert data(found[3]) == {"book": "pcs", "path": "Abortion, Abortifacient"}


@pytest.mark.parametrize(
    ("term", "count"),
    [
        ("<mainTerm><title>T</title><code>=1+1</code></mainTerm>", 1),
        ("<mainTerm><title>T</title><code>0O10000</code></mainTerm>", 1),  # PCS has no letter O
        ("<mainTerm><title>T</title><tab>1</tab></mainTerm>", 1),
        ("<mainTerm><code>0W0F0ZZ</code></mainTerm>", 1),
        ("<mainTerm><title>T</title><term><term><title>t</title></term></term></mainTerm>", 2),
    ],
)
def test_what_cannot_be_read_is_left_out_with_its_line_and_the_rest_is_read(reading, term, count):
    found = reading("icd10pcs-index", ("index_2025.xml", index(f"{TERMS}\n{term}")))
    assert len(rows(found)) >= 5
    assert found.quarantine.count == count
    assert found.quarantine.kept[0].line == 15


def test_the_edition_is_the_fiscal_year_of_the_index(reading):
    found = reading("icd10pcs-index", ("index.xml", index(TERMS)))
    assert (found.edition, found.effective_from) == ("2025", date(2024, 10, 1))


@pytest.mark.parametrize(
    "content",
    [index(TERMS)[:-30], index(""), index(TERMS).encode().replace(b"Wall", b"W\xffll")],
)
def test_a_broken_index_is_refused(reading, content):
    with pytest.raises(Invalid):
        reading("icd10pcs-index", ("index_2025.xml", content))


BODY = {"Achilles tendon": ["Lower Leg Tendon, Right", "Lower Leg Tendon, Left"], "Anvil": ["Bone"]}
DEVICE = "ICD-10-PCS Device Key (synonyms)"
HINTS = Hints(effective=date(2024, 10, 1))


def test_keys_give_anatomical_terms_and_devices_their_names(reading):
    found = rows(
        reading(
            "icd10pcs-keys",
            ("device_key.json", key({"3f valve": ["Zooplastic Tissue"]}, DEVICE)),
            ("body_part_key.json", key(BODY, count_terms=2)),
            hints=HINTS,
        )
    )
    assert [(t.book, t.position, t.letter, t.text, data(t)["means"]) for t in found] == [
        ("pcs-body-part", 1, "A", "Achilles tendon",
         "Lower Leg Tendon, Right; Lower Leg Tendon, Left"),
        ("pcs-body-part", 2, "A", "Anvil", "Bone"),
        ("pcs-device", 3, "3", "3f valve", "Zooplastic Tissue"),
    ]  # fmt: skip


def test_the_definitions_as_cms_ships_them_hold_the_same_keys(reading):
    definitions = """<?xml version="1.0" encoding="utf-8"?>
<ICD10PCS.definitions><version>2025</version><section code="0"><title>Medical and Surgical</title>
<axis pos="3"><title>Operation</title>
<terms><title>Bypass</title><includes>Colostomy formation</includes></terms></axis>
<axis pos="4"><title>Body Part</title>
<terms><title>1st Toe, Left</title><title>1st Toe, Right</title><includes>Hallux</includes></terms>
</axis><axis pos="6"><title>Device</title>
<terms><title>Zooplastic Tissue</title><includes>3f valve</includes></terms></axis>
</section></ICD10PCS.definitions>"""
    found = reading("icd10pcs-keys", ("icd10pcs_definitions_2025.xml", definitions))
    assert found.effective_from == date(2024, 10, 1)
    assert [(t.book, t.text, data(t)["means"]) for t in rows(found)] == [
        ("pcs-body-part", "Hallux", "1st Toe, Left; 1st Toe, Right"),
        ("pcs-device", "3f valve", "Zooplastic Tissue"),
    ]


def test_the_day_a_key_was_written_out_is_not_when_it_takes_effect(reading):
    with pytest.raises(Invalid, match="--effective YYYY-MM-DD"):
        reading("icd10pcs-keys", ("body_part_key.json", key(BODY)))


def test_terms_without_a_name_or_there_twice_are_left_out_with_their_line(reading):
    content = (
        '{"name": "ICD-10-PCS Device Key",\n"data": {\n"a": ["A"],\n"b": [],\n"c": "C",\n'
        '"d": [1],\n"a": ["B"]}}'
    )
    found = reading("icd10pcs-keys", ("device_key.json", content), hints=HINTS)
    assert [t.text for t in rows(found)] == ["a"]
    assert [(f.line, f.row) for f in found.quarantine.kept] == [
        (4, "b"),
        (5, "c"),
        (6, "d"),
        (7, "a"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        key(BODY)[:-10],
        key({}),
        key(BODY, count_terms=3),  # cut off on the way, and mended
        '{"name": "ICD-10-PCS Body Part Key", "data": []}',
        '{"name": "ICD-10-PCS Body Part Key"}',
    ],
)
def test_a_broken_key_is_refused(reading, content):
    with pytest.raises(Invalid):
        reading("icd10pcs-keys", ("body_part_key.json", content), hints=HINTS)


def test_bytes_of_another_code_page_and_markup_are_text(reading):
    body = key({"M\xe9ni\xe8re <b>": ["=1+1"]}).encode("cp1252")
    found = rows(reading("icd10pcs-keys", ("body.json", body), hints=HINTS))
    assert (found[0].text, data(found[0])["means"]) == ("M\xe9ni\xe8re <b>", "=1+1")


def test_nothing_to_read_is_refused():
    for kind in KINDS.values():
        with pytest.raises(Invalid, match="no file"):
            kind.read({}, Hints())


REAL = DATA / "icd10pcs" / "icd10pcs-2025-tables-index.zip"


def real(kind):
    parts = {part: [m] for m in members(REAL) if (part := KINDS[kind].recognise(m)) is not None}
    found = KINDS[kind].read(parts, Hints())
    batches = list(found.batches)
    assert found.quarantine.count == 0
    assert found.effective_from == date(2024, 10, 1)
    return [row for _, batch in batches for row in batch]


@needs_data
def test_the_index_of_2025_is_read_whole():
    found = [row for row in real("icd10pcs-index") if isinstance(row, Term)]
    assert len(found) == 22_201
    named = [data(term) for term in found]
    assert sum(len(d.get("codes", ())) for d in named) == 2_794
    assert sum(len(d.get("see", ())) for d in named) == 1_785
    assert sum(len(d.get("use", ())) for d in named) == 2_342


@needs_data
def test_the_keys_of_2025_have_all_their_terms():
    found = real("icd10pcs-keys")
    assert sum(term.book == "pcs-body-part" for term in found) == 1_106
    assert sum(term.book == "pcs-device" for term in found) == 407
