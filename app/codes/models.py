"""Code systems' releases, the codes in each, their notes, and who has viewed which page."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Base

ICD10CM = "icd10cm"
SYSTEMS = {ICD10CM: "ICD-10-CM"}

# Keys are compared by their bytes on every database: a range of codes, and "~" after all of them,
# must mean the same whatever language PostgreSQL was set up for.
KEY = String().with_variant(String(collation="C"), "postgresql")


class ReleaseState(StrEnum):
    STAGED = "staged"  # being loaded; never shown
    CURRENT = "current"
    SUPERSEDED = "superseded"  # an earlier edition, kept for its dates of service


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


HEADINGS = (EntryKind.CHAPTER, EntryKind.SECTION)  # they group codes and are none themselves


class CodeRelease(Base):
    """One edition of one system, as its owner published it."""

    __tablename__ = "code_release"
    __table_args__ = (
        CheckConstraint("state in ('staged', 'current', 'superseded')", name="state"),
        Index(
            "uq_code_release_current",
            "system",
            unique=True,
            sqlite_where=text("state = 'current'"),
            postgresql_where=text("state = 'current'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    system: Mapped[str]
    edition: Mapped[str]  # "April 1, 2026"
    effective_from: Mapped[date]
    source: Mapped[str]  # the file's own name
    sha256: Mapped[str]
    state: Mapped[str] = mapped_column(default=ReleaseState.STAGED)
    code_count: Mapped[int] = mapped_column(default=0)
    billable_count: Mapped[int] = mapped_column(default=0)
    imported_at: Mapped[datetime]

    @property
    def fiscal_year(self) -> int:
        """ICD-10-CM years begin on October 1 of the year before."""
        return self.effective_from.year + (self.effective_from.month >= 10)

    @property
    def next_due(self) -> date:
        """When CDC's calendar, October 1 and April 1, has the next edition take effect."""
        year, month = self.effective_from.year, self.effective_from.month
        if month < 4:
            return date(year, 4, 1)
        return date(year, 10, 1) if month < 10 else date(year + 1, 4, 1)


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
    title: Mapped[str]
    billable: Mapped[bool]
    # The character that made this code out of its parent, where the book lists it only there.
    seventh: Mapped[str | None]
    parent_key: Mapped[str | None] = mapped_column(KEY)
    ancestors: Mapped[str]  # keys from the chapter down to the parent, joined by "/"
    position: Mapped[int]  # order in the book
    release: Mapped[CodeRelease] = relationship(lazy="joined", innerjoin=True)

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
    __table_args__ = (Index(None, "entry_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("code_entry.id"))
    kind: Mapped[str]
    position: Mapped[int]
    text: Mapped[str]
    extension: Mapped[str | None]  # the seventh character a line explains
    links: Mapped[str] = mapped_column(default="")  # codes it names that exist, one space between


class ViewAllowance(Base):
    """How many code pages a reader has opened in the current period."""

    __tablename__ = "view_allowance"

    id: Mapped[int] = mapped_column(primary_key=True)
    reader: Mapped[str] = mapped_column(unique=True)  # "account:12" or "guest:<random>"
    period_start: Mapped[datetime]
    used: Mapped[int] = mapped_column(default=0)


class ViewGrant(Base):
    """A code counted in the period; opening it again is free."""

    __tablename__ = "view_grant"
    __table_args__ = (UniqueConstraint("allowance_id", "system", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    allowance_id: Mapped[int] = mapped_column(ForeignKey("view_allowance.id"))
    system: Mapped[str]
    key: Mapped[str] = mapped_column(KEY)
    granted_at: Mapped[datetime]
