"""Reading the MS-DRGs: the map of codes to groups, the weights, the lists of severity."""

import json
import lzma
import random
from datetime import date

import pytest

from app.codes.intake.carried import carried_members
from app.codes.intake.contract import Hints
from app.codes.intake.files import members
from app.codes.intake.ms_drg import KINDS
from app.errors import Invalid
from tests.intake_files import read, written
from tests.shared_data import DATA, needs_data

(DRG,) = KINDS
TABLE_5 = (
    '"TABLE 5.—LIST OF MEDICARE GROUPS, \nAND LENGTH OF STAY—FY 2026 Final Rule"\t\t\t\r\n'
    "MS-DRG \tFY 2026 Final Post-Acute DRG\tFY 2026 Final Special Pay DRG\tMDC\tTYPE\t"
    "MS-DRG Title\tWeights - Before Cap\tWeights - 10% Cap Applied \tGeometric mean LOS\t"
    "Arithmetic mean LOS\r\n"
)
WEIGHTS = (
    "001\tNo\tNo\tPRE\tSURG\tINVENTED TRANSPLANT\t28.0239\t28.0239\t25.8\t36.2\r\n"
    "470\tYes\tYes\t08\tSURG\tINVENTED JOINT\t1.8969\t1.9001\t1.7\t2.1\r\n"
    "999\tNo\tNo\t \t**\tUNGROUPABLE\t.\t.\t.\t\r\n"
)
PAYLOAD = {
    "ccmap": {"A000": {"aowa": True, "hac": "05", "level": "MCC", "pdx": "0002"}},
    "drg_exclusions": {"470": ["B20", "A000"]},
    "drgmap": {
        number: {
            "desc": title, "drg": number, "is_medical": kind == "M", "is_surgical": kind == "S",
            "mdc": mdc,
        }
        for number, title, kind, mdc in (
            ("001", "Invented Transplant", "S", ""),
            ("371", "Invented Infection", "M", "06"),
            ("470", "Invented Joint", "S", "08"),
            ("894", "Invented Dependence", "M", "20"),
            ("998", "Invented Error", "-", ""),
        )
    },
    "dxmap": {
        "A000": ["_MDC25", "_MDC06", "371|PDX", "470|OR SDX", "_TRAUMA24_SITE_LOWER_LIMB"],
        "F1020": ["_MDC20"],
        "O80": ["998|PDX"],
        "QA00101": ["371&470|PDX OR SDX"],
        "Z99": ["none|PDX"],
    },
    "exmap": {"0002": ["B20", "A000"]},
    "neoormap": ["0SRT0J9"],
    "orpcsmap": {"0SRT0J9": ["470"]},
    "prmap": {
        "0SRT0J9": ["470|ORPCS", "001|ORPCS|0SPC0LZ"], "B21F1ZZ": ["371|NON-ORPCS"],
        "with": ["470|ORPCS"],
    },
    "schema_version": 1,
    "surgical_rank": {"470": 1},
    "version": "v43.1",
}  # fmt: skip


def drg_map(tmp_path, name="v43.1.json.xz", **changes):
    payload = json.dumps(PAYLOAD | changes, sort_keys=True).encode()
    return written(tmp_path, name, lzma.compress(payload))


def weights(tmp_path, text=TABLE_5 + WEIGHTS):
    return written(tmp_path, "drg_weights.txt", text.encode("cp1252"))


def severity(tmp_path, letter="J", rows="A00.0\tInvented\r\n"):
    level = "CC" if letter == "J" else "MCC"
    head = f"TABLE 6{letter} - COMPLETE {level} LIST\r\nDiagnosis Code\tDescription\r\n"
    return written(tmp_path, f"{level}.txt", head + rows + "\r\n\tNotes:\r\n")


def test_table_5_is_read_as_it_is_shipped(tmp_path):
    found = read(DRG, weights(tmp_path))
    assert (found.reading.edition, found.reading.effective_from) == ("FY 2026", date(2025, 10, 1))
    assert found.of("drg") == {
        ("001", ""): {
            "title": "INVENTED TRANSPLANT", "mdc": "PRE", "type": "SURG", "weight": "28.0239",
            "weight_capped": "28.0239", "gmlos": "25.8", "amlos": "36.2", "post_acute": False,
            "special": False,
        },
        ("470", ""): {
            "title": "INVENTED JOINT", "mdc": "08", "type": "SURG", "weight": "1.8969",
            "weight_capped": "1.9001", "gmlos": "1.7", "amlos": "2.1", "post_acute": True,
            "special": True,
        },
        ("999", ""): {"title": "UNGROUPABLE", "post_acute": False, "special": False},
    }  # fmt: skip


