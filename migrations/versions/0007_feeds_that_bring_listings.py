"""Feeds that bring listings in: sources, their runs, what they brought, what its words mean.

Revision: 0007
Previous: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "import_phrase",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("choice", sa.String(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["account.id"], name=op.f("fk_import_phrase_decided_by_account")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_import_phrase_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_phrase")),
        sa.UniqueConstraint(
            "organisation_id",
            "field",
            "key",
            name=op.f("uq_import_phrase_organisation_id_field_key"),
        ),
    )
    op.create_table(
        "job_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("schedule", sa.String(), nullable=False),
        sa.Column("granted_by", sa.Integer(), nullable=True),
        sa.Column("paused", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("modified", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_run_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "schedule in ('off', 'hourly', 'daily')", name=op.f("ck_job_source_schedule")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["account.id"], name=op.f("fk_job_source_created_by_account")
        ),
        sa.ForeignKeyConstraint(
            ["granted_by"], ["account.id"], name=op.f("fk_job_source_granted_by_account")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_job_source_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_source")),
    )
    with op.batch_alter_table("job_source", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_job_source_next_run_at"), ["next_run_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_job_source_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "import_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.Column("may_close_many", sa.Boolean(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Integer(), nullable=False),
        sa.Column("duplicates", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("kept_open", sa.Integer(), nullable=False),
        sa.Column("messages", sa.JSON(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('waiting', 'reading', 'closing', 'done', 'failed')",
            name=op.f("ck_import_run_state"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_import_run_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["job_source.id"], name=op.f("fk_import_run_source_id_job_source")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    with op.batch_alter_table("import_run", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_import_run_source_id_id"), ["source_id", "id"], unique=False
        )
        batch_op.create_index(
            "uq_import_run_unfinished",
            ["source_id"],
            unique=True,
            sqlite_where=sa.text("finished_at is null"),
            postgresql_where=sa.text("finished_at is null"),
        )

    op.create_table(
        "imported_job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("is_duplicate", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("posting", sa.JSON(), nullable=False),
        sa.Column("mapped", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_run_id", sa.Integer(), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("vanished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_imported_job_job_id_job")),
        sa.ForeignKeyConstraint(
            ["source_id"], ["job_source.id"], name=op.f("fk_imported_job_source_id_job_source")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_job")),
        sa.UniqueConstraint(
            "source_id", "external_id", name=op.f("uq_imported_job_source_id_external_id")
        ),
    )
    with op.batch_alter_table("imported_job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_imported_job_job_id"), ["job_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_imported_job_source_id_last_run_id"),
            ["source_id", "last_run_id"],
            unique=False,
        )

    op.create_table(
        "import_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("posting", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["import_run.id"], name=op.f("fk_import_item_run_id_import_run")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_item")),
    )
    with op.batch_alter_table("import_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_item_run_id"), ["run_id"], unique=False)

    op.create_table(
        "import_phrase_use",
        sa.Column("imported_id", sa.Integer(), nullable=False),
        sa.Column("phrase_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["imported_id"],
            ["imported_job.id"],
            name=op.f("fk_import_phrase_use_imported_id_imported_job"),
        ),
        sa.ForeignKeyConstraint(
            ["phrase_id"],
            ["import_phrase.id"],
            name=op.f("fk_import_phrase_use_phrase_id_import_phrase"),
        ),
        sa.PrimaryKeyConstraint("imported_id", "phrase_id", name=op.f("pk_import_phrase_use")),
    )
    with op.batch_alter_table("import_phrase_use", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_import_phrase_use_phrase_id"), ["phrase_id"], unique=False
        )


def downgrade():
    with op.batch_alter_table("import_phrase_use", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_phrase_use_phrase_id"))

    op.drop_table("import_phrase_use")
    with op.batch_alter_table("import_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_item_run_id"))

    op.drop_table("import_item")
    with op.batch_alter_table("imported_job", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_imported_job_source_id_last_run_id"))
        batch_op.drop_index(batch_op.f("ix_imported_job_job_id"))

    op.drop_table("imported_job")
    with op.batch_alter_table("import_run", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_import_run_unfinished",
            sqlite_where=sa.text("finished_at is null"),
            postgresql_where=sa.text("finished_at is null"),
        )
        batch_op.drop_index(batch_op.f("ix_import_run_source_id_id"))

    op.drop_table("import_run")
    with op.batch_alter_table("job_source", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_source_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_job_source_next_run_at"))

    op.drop_table("job_source")
    op.drop_table("import_phrase")
