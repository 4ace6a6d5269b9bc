"""The index of ICD-10-PCS and its body part and device keys, as CMS publishes them.

Sources: "icd10pcs_index" and "icd10pcs_definitions" (XML) of the yearly "Code Tables and Index"
at https://www.cms.gov/medicare/coding-billing/icd-10-codes; the keys also as JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from app.codes.intake.books import begin, book_root, leave_out, limited, sole, text_of
from app.codes.intake.contract import Hints, Kind, Parts, Quarantine, Reading
from app.codes.intake.files import Member, decoded
from app.codes.intake.rows import Fact, Row, Term, batches, fact, packed
from app.errors import Invalid

OWNER = "CMS"
SOURCE = "https://www.cms.gov/medicare/coding-billing/icd-10-codes"
INDEX = "the ICD-10-PCS Index"
KEYS = "the ICD-10-PCS Body Part and Device Keys"

_CODE = re.compile(r"[0-9A-HJ-NP-Z]{7}")
_PREFIX = re.compile(r"[0-9A-HJ-NP-Z]{3,6}")
_INDEX_ROOT = re.compile(r"<ICD10PCS\.index[\s>]")
_DEFINITIONS_ROOT = re.compile(r"<ICD10PCS\.definitions[\s>]")
_KEY_NAME = re.compile(r'"name"\s*:\s*"ICD-10-PCS (Body Part|Device) Key')
_TARGETS = ("code", "codes", "tab")
_BOOKS = {"body-part": "pcs-body-part", "device": "pcs-device"}
_AXES = {"body part": "pcs-body-part", "device": "pcs-device"}


def _recognise_index(member: Member) -> str | None:
    return "index" if member.suffix == ".xml" and _INDEX_ROOT.search(member.head) else None


def _read_index(parts: Parts, hints: Hints) -> Reading:
    member = sole(parts, "index", INDEX)
    if member is None:
        raise Invalid(f"There is no file with {INDEX}.")
    root = book_root(member, "ICD10PCS.index", INDEX)
    if root.find("letter/mainTerm") is None:
        raise Invalid(f"{member.name} has no letter with terms: it is not {INDEX}.")
    reading = begin([member], hints, version=text_of(root.find("version")), what=INDEX)
    reading.batches = batches(_IndexReader(member.name, root, reading.quarantine).rows())
    return reading


@dataclass(slots=True)
class _Line:
    """A term and what is said of it, by its own line and by lines under it without a title."""

    position: int
    level: int
    path: str
    codes: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    see: list[str] = field(default_factory=list)
    see_tables: list[str] = field(default_factory=list)
    use: list[str] = field(default_factory=list)
    use_tables: list[str] = field(default_factory=list)

    def data(self) -> dict[str, list[str] | None]:
        """What is said of it. The lists of targets run parallel to the texts they belong to."""
        return {
            "codes": self.codes or None,
            "tables": self.tables or None,
            "see": self.see or None,
            "see_tables": self.see_tables if any(self.see_tables) else None,
            "use": self.use or None,
            "use_tables": self.use_tables if any(self.use_tables) else None,
        }

    def facts(self) -> Iterator[Fact]:
        named = (*self.codes, *self.tables, *self.see_tables, *self.use_tables)
        for code in dict.fromkeys(filter(None, named)):
            yield fact("indexed", code, str(self.position), path=self.path, book="pcs")


@dataclass(slots=True)
class _IndexReader:
    file: str
    root: etree._Element
    quarantine: Quarantine
    position: int = 0
    letter: str = ""

    def rows(self) -> Iterator[Row]:
        for letter in self.root.findall("letter"):
            self.letter = text_of(letter.find("title"))
            for main in letter.findall("mainTerm"):
                if text_of(main.find("title")):
                    yield from self._term(main, None)
                else:
                    leave_out(self.file, main, self.quarantine)

    def _term(self, element: etree._Element, over: _Line | None) -> Iterator[Row]:
        self.position += 1
        title = text_of(element.find("title"))
        line = _Line(
            self.position,
            over.level + 1 if over else 0,
            f"{over.path}, {title}" if over else title,
        )
        self._say(element, line)
        under: list[etree._Element] = []
        for term in element.findall("term"):
            if text_of(term.find("title")):
                under.append(term)
            elif term.find("term") is None:
                self._say(term, line)  # one more direction of the line above
            else:
                leave_out(self.file, term, self.quarantine)
        yield Term(
            "pcs", line.position, line.level, over.position if over else None, self.letter,
            title, packed(line.data()),
        )  # fmt: skip
        yield from line.facts()
        for term in under:
            yield from self._term(term, line)

    def _say(self, element: etree._Element, line: _Line) -> None:
        """Take up what one line says: codes, tables, and where else it sends the reader."""
        for child in element:
            if child.tag in _TARGETS:
                target = self._target(child)
                if target:
                    (line.codes if len(target) == 7 else line.tables).append(target)
            elif child.tag in ("see", "use"):
                texts, targets = (
                    (line.see, line.see_tables)
                    if child.tag == "see"
                    else (line.use, line.use_tables)
                )
                # Text may go on after the code of a table.
                words = " ".join(filter(None, (child.text, *(c.tail for c in child))))
                texts.append(" ".join(words.split()))
                named = [self._target(c) for c in child if c.tag in _TARGETS]
                targets.append(next(filter(None, named), ""))

    def _target(self, element: etree._Element) -> str:
        value = text_of(element)
        pattern = _CODE if element.tag == "code" else _PREFIX
        if pattern.fullmatch(value) or (element.tag == "codes" and _CODE.fullmatch(value)):
            return value
        self._fault(element, "this is not a code or the beginning of one", value)
        return ""

    def _fault(self, element: etree._Element, why: str, row: str) -> None:
        self.quarantine.add(self.file, element.sourceline or 0, why, row)


def _recognise_keys(member: Member) -> str | None:
    if member.suffix == ".json":
        named = _KEY_NAME.search(member.head[:4096])
        return named[1].lower().replace(" ", "-") if named else None
    if member.suffix == ".xml" and _DEFINITIONS_ROOT.search(member.head):
        return "definitions"
    return None


def _read_keys(parts: Parts, hints: Hints) -> Reading:
    """The keys of the definitions where those are given, else the keys as JSON."""
    definitions = sole(parts, "definitions", "the ICD-10-PCS Definitions")
    quarantine = Quarantine()
    if definitions is not None:
        root = book_root(definitions, "ICD10PCS.definitions", "the ICD-10-PCS Definitions")
        reading = begin([definitions], hints, version=text_of(root.find("version")), what=KEYS)
        found = _of_definitions(root)
    else:
        found = {}
        members = []
        for part, book in _BOOKS.items():
            if member := sole(parts, part, KEYS):
                members.append(member)
                found[book] = _of_json(member, quarantine)
        if not members:
            raise Invalid(f"There is no file with {KEYS}.")
        reading = begin(members, hints, what=KEYS)
    if not any(found.values()):
        raise Invalid(f"No term was found: these are not {KEYS}.")
    reading.quarantine = quarantine
    reading.batches = batches(_key_terms(found))
    return reading


def _of_definitions(root: etree._Element) -> dict[str, dict[str, list[str]]]:
    """Terms with the names ICD-10-PCS has for them, of the axes that are keys."""
    found: dict[str, dict[str, list[str]]] = {book: {} for book in _BOOKS.values()}
    for axis in root.findall("section/axis"):
        book = _AXES.get(text_of(axis.find("title")).lower())
        if book is None:
            continue
        for terms in axis.findall("terms"):
            names = list(filter(None, map(text_of, terms.findall("title"))))
            for term in filter(None, map(text_of, terms.findall("includes"))):
                known = found[book].setdefault(term, [])
                known += [name for name in names if name not in known]
    return found


def _of_json(member: Member, quarantine: Quarantine) -> dict[str, list[str]]:
    text = decoded(limited(member))
    try:
        content = json.loads(text, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError) as error:
        raise Invalid(f"The JSON of {member.name} cannot be read: {error}") from error
    data = content.get("data") if isinstance(content, _Pairs) else None
    if not isinstance(data, _Pairs) or not data.pairs:
        raise Invalid(f"{member.name} has no “data” that gives terms their names.")
    claimed = content.get("count_terms")
    if isinstance(claimed, int) and claimed != len(data.pairs):
        raise Invalid(
            f"{member.name} says it has {claimed:,} terms and has {len(data.pairs):,}: "
            "nothing was loaded."
        )
    found: dict[str, list[str]] = {}
    for term, names in data.pairs:
        words = " ".join(term.split())
        means = _means(names)
        if not words or not means:
            _json_fault(member, text, quarantine, "the term is not given a name", term)
        elif words in found:
            _json_fault(member, text, quarantine, "the term is there twice", term)
        else:
            found[words] = means
    return found


def _means(value: object) -> list[str]:
    """The names of a term; none where this is something else."""
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        return []
    return list(dict.fromkeys(filter(None, (" ".join(name.split()) for name in value))))


def _json_fault(member: Member, text: str, quarantine: Quarantine, why: str, term: str) -> None:
    at = text.rfind(json.dumps(term, ensure_ascii=False) + ":")
    line = text.count("\n", 0, at) + 1 if at >= 0 else 0
    quarantine.add(member.name, line, why, term)


class _Pairs:
    """An object of JSON with all its members, also those that are there twice."""

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        self.pairs = pairs

    def get(self, name: str) -> object:
        return next((value for key, value in self.pairs if key == name), None)


def _key_terms(found: dict[str, dict[str, list[str]]]) -> Iterator[Row]:
    position = 0
    for book, terms in found.items():
        for term, names in terms.items():
            position += 1
            letter = next((c.upper() for c in term if c.isalnum()), "")
            yield Term(book, position, 0, None, letter, term, packed({"means": "; ".join(names)}))


KINDS: tuple[Kind, ...] = (
    Kind(
        name="icd10pcs-index",
        title="ICD-10-PCS Index",
        owner=OWNER,
        floor=10_000,
        recognise=_recognise_index,
        read=_read_index,
        source=SOURCE,
    ),
    Kind(
        name="icd10pcs-keys",
        title="ICD-10-PCS Body Part and Device Keys",
        owner=OWNER,
        floor=300,
        recognise=_recognise_keys,
        read=_read_keys,
        source=SOURCE,
    ),
)
