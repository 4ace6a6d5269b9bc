"""What is kept of readers: views counted, favorites, private notes, what was read last, keys."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.codes.models.content import KEY
from app.extensions import Base


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


class SectionGate(Base):
    """To whom the operator opens one section of code pages; the others keep their default."""

    __tablename__ = "section_gate"

    section: Mapped[str] = mapped_column(primary_key=True)
    opens_to: Mapped[str]  # "everyone", "view", "account" or "plan"


class CodeFolder(Base):
    """A folder of favorite codes."""

    __tablename__ = "code_folder"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str]


class FavoriteCode(Base):
    __tablename__ = "favorite_code"
    __table_args__ = (UniqueConstraint("account_id", "system", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    folder_id: Mapped[int | None] = mapped_column(ForeignKey("code_folder.id"), index=True)
    system: Mapped[str]
    key: Mapped[str] = mapped_column(KEY)
    added_at: Mapped[datetime]


class PrivateNote(Base):
    """What an account wrote down about a code, for its own eyes."""

    __tablename__ = "private_note"
    __table_args__ = (UniqueConstraint("account_id", "system", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    system: Mapped[str]
    key: Mapped[str] = mapped_column(KEY)
    text: Mapped[str]
    updated_at: Mapped[datetime]


class RecentCode(Base):
    """A code an account opened, and when it did last."""

    __tablename__ = "recent_code"
    __table_args__ = (
        UniqueConstraint("account_id", "system", "key"),
        Index(None, "account_id", "seen_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    system: Mapped[str]
    key: Mapped[str] = mapped_column(KEY)
    seen_at: Mapped[datetime]


class ApiKey(Base):
    """A key by which an account's own programs read code pages as JSON. Only its digest is kept."""

    __tablename__ = "api_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str]
    digest: Mapped[str] = mapped_column(unique=True)
    beginning: Mapped[str]  # the first characters, by which a person knows it again
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
