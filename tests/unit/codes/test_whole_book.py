"""The whole of ICD-10-CM as we read it, against what a well-kept package says of the same files.

The package is imported here and nowhere in the application, which reads only the files in it.
"""

import importlib
import subprocess
import sys
import warnings

import pytest

from app.codes.intake.carried import carried_members
from app.codes.intake.contract import Quarantine
from app.codes.intake.icd10cm import read_listing
from app.codes.intake.kinds import find_releases
from app.codes.intake.tabular import read_tabular
from app.codes.models import HEADINGS, EntryKind, NoteKind

CODES, BILLABLE, EVERYTHING = 98_186, 74_719, 98_505  # April 2026; the second is CDC's own count

DIRECT = {
    NoteKind.INCLUDES: "get_includes",
    NoteKind.INCLUSION_TERM: "get_inclusion_term",
    NoteKind.EXCLUDES1: "get_excludes1",
    NoteKind.EXCLUDES2: "get_excludes2",
}
# The package gives these as one text, and on request the nearest ancestor's.
INHERITED = {
    NoteKind.CODE_FIRST: "get_code_first",
    NoteKind.USE_ADDITIONAL: "get_use_additional_code",
    NoteKind.CODE_ALSO: "get_code_also",
    NoteKind.NOTE: "get_notes",
}


class Package:
    """The package's answers about our entries."""

    def __init__(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it reads its files in a way Python has deprecated
            self.module = importlib.import_module("simple_icd_10_cm")

    def ask(self, question, entry, **options):
        """A section that is called like its category is asked for as a section."""
        function = getattr(self.module, question)
        return function(name(entry), prioritize_blocks=entry.kind in HEADINGS, **options)


@pytest.fixture(scope="module")
def package():
    return Package()


@pytest.fixture(scope="module")
def source():
    (found,) = find_releases([carried_members()], only="icd10cm")
    return found.parts


@pytest.fixture(scope="module")
def entries(source):
    listing = read_listing(source["list"][0], Quarantine())
    book = read_tabular(source["tabular"][0].content(), listing.keys)
    assert book.faults == []
    return {entry.key: entry for entry in book.entries}


def name(entry) -> str:
    """What the package calls the entry."""
    return entry.key if entry.kind == EntryKind.CHAPTER else entry.shown


def tidy(lines) -> list[str]:
    return [" ".join(line.split()) for line in lines]


def texts(entry, kind) -> list[str]:
    return [note.text for note in entry.notes if note.kind == kind]


def test_nothing_is_missing_and_nothing_is_added(entries, package):
    assert len(entries) == EVERYTHING
    assert sum(entry.kind not in HEADINGS for entry in entries.values()) == CODES
    assert sum(entry.billable for entry in entries.values()) == BILLABLE
    assert [name(entry) for entry in entries.values()] == package.module.get_all_codes()


def test_the_xml_alone_makes_the_same_codes_as_with_the_list(source, entries):
    alone = read_tabular(source["tabular"][0].content())
    assert [entry.key for entry in alone.entries] == list(entries)


def test_the_thirteen_codes_under_qa0_are_there(entries):
    found = [e for k, e in entries.items() if k.startswith("QA0") and e.billable]
    assert len(found) == 13


def test_billable_is_a_leaf_of_the_packages_tree(entries, package):
    differing = [
        entry.shown
        for entry in entries.values()
        if entry.kind not in HEADINGS and entry.billable != package.module.is_leaf(entry.shown)
    ]
    assert differing == []


def test_titles_are_the_packages(entries, package):
    differing = []
    for entry in entries.values():
        theirs = tidy([package.ask("get_description", entry)])[0]
        # A heading's title of theirs repeats its range, which is its name.
        if entry.kind in HEADINGS:
            theirs = theirs.rpartition(" (")[0]
        # The package adds what is further said of a seventh character; CDC's titles do not.
        if theirs != entry.title and not (entry.seventh and theirs.startswith(f"{entry.title}/")):
            differing.append(entry.shown)
    assert differing == []


@pytest.mark.parametrize("kind", DIRECT)
def test_lists_of_notes_are_the_packages(entries, package, kind):
    differing = [
        entry.shown
        for entry in entries.values()
        if texts(entry, kind) != tidy(package.ask(DIRECT[kind], entry))
    ]
    assert differing == []


@pytest.mark.parametrize("kind", INHERITED)
def test_instructions_are_the_packages_own_and_inherited(entries, package, kind):
    differing = []
    for entry in entries.values():
        own = package.ask(INHERITED[kind], entry).split("\n")
        if texts(entry, kind) != [line for line in tidy(own) if line]:
            differing.append(entry.shown)
        nearest = package.ask(INHERITED[kind], entry, search_in_ancestors=True).split("\n")
        if _nearest(entries, package, entry, kind) != [line for line in tidy(nearest) if line]:
            differing.append(f"{entry.shown}, inherited")
    assert differing == []


def _nearest(entries, package, entry, kind) -> list[str]:
    lineage = [entry, *(entries[k] for k in reversed(entry.ancestors.split("/")) if k)]
    for above in lineage:
        # Headings over several sections are not above anything in the package's tree.
        if above is entry or not _spans_sections(package, above):
            found = texts(above, kind)
            if found:
                return found
    return []


def _spans_sections(package, entry) -> bool:
    return entry.kind == EntryKind.SECTION and not package.ask("get_children", entry)


def test_seventh_characters_are_the_packages(entries, package):
    differing = []
    for entry in entries.values():
        found: dict[str, list[str]] = {}
        instruction = []
        for note in entry.notes:
            if note.kind == NoteKind.SEVENTH_CHARACTER and note.extension:
                found.setdefault(note.extension, []).append(note.text)
            elif note.kind == NoteKind.SEVENTH_CHARACTER:
                instruction.append(note.text)
        theirs = package.ask("get_seven_chr_def", entry)
        joined = {c: "/".join(lines) for c, lines in found.items()}
        said = {c: text.replace("/\t", "/") for c, text in theirs.items()}
        if joined != said or instruction != tidy(
            filter(None, [package.ask("get_seven_chr_note", entry)])
        ):
            differing.append(entry.shown)
    assert differing == []


def test_the_application_does_not_import_the_package():
    script = "import sys, app; sys.exit('simple_icd_10_cm' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
