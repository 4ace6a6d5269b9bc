"""Reading ICD-10-CM's tabular list as CDC publishes it: the XML, and the list of codes beside it.

Most seven-character codes are not in the XML: it names the characters once, at an ancestor, and
the reader fills the code up with placeholder X. A list of codes, where given, must agree exactly.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from app.codes.models import EntryKind, NoteKind
from app.errors import Invalid
from app.filters import plural
from app.xml import UnreadableXml, read_xml

CODE = re.compile(r"[A-Z][0-9A-Z]{2,6}")
# "7th characters D and S do not apply to codes in category S06 with 6th character 7 - death …,
# or 8 - death …": the only rule of its kind in the book, read from the book.
_EXCEPTION = re.compile(
    r"7th characters (?P<characters>[A-Z](?:(?:, | and )[A-Z])*) do not apply to codes in "
    r"(?:sub)?category (?P<category>[A-Z][0-9A-Z.]+) with 6th character (?P<sixths>.+)"
)
_SIXTH = re.compile(r"(?:^|\bor )([0-9A-Z]) - ")

# A code as a note spells it: "E11.9", "S02" of "S02.-", both ends of "E08-E13".
NAMED_CODE = re.compile(r"\b[A-Z](?:[0-9][0-9A-Z]|[A-Z][0-9])(?:\.[0-9A-Z]{1,4})?(?![0-9A-Za-z])")
# "Cholera … (A00-A09)": a heading's title repeats its range, which is its name already.
_RANGE = re.compile(r"\s*\([A-Z][0-9A-Z]{2}(?:-[A-Z][0-9A-Z]{2})?\)$")

_NOTE_TAGS = {
    "includes": NoteKind.INCLUDES,
    "inclusionTerm": NoteKind.INCLUSION_TERM,
    "excludes1": NoteKind.EXCLUDES1,
    "excludes2": NoteKind.EXCLUDES2,
    "codeFirst": NoteKind.CODE_FIRST,
    "useAdditionalCode": NoteKind.USE_ADDITIONAL,
    "codeAlso": NoteKind.CODE_ALSO,
    "notes": NoteKind.NOTE,
    "sevenChrNote": NoteKind.SEVENTH_CHARACTER,
}


@dataclass(frozen=True, slots=True)
class Note:
    kind: NoteKind
    text: str
    extension: str | None = None


@dataclass(slots=True)
class Entry:
    """One line of the book, in its order, with the notes printed at it."""

    key: str
    shown: str
    kind: EntryKind
    title: str
    parent_key: str | None
    ancestors: str
    notes: list[Note] = field(default_factory=list)
    billable: bool = False
    seventh: str | None = None


@dataclass(slots=True)
class Tabular:
    version: str  # what the file says of itself: "2026"
    entries: list[Entry]
    faults: list[tuple[int, str]]  # lines that could not be read, and why


@dataclass(frozen=True, slots=True)
class _Sevenths:
    """The seventh characters an ancestor names, and the sixth ones some of them do not follow."""

    characters: tuple[tuple[str, str], ...]
    barred: frozenset[tuple[str, str]]  # (sixth, seventh)


def read_tabular(content: bytes, listed: frozenset[str] | None = None) -> Tabular:
    """The whole book. With `listed`, the codes must be those and no others; raises Invalid."""
    try:
        root = read_xml(content)
    except UnreadableXml as error:
        raise Invalid(f"The XML cannot be read: {error}") from error
    if root.tag != "ICD10CM.tabular":
        raise Invalid("This is not CDC's ICD-10-CM tabular XML: its root is another element.")
    reader = _Reader(listed)
    for chapter in root.findall("chapter"):
        reader.read_chapter(chapter)
    if listed is not None:
        _must_agree({e.key for e in reader.entries if CODE.fullmatch(e.key)}, listed)
    return Tabular(_text(root.find("version")), reader.entries, reader.faults)


def _must_agree(found: set[str], listed: frozenset[str]) -> None:
    missing, extra = sorted(listed - found), sorted(found - listed)
    if missing or extra:
        first = ", ".join([*missing[:5], *extra[:5]])
        raise Invalid(
            "The list of codes and the tabular XML disagree: "
            f"{plural(len(missing), 'code')} only in the list, {len(extra)} only in the XML "
            f"(such as {first}). Are both of one release?"
        )


def _text(element: etree._Element | None) -> str:
    """An element's own text, its white space evened out."""
    return "" if element is None or element.text is None else " ".join(element.text.split())