def test_the_map_says_what_a_diagnosis_leads_to_and_what_it_raises(tmp_path):
    found = read(DRG, drg_map(tmp_path))
    assert (found.reading.edition, found.reading.effective_from) == ("v43.1", date(2026, 4, 1))
    assert found.of("dx") == {
        ("A000", ""): {
            "level": "MCC", "mdc": "06", "other_mdcs": ["25"], "drgs": ["371"],
            "secondary_drgs": ["470"], "pdx_exclusion": "0002", "hac": "05", "alive_only": True,
            "trauma_sites": ["lower limb"],
        },
        ("F1020", ""): {"mdc": "20", "drgs": ["894"]},
        ("O80", ""): {"unacceptable": True},
        ("QA00101", ""): {"drgs": ["371", "470"]},
    }  # fmt: skip
    assert found.of("pdx_exclusion") == {("0002", ""): {"codes": ["A000", "B20"]}}
    assert found.of("drg")["470", ""]["severity_exclusions"] == ["A000", "B20"]
    assert found.of("drg")["001", ""]["mdc"] == "PRE"
    assert [why for _, why in found.faults] == [
        "“Z99” has the label “none|PDX”, which names no groups.",
        "“with” is no code.",
    ]


def test_the_map_says_which_procedures_are_operations(tmp_path):
    assert read(DRG, drg_map(tmp_path)).of("px") == {
        ("0SRT0J9", ""): {
            "or": True, "drgs": ["001", "470"], "mdcs": ["08", "PRE"], "combined_drgs": ["001"],
            "non_extensive": True,
        },
        ("B21F1ZZ", ""): {"or": False, "drgs": ["371"], "mdcs": ["06"]},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("version", "begins"), [("v43", date(2025, 10, 1)), ("v42.1", date(2025, 4, 1))]
)
def test_a_version_begins_in_october_and_its_revision_in_april(tmp_path, version, begins):
    assert read(DRG, drg_map(tmp_path, version=version)).reading.effective_from == begins


def test_the_tables_add_to_the_map(tmp_path):
    categories = written(
        tmp_path, "mdc.csv",
        '"01","Diseases and Disorders of the Nervous System"\n"08","Invented"\nx,y\n',
    )  # fmt: skip
    listed = written(
        tmp_path, "ms_drg.csv",
        '"001","\\N","P","INVENTED","0","\\N"\n"002","MDC 01","M","GONE","0","\\N"\n'
        '"003","\\N","\\N","OLD","1","2010-10-01"\n',
    )  # fmt: skip
    both = severity(tmp_path, "J", "A00.0\tInvented\r\nA00.1\tInvented\r\n")
    found = read(DRG, drg_map(tmp_path), weights(tmp_path), categories, listed, both)
    drgs = found.of("drg")
    assert drgs["470", ""]["title"] == "Invented Joint"
    assert drgs["470", ""]["weight"] == "1.8969"
    assert ("002", "") not in drgs  # no longer a group
    assert found.of("mdc")["08", ""] == {"title": "Invented"}
    assert found.of("dx")["A000", ""]["level"] == "MCC"  # the map is of the later day
    assert found.of("dx")["A001", ""] == {"level": "CC"}


def test_the_lists_of_severity_are_read_alone(tmp_path):
    hints = Hints(effective=date(2025, 10, 1))
    bad = "=1+1\tx\r\nB20\tInvented\r\nB20\tInvented\r\n"
    found = read(DRG, severity(tmp_path, "I", bad), severity(tmp_path), hints=hints)
    assert found.of("dx") == {("A000", ""): {"level": "CC"}, ("B20", ""): {"level": "MCC"}}
    assert [line for line, _ in found.faults] == [3, 5]
    with pytest.raises(Invalid, match="--effective"):
        read(DRG, severity(tmp_path))
    changes = written(tmp_path, "6i1.txt", "TABLE 6I.1 - ADDITIONS TO THE MCC LIST\nx\n")
    assert DRG.recognise(changes) is None


def test_a_list_of_groups_with_a_header_is_read(tmp_path):
    text = (
        "\ufeffms_drg,mdc,medical_surgical,description\n001,,Surgical,A\n470,08,Medical,B\nx,,,C\n"
    )
    member = written(tmp_path, "groups_fy.csv", text)
    found = read(DRG, member, hints=Hints(effective=date(2025, 10, 1)))
    assert found.of("drg") == {
        ("001", ""): {"title": "A", "type": "SURG"},
        ("470", ""): {"title": "B", "type": "MED", "mdc": "08"},
    }
    assert [line for line, _ in found.faults] == [4]


