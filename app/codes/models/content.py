"""What releases hold: entries and their notes, facts, edits, and terms of the indexes."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base

# Keys are compared by their bytes on every database: a range of codes, and "~" after all of them,
# must mean the same whatever language PostgreSQL was set up for.
KEY = String().with_variant(String(collation="C"), "postgresql")


class NoteKind(StrEnum):
    INCLUDES = "includes"
    INCLUSION_TERM = "inclusion_term"
    EXCLUDES1 = "excludes1"
    EXCLUDES2 = "excludes2"
    CODE_FIRST = "code_first"
    USE_ADDITIONAL = "use_additional"
    CODE_ALSO = "code_also"
    NOTE = "note"
    TABLE = "table"  # one row of a table the book prints, its cells separated by tabs
    SEVENTH_CHARACTER = "seventh_character"


class EntryKind(StrEnum):
    CHAPTER = "chapter"
    SECTION = "section"
    CATEGORY = "category"
    SUBCATEGORY = "subcategory"
    CODE = "code"
    MODIFIER = "modifier"  # two characters that stand behind a code on a claim


HEADINGS = (EntryKind.CHAPTER, EntryKind.SECTION)  # they group codes and are none themselves


class CodeEntry(Base):
    """A chapter, section, category or code in one release."""

    __tablename__ = "code_entry"
    __table_args__ = (
        UniqueConstraint("release_id", "key"),
        Index(None, "release_id", "parent_key", "position"),
        Index(None, "release_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("code_release.id"))
    # Without the dot, upper case: "E119"; a section "A00-A09", also of one category ("B20-B20"),
    # whose name would otherwise be the category's own; a chapter "1".
    key: Mapped[str] = mapped_column(KEY)
    shown: Mapped[str]  # as the book writes it: "E11.9", "A00-A09", "Chapter 1"
    kind: Mapped[str]  # an EntryKind
    title: Mapped[str]  # empty where it is somebody's property and no license is configured
    billable: Mapped[bool]
    # The character that made this code out of its parent, where the book lists it only there.
    seventh: Mapped[str | None]
    parent_key: Mapped[str | None] = mapped_column(KEY)
    ancestors: Mapped[str]  # keys from the chapter down to the parent, joined by "/"
    position: Mapped[int]  # order in the book
    began: Mapped[date | None]  # from when it is valid, where the release itself says so
    ended: Mapped[date | None]  # the last day on which it is

    @property
    def is_heading(self) -> bool:
        return self.kind in HEADINGS

    @property
    def address(self) -> str:
        """How this entry is spelled in its one canonical URL."""
        return self.key if self.is_heading else self.shown


class CodeNote(Base):
    """One line of a note at the entry where the book prints it; descendants inherit it.

    Of the seventh characters, lines without an `extension` are the instruction, and a second line
    with the same one goes on explaining it.
    """

    __tablename__ = "code_note"
    __table_args__ = (Index(None, "release_id", "key", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("code_release.id"))
    key: Mapped[str] = mapped_column(KEY)
    kind: Mapped[str]
    position: Mapped[int]
    text: Mapped[str]
    extension: Mapped[str | None]  # the seventh character a line explains
    links: Mapped[str] = mapped_column(default="")  # codes it names that exist, one space between


class CodeFact(Base):
    """What a release says of one code, or of one code and another: a fee, a limit, a mapping."""

    __tablename__ = "code_fact"
    __table_args__ = (
        Index(None, "release_id", "code"),
        Index(
            "ix_code_fact_other",
            "release_id",
            "other",
            sqlite_where=text("other <> ''"),
            postgresql_where=text("other <> ''"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("code_release.id"))
    topic: Mapped[str]
    code: Mapped[str] = mapped_column(KEY)
    other: Mapped[str] = mapped_column(KEY)
    data: Mapped[str]  # JSON; its fields are those of the topic


class PtpEdit(Base):
    """One NCCI procedure-to-procedure edit: the two codes are not paid together."""

    __tablename__ = "ptp_edit"
    __table_args__ = (
        Index("ix_ptp_edit_column1", "release_id", "column1", "column2"),
        Index("ix_ptp_edit_column2", "release_id", "column2", "column1"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("code_release.id"))
    column1: Mapped[str] = mapped_column(KEY)  # paid
    column2: Mapped[str] = mapped_column(KEY)  # not paid beside it
    effective: Mapped[date | None]
    deletion: Mapped[date | None]
    modifier: Mapped[int] = mapped_column(SmallInteger)  # 0 not allowed, 1 allowed, 9 neither
    rationale: Mapped[int] = mapped_column(SmallInteger)  # a number of the release's legend


class IndexTerm(Base):
    """One line of an alphabetic index, or of a table that is looked up by words."""

    __tablename__ = "index_term"
    __table_args__ = (
        Index(None, "release_id", "book", "position"),
        Index("ix_index_term_letter", "release_id", "book", "letter", "level", "position"),
        Index("ix_index_term_parent", "release_id", "book", "parent", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("code_release.id"))
    book: Mapped[str]
    position: Mapped[int]
    level: Mapped[int]
    parent: Mapped[int | None]  # position of the term it stands under
    letter: Mapped[str]
    text: Mapped[str]
    data: Mapped[str]  # JSON
