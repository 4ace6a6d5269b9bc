"""Releases of every kind, what they hold, and what readers keep of it.

Revision: 0009
Previous: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
NEW_OF_RELEASE = (
    ("effective_to", sa.Date(), True, None),
    ("row_count", sa.Integer(), False, "0"),
    ("last_row", sa.String(), False, ""),
    ("quarantined", sa.Integer(), False, "0"),
    ("dropped", sa.JSON(), False, "{}"),
    ("legend", sa.JSON(), False, "{}"),
    ("difference", sa.JSON(), False, "{}"),
    ("imported_by", sa.Integer(), True, None),
    ("heartbeat_at", sa.DateTime(timezone=True), True, None),
    ("published_at", sa.DateTime(timezone=True), True, None),
)


def upgrade():
    _remove_unfinished()
    _widen_releases()
    _notes_by_key()
    with op.batch_alter_table("code_entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("began", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("ended", sa.Date(), nullable=True))
    _create_content()
    _create_keeping()
    _create_importing()


def _remove_unfinished():
    staged = "select id from code_release where state = 'staged'"
    entries = f"select id from code_entry where release_id in ({staged})"
    op.execute(f"delete from code_note where entry_id in ({entries})")
    op.execute(f"delete from code_entry where release_id in ({staged})")
    op.execute("delete from code_release where state = 'staged'")


def _widen_releases():
    op.drop_index("uq_code_release_current", table_name="code_release")
    with op.batch_alter_table("code_release", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_code_release_state"), type_="check")
        batch_op.alter_column("system", new_column_name="kind")
        for name, type_, nullable, default in NEW_OF_RELEASE:
            batch_op.add_column(
                sa.Column(name, type_, nullable=nullable, server_default=default)
            )
    op.execute("update code_release set heartbeat_at = imported_at, published_at = imported_at")
    op.execute("update code_release set state = 'published' where state = 'current'")
    op.execute(
        "update code_release set state = 'replaced' where state = 'superseded' and exists ("
        "select 1 from code_release as later where later.kind = code_release.kind "
        "and later.effective_from = code_release.effective_from and (later.state = 'published' "
        "or later.state = 'superseded' and later.id > code_release.id))"
    )
    op.execute("update code_release set state = 'published' where state = 'superseded'")
    with op.batch_alter_table("code_release", schema=None) as batch_op:
        for name, type_, nullable, default in NEW_OF_RELEASE:
            if default is not None:
                batch_op.alter_column(
                    name, existing_type=type_, existing_nullable=nullable, server_default=None
                )
        batch_op.alter_column(
            "heartbeat_at", existing_type=sa.DateTime(timezone=True), nullable=False
        )
        batch_op.create_check_constraint(
            op.f("ck_code_release_state"), "state in ('staged', 'ready', 'published', 'replaced')"
        )
        batch_op.create_foreign_key(
            op.f("fk_code_release_imported_by_account"), "account", ["imported_by"], ["id"]
        )
    for name, columns, where in (
        ("uq_code_release_published", ["kind", "effective_from"], "state = 'published'"),
        ("uq_code_release_open", ["kind"], "state in ('staged', 'ready')"),
    ):
        op.create_index(
            name,
            "code_release",
            columns,
            unique=True,
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )


def _notes_by_key():
    op.drop_index(op.f("ix_code_note_entry_id_position"), table_name="code_note")
    with op.batch_alter_table("code_note", schema=None) as batch_op:
        batch_op.add_column(sa.Column("release_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("key", KEY, nullable=True))
    for column in ("release_id", "key"):
        op.execute(
            f"update code_note set {column} = (select e.{column} from code_entry as e "
            "where e.id = code_note.entry_id)"
        )
    with op.batch_alter_table("code_note", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_code_note_entry_id_code_entry"), type_="foreignkey")
        batch_op.drop_column("entry_id")
        batch_op.alter_column("release_id", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("key", existing_type=KEY, nullable=False)
        batch_op.create_foreign_key(
            op.f("fk_code_note_release_id_code_release"), "code_release", ["release_id"], ["id"]
        )
    op.create_index(
        op.f("ix_code_note_release_id_key_position"),
        "code_note",
        ["release_id", "key", "position"],
    )


def _of_release(table):
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["code_release.id"],
            name=op.f(f"fk_{table}_release_id_code_release"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _create_content():
    op.create_table(
        "code_fact",
        *_of_release("code_fact"),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("code", KEY, nullable=False),
        sa.Column("other", KEY, nullable=False),
        sa.Column("data", sa.String(), nullable=False),
    )
    op.create_index(op.f("ix_code_fact_release_id_code"), "code_fact", ["release_id", "code"])
    op.create_index(
        "ix_code_fact_other",
        "code_fact",
        ["release_id", "other"],
        sqlite_where=sa.text("other <> ''"),
        postgresql_where=sa.text("other <> ''"),
    )
    op.create_table(
        "ptp_edit",
        *_of_release("ptp_edit"),
        sa.Column("column1", KEY, nullable=False),
        sa.Column("column2", KEY, nullable=False),
        sa.Column("effective", sa.Date(), nullable=True),
        sa.Column("deletion", sa.Date(), nullable=True),
        sa.Column("modifier", sa.SmallInteger(), nullable=False),
        sa.Column("rationale", sa.SmallInteger(), nullable=False),
    )
    op.create_index("ix_ptp_edit_column1", "ptp_edit", ["release_id", "column1", "column2"])
    op.create_index("ix_ptp_edit_column2", "ptp_edit", ["release_id", "column2", "column1"])
    op.create_table(
        "index_term",
        *_of_release("index_term"),
        sa.Column("book", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("parent", sa.Integer(), nullable=True),
        sa.Column("letter", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("data", sa.String(), nullable=False),
    )
    op.create_index(
        op.f("ix_index_term_release_id_book_position"),
        "index_term",
        ["release_id", "book", "position"],
    )
    op.create_index(
        "ix_index_term_letter",
        "index_term",
        ["release_id", "book", "letter", "level", "position"],
    )
    op.create_index(
        "ix_index_term_parent", "index_term", ["release_id", "book", "parent", "position"]
    )


def _of_account(table):
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f(f"fk_{table}_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _code_of(table):
    return (
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.UniqueConstraint(
            "account_id", "system", "key", name=op.f(f"uq_{table}_account_id_system_key")
        ),
    )


def _moment(name, nullable=False):
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _create_keeping():
    op.create_table(
        "section_gate",
        sa.Column("section", sa.String(), nullable=False),
        sa.Column("opens_to", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("section", name=op.f("pk_section_gate")),
    )
    op.create_table(
        "code_folder",
        *_of_account("code_folder"),
        sa.Column("name", sa.String(), nullable=False),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_code_folder_account_id_name")),
    )
    op.create_table(
        "favorite_code",
        *_of_account("favorite_code"),
        sa.Column("folder_id", sa.Integer(), nullable=True),
        *_code_of("favorite_code"),
        _moment("added_at"),
        sa.ForeignKeyConstraint(
            ["folder_id"], ["code_folder.id"], name=op.f("fk_favorite_code_folder_id_code_folder")
        ),
    )
    op.create_index(op.f("ix_favorite_code_folder_id"), "favorite_code", ["folder_id"])
    op.create_table(
        "private_note",
        *_of_account("private_note"),
        *_code_of("private_note"),
        sa.Column("text", sa.String(), nullable=False),
        _moment("updated_at"),
    )
    op.create_table(
        "recent_code",
        *_of_account("recent_code"),
        *_code_of("recent_code"),
        _moment("seen_at"),
    )
    op.create_index(
        op.f("ix_recent_code_account_id_seen_at"), "recent_code", ["account_id", "seen_at"]
    )
    op.create_table(
        "api_key",
        *_of_account("api_key"),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("beginning", sa.String(), nullable=False),
        _moment("created_at"),
        _moment("used_at", nullable=True),
        _moment("revoked_at", nullable=True),
        sa.UniqueConstraint("digest", name=op.f("uq_api_key_digest")),
    )
    op.create_index(op.f("ix_api_key_account_id"), "api_key", ["account_id"])


def _create_importing():
    op.create_table(
        "release_fault",
        *_of_release("release_fault"),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("row", sa.String(), nullable=False),
    )
    op.create_index(op.f("ix_release_fault_release_id"), "release_fault", ["release_id"])
    op.create_table(
        "notice_acceptance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        _moment("accepted_at"),
        sa.Column("accepted_by", sa.Integer(), nullable=True),
        sa.Column("stated", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["accepted_by"], ["account.id"], name=op.f("fk_notice_acceptance_accepted_by_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_acceptance")),
        sa.UniqueConstraint("kind", name=op.f("uq_notice_acceptance_kind")),
    )
    op.create_table(
        "release_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=False),
        _moment("uploaded_at"),
        _moment("heartbeat_at", nullable=True),
        sa.Column("holder", sa.String(), nullable=True),
        _moment("finished_at", nullable=True),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("log", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "state in ('waiting', 'reading', 'done', 'refused')",
            name=op.f("ck_release_upload_state"),
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by"], ["account.id"], name=op.f("fk_release_upload_uploaded_by_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_upload")),
        sa.UniqueConstraint("key", name=op.f("uq_release_upload_key")),
    )
    op.create_index(op.f("ix_release_upload_state"), "release_upload", ["state"])


def downgrade():
    """ICD-10-CM alone goes back: the schema before knew no other kind."""
    for table in (
        "release_upload",
        "notice_acceptance",
        "release_fault",
        "api_key",
        "recent_code",
        "private_note",
        "favorite_code",
        "code_folder",
        "section_gate",
        "index_term",
        "ptp_edit",
        "code_fact",
    ):
        op.drop_table(table)
    _keep_one_kind()
    with op.batch_alter_table("code_entry", schema=None) as batch_op:
        batch_op.drop_column("ended")
        batch_op.drop_column("began")
    _notes_by_entry()
    _narrow_releases()


def _keep_one_kind():
    gone = "select id from code_release where kind <> 'icd10cm' or state in ('staged', 'ready')"
    op.execute(f"delete from code_note where release_id in ({gone})")
    op.execute(f"delete from code_entry where release_id in ({gone})")
    op.execute("delete from code_release where kind <> 'icd10cm' or state in ('staged', 'ready')")


def _notes_by_entry():
    op.drop_index(op.f("ix_code_note_release_id_key_position"), table_name="code_note")
    with op.batch_alter_table("code_note", schema=None) as batch_op:
        batch_op.add_column(sa.Column("entry_id", sa.Integer(), nullable=True))
    op.execute(
        "update code_note set entry_id = (select e.id from code_entry as e "
        "where e.release_id = code_note.release_id and e.key = code_note.key)"
    )
    with op.batch_alter_table("code_note", schema=None) as batch_op:
        batch_op.drop_constraint(
            op.f("fk_code_note_release_id_code_release"), type_="foreignkey"
        )
        batch_op.drop_column("key")
        batch_op.drop_column("release_id")
        batch_op.alter_column("entry_id", existing_type=sa.Integer(), nullable=False)
        batch_op.create_foreign_key(
            op.f("fk_code_note_entry_id_code_entry"), "code_entry", ["entry_id"], ["id"]
        )
    op.create_index(op.f("ix_code_note_entry_id_position"), "code_note", ["entry_id", "position"])


def _narrow_releases():
    op.drop_index("uq_code_release_open", table_name="code_release")
    op.drop_index("uq_code_release_published", table_name="code_release")
    with op.batch_alter_table("code_release", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_code_release_state"), type_="check")
        batch_op.drop_constraint(
            op.f("fk_code_release_imported_by_account"), type_="foreignkey"
        )
        for name, *_ in NEW_OF_RELEASE:
            batch_op.drop_column(name)
        batch_op.alter_column("kind", new_column_name="system")
    op.execute("update code_release set state = 'superseded'")
    op.execute(
        "update code_release set state = 'current' where id = (select id from code_release "
        "order by effective_from desc, id desc limit 1)"
    )
    with op.batch_alter_table("code_release", schema=None) as batch_op:
        batch_op.create_check_constraint(
            op.f("ck_code_release_state"), "state in ('staged', 'current', 'superseded')"
        )
    op.create_index(
        "uq_code_release_current",
        "code_release",
        ["system"],
        unique=True,
        sqlite_where=sa.text("state = 'current'"),
        postgresql_where=sa.text("state = 'current'"),
    )