class _Reader:
    def __init__(self, listed: frozenset[str] | None) -> None:
        self.listed = listed
        self.entries: list[Entry] = []
        self.faults: list[tuple[int, str]] = []
        self.seen: set[str] = set()

    def read_chapter(self, chapter: etree._Element) -> None:
        number = _text(chapter.find("name"))
        entry = self._add(chapter, number, f"Chapter {number}", EntryKind.CHAPTER, None)
        if entry is None:
            return
        entry.title = _RANGE.sub("", entry.title)
        # A section without codes of its own is the heading of those that follow within its range:
        # "V00-V99 Transport accidents" says what holds for V00-V09, V10-V19 and the others.
        open_sections: list[tuple[tuple[str, str], Entry]] = []
        for section in chapter.findall("section"):
            first, _, last = section.get("id", "").partition("-")
            span = (first, last or first)
            while open_sections and not _contains(open_sections[-1][0], span):
                open_sections.pop()
            parent = open_sections[-1][1] if open_sections else entry
            added = self._add_section(section, span, parent)
            if added and section.find("diag") is None:
                open_sections.append((span, added))

    def _add_section(
        self, section: etree._Element, span: tuple[str, str], parent: Entry
    ) -> Entry | None:
        key = "-".join(span)
        shown = section.get("id", key)
        entry = self._add(section, key, shown, EntryKind.SECTION, parent)
        if entry is None:
            return None
        entry.title = _RANGE.sub("", entry.title)
        for diag in section.findall("diag"):
            self._read_diag(diag, entry, None)
        return entry

    def _read_diag(self, diag: etree._Element, parent: Entry, inherited: _Sevenths | None) -> None:
        shown = _text(diag.find("name"))
        key = shown.replace(".", "")
        children = diag.findall("diag")
        sevenths = _sevenths(diag) or inherited
        expands = not children and sevenths is not None and len(key) < 7
        kind = EntryKind.SUBCATEGORY if children or expands else EntryKind.CODE
        if len(key) == 3:
            kind = EntryKind.CATEGORY
        if not CODE.fullmatch(key) or shown != dotted(key):
            self._fault(diag, f"“{shown}” is not a code")
            return
        entry = self._add(diag, key, shown, kind, parent)
        if entry is None:
            return
        entry.billable = not children
        for child in children:
            self._read_diag(child, entry, sevenths)
        if expands and sevenths is not None:
            self._expand(entry, sevenths)

    def _expand(self, base: Entry, sevenths: _Sevenths) -> None:
        stem = base.key.ljust(6, "X")
        for character, meaning in sevenths.characters:
            key = stem + character
            if self.listed is not None:
                if key not in self.listed:
                    continue
            elif (stem[5], character) in sevenths.barred:
                continue
            base.billable = False
            self.entries.append(
                Entry(
                    key=key,
                    shown=dotted(key),
                    kind=EntryKind.CODE,
                    title=f"{base.title}, {meaning}",
                    parent_key=base.key,
                    ancestors=f"{base.ancestors}/{base.key}",
                    billable=True,
                    seventh=character,
                )
            )
            self.seen.add(key)
        if base.billable and base.kind is EntryKind.SUBCATEGORY:
            base.kind = EntryKind.CODE

    def _add(
        self,
        element: etree._Element,
        key: str,
        shown: str,
        kind: EntryKind,
        parent: Entry | None,
    ) -> Entry | None:
        title = _text(element.find("desc"))
        if not key or not title or key in self.seen:
            wrong = "is there twice" if key in self.seen else "has no name or no description"
            self._fault(element, f"<{element.tag}> {key or ''} {wrong}")
            return None
        entry = Entry(
            key=key,
            shown=shown,
            kind=kind,
            title=title,
            parent_key=parent.key if parent else None,
            ancestors="/".join(filter(None, (parent.ancestors, parent.key))) if parent else "",
            notes=list(_notes(element)),
        )
        self.entries.append(entry)
        self.seen.add(key)
        return entry

    def _fault(self, element: etree._Element, what: str) -> None:
        self.faults.append((int(element.sourceline or 0), what))


