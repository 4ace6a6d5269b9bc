"""The Alphabetic Index of ICD-10-CM and its tables, from the XML that CDC/NCHS publishes.

Sources: "icd10cm_index", "icd10cm_eindex", "icd10cm_neoplasm" and "icd10cm_drug" of the yearly and
the April files at https://www.cdc.gov/nchs/icd/icd-10-cm/files.html, all with the root element
`ICD10CM.index`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import cast

from lxml import etree

from app.codes.intake.books import begin, book_root, leave_out, sole, text_of
from app.codes.intake.contract import Hints, Kind, Parts, Quarantine, Reading
from app.codes.intake.files import Member
from app.codes.intake.rows import Row, Term, batches, fact, packed
from app.errors import Invalid

OWNER = "CDC/NCHS"
SOURCE = "https://www.cdc.gov/nchs/icd/icd-10-cm/files.html"
ROOT = "ICD10CM.index"

# "C79.8-" leaves characters to be chosen; "V97.33X-" says which placeholder stands before them.
_CODE = re.compile(r"[A-Z][0-9A-Z]{2}(?:\.[0-9A-Z]{0,4})?-?")
_ROOT = re.compile(r"<ICD10CM\.index[\s>]")
_TITLE = re.compile(r"</version>\s*<title>([^<]*)</title>")
_FIRST_HEAD = re.compile(r"<head\s+col=[\"']1[\"']\s*>([^<]*)</head>")
_NAMED = (
    ("neoplasm", "neoplasm"),
    ("drug", "drug"),
    ("eindex", "external"),
    ("e-index", "external"),
    ("index", "index"),
)
_SPACED = re.compile(r"\s+(?=[,;:])")
# Elements that send the reader elsewhere, and the names they have in a term's data.
_DIRECTIONS = {
    "see": "see",
    "seeAlso": "see_also",
    "seecat": "see_category",
    "subcat": "see_category",
}
_TABLES = ("neoplasm", "drug")


def _book(member: Member) -> str | None:
    """Which of the four books a file holds: by its title, its first heading, else its name."""
    if member.suffix != ".xml" or not _ROOT.search(member.head):
        return None
    head = member.head
    heading = _FIRST_HEAD.search(head)
    if heading:
        word = heading[1].strip().lower()
        return {"neoplasm": "neoplasm", "substance": "drug"}.get(word)
    title = _TITLE.search(head)
    words = title[1].upper() if title else ""
    if "EXTERNAL CAUSE" in words:
        return "external"
    if "DISEASES" in words:
        return "index"
    name = member.name.lower()
    return next((book for part, book in _NAMED if part in name), None)


def _recognise(member: Member, *, among: tuple[str, ...]) -> str | None:
    book = _book(member)
    return book if book in among else None


def _read(parts: Parts, hints: Hints, *, among: tuple[str, ...], what: str) -> Reading:
    found = {book: member for book in among if (member := sole(parts, book, what))}
    if not found:
        raise Invalid(f"There is no file with {what}.")
    roots = {book: book_root(member, ROOT, what) for book, member in found.items()}
    versions = {text_of(root.find("version")) for root in roots.values()}
    if len(versions) > 1:
        raise Invalid(f"The files are of several editions: {', '.join(sorted(versions))}.")
    for book, root in roots.items():
        if root.find("letter/mainTerm") is None:
            raise Invalid(f"{found[book].name} has no letter with terms: it is no {what}.")
    reading = begin(found.values(), hints, version=versions.pop(), what=what)
    readers = [
        _Reader(book, member.name, roots[book], reading.quarantine)
        for book, member in found.items()
    ]
    for reader in readers:
        reading.legend.update(reader.legend())
    reading.batches = batches(_rows(readers))
    return reading


def _rows(readers: list[_Reader]) -> Iterator[Row]:
    position = 0
    for reader in readers:
        for row in reader.rows(position):
            if isinstance(row, Term):
                position = row.position
            yield row


@dataclass(slots=True)
class _Line:
    """A line of the book that is being read: where it stands, and the words that lead to it."""

    position: int
    level: int
    path: str


@dataclass(slots=True)
class _Reader:
    book: str
    file: str
    root: etree._Element
    quarantine: Quarantine
    headings: dict[str, str] = field(init=False)
    position: int = 0
    letter: str = ""

    def __post_init__(self) -> None:
        heads = self.root.findall("indexHeading/head")
        self.headings = {head.get("col", "").strip(): text_of(head) for head in heads}
        if self.book in _TABLES:
            missing = [str(c) for c in range(2, 8) if not self.headings.get(str(c))]
            if missing:
                raise Invalid(f"{self.file} does not name its column {missing[0]}.")

    def legend(self) -> dict[str, str]:
        return {f"{self.book}.{column}": name for column, name in self.headings.items()}

    def rows(self, after: int) -> Iterator[Row]:
        self.position = after
        for letter in self.root.findall("letter"):
            self.letter = text_of(letter.find("title"))
            for main in letter.findall("mainTerm"):
                yield from self._term(main, None)

    def _term(self, element: etree._Element, over: _Line | None) -> Iterator[Row]:
        text, words, modifiers = _title(element.find("title"))
        if not words and not modifiers:
            leave_out(self.file, element, self.quarantine)
            return
        self.position += 1
        line = _Line(
            position=self.position,
            level=over.level + 1 if over else 0,
            path=", ".join(filter(None, (over.path if over else "", words or text))),
        )
        data: dict[str, object] = {"nonessential": modifiers}
        named: dict[str, list[str]] = {}  # keys, and the columns of the table they stand in
        for child in element:
            text += self._child(child, data, named)
        yield Term(
            book=self.book,
            position=line.position,
            level=line.level,
            parent=over.position if over else None,
            letter=self.letter,
            text=text,
            data=packed(data),
        )
        for key, columns in named.items():
            yield fact(
                "indexed",
                key,
                str(line.position),
                path=line.path,
                book=self.book,
                column="; ".join(columns),
            )
        for child in element.findall("term"):
            yield from self._term(child, line)

    def _child(
        self, child: etree._Element, data: dict[str, object], named: dict[str, list[str]]
    ) -> str:
        """Take up what one element of a line says; returns what it adds to the line's text.

        One bracket in the neoplasm table holds words, as a title would, and no manifestation.
        """
        value = text_of(child)
        if not value:
            return ""
        if child.tag == "cell":
            self._cell(child, value, data, named)
        elif child.tag == "code":
            self._code(child, "code", value, data, named)
        elif child.tag == "manif":
            bare = value.strip("[]")
            if self.book in _TABLES and not _CODE.fullmatch(bare):
                return f" [{bare}]"
            self._code(child, "manifestation", bare, data, named)
        elif child.tag in _DIRECTIONS:
            _append(data, _DIRECTIONS[child.tag], value)
        return ""

    def _cell(
        self,
        child: etree._Element,
        value: str,
        data: dict[str, object],
        named: dict[str, list[str]],
    ) -> None:
        column = child.get("col", "").strip()
        if not value.strip("-"):
            return  # the book prints "--" or "-" where there is no code
        cells = cast("dict[str, str]", data.setdefault("cells", {}))
        if column not in self.headings:
            self._fault(child, f"the table has no column “{column}”", value)
        elif column in cells:
            self._fault(child, f"column {column} is there twice", value)
        elif not _CODE.fullmatch(value):
            self._fault(child, "this is not a code", value)
        else:
            cells[column] = value
            named.setdefault(_key(value), []).append(self.headings[column])

    def _code(
        self,
        child: etree._Element,
        key: str,
        value: str,
        data: dict[str, object],
        named: dict[str, list[str]],
    ) -> None:
        if not _CODE.fullmatch(value):
            self._fault(child, "this is not a code", value)
            return
        _append(data, key, value)
        named.setdefault(_key(value), [])

    def _fault(self, element: etree._Element, why: str, row: str) -> None:
        self.quarantine.add(self.file, element.sourceline or 0, why, row)


def _key(code: str) -> str:
    """A code as keys have it; of "C79.8-", which leaves characters open, the beginning."""
    return code.rstrip("-").replace(".", "")


def _append(data: dict[str, object], key: str, value: str) -> None:
    """Where the book says a thing twice at one line, both are kept."""
    data[key] = f"{data[key]}; {value}" if key in data else value


def _title(title: etree._Element | None) -> tuple[str, str, str]:
    """A title as printed, its words without the nonessential modifiers, and those modifiers."""
    if title is None:
        return "", "", ""
    printed: list[str | None] = [title.text]
    words: list[str | None] = [title.text]
    modifiers: list[str | None] = []
    for child in title:
        inner = text_of(child)
        printed += [inner, child.tail]
        words += [child.tail] if child.tag == "nemod" else [inner, child.tail]
        if child.tag == "nemod":
            modifiers.append(inner)
    return _joined(printed), _joined(words), _joined(modifiers)


def _joined(pieces: list[str | None]) -> str:
    return _SPACED.sub("", " ".join(" ".join(filter(None, pieces)).split()))


def _kind(name: str, title: str, floor: int, among: tuple[str, ...], what: str) -> Kind:
    return Kind(
        name=name,
        title=title,
        owner=OWNER,
        floor=floor,
        recognise=partial(_recognise, among=among),
        read=partial(_read, among=among, what=what),
        source=SOURCE,
    )


KINDS: tuple[Kind, ...] = (
    _kind(
        "icd10cm-index",
        "ICD-10-CM Alphabetic Index",
        5_000,  # the index of external causes alone has 8,090 lines
        ("index", "external"),
        "the ICD-10-CM Alphabetic Index",
    ),
    _kind(
        "icd10cm-neoplasm",
        "ICD-10-CM Table of Neoplasms",
        1_500,
        ("neoplasm",),
        "the ICD-10-CM Table of Neoplasms",
    ),
    _kind(
        "icd10cm-drug",
        "ICD-10-CM Table of Drugs and Chemicals",
        5_000,
        ("drug",),
        "the ICD-10-CM Table of Drugs and Chemicals",
    ),
)