def test_rows_of_weights_that_cannot_be_read_are_left_out(tmp_path):
    bad = (
        "471\tMaybe\tNo\t08\tSURG\tX\t1\t1\t1\t1\r\n472\tNo\tNo\t8x\tSURG\tX\t1\t1\t1\t1\r\n"
        "473\tNo\tNo\t08\tSURG\tX\t=1+1\t1\t1\t1\r\n470\tNo\tNo\t08\tSURG\tX\t1\t1\t1\t1\r\n"
        "474\tNo\r\n"
    )
    found = read(DRG, weights(tmp_path, TABLE_5 + WEIGHTS + bad))
    assert len(found.rows) == 3
    assert [line for line, _ in found.faults] == [7, 8, 9, 10, 11]


def test_files_that_do_not_belong_together_are_refused(tmp_path):
    other = weights(tmp_path, (TABLE_5 + WEIGHTS).replace("2026", "2024"))
    with pytest.raises(Invalid, match="fiscal year 2024"):
        read(DRG, drg_map(tmp_path), other)
    with pytest.raises(Invalid, match="more than one file"):
        read(DRG, drg_map(tmp_path), drg_map(tmp_path, "v43.json.xz"))


def test_a_missing_column_is_named(tmp_path):
    text = (TABLE_5 + WEIGHTS).replace("Arithmetic mean LOS", "x")
    with pytest.raises(Invalid, match="no column “ARITHMETIC MEAN LOS”"):
        read(DRG, weights(tmp_path, text))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"version": "v9"}, "which version"),
        ({"schema_version": 2}, "laid out"),
        ({"exmap": []}, "part “exmap”"),
        ({"drgmap": {"001": {"desc": "x"}}}, "lack their titles"),
        ({"drgmap": {"001": None}}, "no map of MS-DRGs"),
    ],
)
def test_a_map_that_is_not_whole_is_refused(tmp_path, changes, why):
    with pytest.raises(Invalid, match=why):
        read(DRG, drg_map(tmp_path, **changes))


def test_a_map_that_is_cut_is_refused(tmp_path):
    whole = json.dumps(PAYLOAD, sort_keys=True)
    with pytest.raises(Invalid, match="no map of MS-DRGs"):
        read(DRG, written(tmp_path, "v43.1.json", whole[:-40]))
    packed = lzma.compress(random.Random(1).randbytes(50_000))[:-9_000]
    with pytest.raises(Invalid, match="cannot be read"):
        DRG.read({"map": [written(tmp_path, "v43.1.json.xz", packed)]}, Hints())


@pytest.fixture(scope="module")
def carried():
    ours = [m for m in carried_members() if m.archive.startswith("drgpy")]
    return read(DRG, *ours)


def test_the_carried_map_is_read_whole(carried):
    assert len(carried.of("drg")) > 700
    assert carried.reading.quarantine.count <= 2  # words of a heading that the map has as codes
    assert len(carried.rows) > 120_000


@pytest.fixture(scope="module")
def engine(carried):
    from drgpy.msdrg import DRGEngine

    return DRGEngine(carried.reading.edition)


def test_the_grouper_of_the_package_gives_a_group_of_ours(carried, engine):
    diagnoses = {row.code: row.data for row in carried.rows if row.topic == "dx"}
    alone = 0
    for code in random.Random(11).sample(sorted(diagnoses), 600):
        data = json.loads(diagnoses[code])
        assert data.get("level") == engine.ccmap.get(code, {}).get("level")
        group = engine.get_drg([code], [])
        if group == "000":
            continue  # a diagnosis of the other sex
        alone += 1
        assert group in data.get("drgs", []) or (group == "998" and data["unacceptable"]), code
        candidates = set(engine.get_code_drg_candidates(code)) - {"998"}
        assert candidates <= {*data.get("drgs", []), *data.get("secondary_drgs", [])}
    assert alone > 550


def test_the_procedures_of_the_package_lead_to_the_same_groups(carried, engine):
    procedures = {row.code: row.data for row in carried.rows if row.topic == "px"}
    for code in random.Random(12).sample(sorted(procedures), 600):
        data = json.loads(procedures[code])
        assert data.get("drgs", []) == engine.get_code_drg_candidates(code, "procedure")
        assert data["or"] == (code in engine.orpcsmap)


@needs_data
def test_the_tables_of_2026_are_read_whole():
    found = read(
        DRG, *(m for f in sorted((DATA / "drg" / "fy2026_tables").iterdir()) for m in members(f))
    )
    assert found.reading.quarantine.count == 0
    assert len(found.of("drg")) == 772
    assert len(found.of("mdc")) == 25
    assert found.of("drg")["470", ""]["type"] == "SURG"