def codes_named(text: str, known: Container[str]) -> list[str]:
    """The codes a note names, as it spells them, of those whose keys are known."""
    named = dict.fromkeys(NAMED_CODE.findall(text))
    return [code for code in named if code.replace(".", "") in known]


def dotted(key: str) -> str:
    return key if len(key) <= 3 else f"{key[:3]}.{key[3:]}"


def _contains(outer: tuple[str, str], inner: tuple[str, str]) -> bool:
    return outer != inner and outer[0] <= inner[0] and inner[1] <= outer[1]


def _notes(element: etree._Element) -> Iterator[Note]:
    for child in element:
        kind = _NOTE_TAGS.get(child.tag)
        if kind is not None:
            yield from (Note(kind, text) for text in _lines(child))
        elif child.tag == "sevenChrDef":
            yield from _seventh_lines(child)
        elif child.tag == "visualImpairment":
            yield from (Note(NoteKind.TABLE, row) for row in _visual_rows(child))


def _lines(element: etree._Element) -> Iterable[str]:
    return filter(None, (_text(note) for note in element.findall("note")))


def _seventh_lines(definition: etree._Element) -> Iterator[Note]:
    """`extension` names a character; a `note` after it goes on about the same one."""
    character: str | None = None
    for child in definition:
        if child.tag == "extension":
            character = child.get("char", "").strip() or None
        if character and _text(child):
            yield Note(NoteKind.SEVENTH_CHARACTER, _text(child), character)


def _sevenths(diag: etree._Element) -> _Sevenths | None:
    definition = diag.find("sevenChrDef")
    if definition is None:
        return None
    characters = tuple(
        (extension.get("char", "").strip(), _text(extension))
        for extension in definition.findall("extension")
        if extension.get("char", "").strip()
    )
    if not characters:
        return None
    notes = [
        line for tag in ("notes", "sevenChrNote") for e in diag.findall(tag) for line in _lines(e)
    ]
    return _Sevenths(characters, frozenset(_barred(_text(diag.find("name")), notes)))


def _barred(category: str, notes: Iterable[str]) -> Iterator[tuple[str, str]]:
    for line in notes:
        rule = _EXCEPTION.match(line)
        if rule and rule["category"] == category:
            for sixth in _SIXTH.findall(rule["sixths"]):
                for character in re.findall(r"\b[A-Z]\b", rule["characters"]):
                    yield sixth, character


def _visual_rows(table: etree._Element) -> Iterator[str]:
    """The one table in the book (H54.8), a row a line: category, best acuity, worst acuity."""
    for category in table.findall("visCategory"):
        ranges = category.findall("visRange")
        cells = [_text(category.find("value")) or _text(category.find("heading"))]
        for bound in ("visMax", "visMin"):
            headings = (_text(r.find(f"{bound}/heading")) for r in ranges)
            values = (_text(r.find(f"{bound}/value")) for r in ranges)
            over = (_text(r.find("heading")) for r in ranges)
            heading = ": ".join(filter(None, (*over, *headings)))
            cells.append(heading.rstrip(":") or "; ".join(filter(None, values)))
        yield "\t".join(cells)
