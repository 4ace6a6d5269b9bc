"""Comparisons of the search indexes with the database, and their rebuilds.

Revision: 0002
Previous: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "index_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("index", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("engine", sa.String(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("checked", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("stale", sa.Integer(), nullable=False),
        sa.Column("surplus", sa.Integer(), nullable=False),
        sa.Column("mended", sa.Integer(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_check")),
    )
    with op.batch_alter_table("index_check", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_index_check_index_at"), ["index", "at"], unique=False
        )

    op.create_table(
        "index_rebuild",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("index", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("done_documents", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["account.id"], name=op.f("fk_index_rebuild_asked_by_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_rebuild")),
    )
    with op.batch_alter_table("index_rebuild", schema=None) as batch_op:
        batch_op.create_index(
            "uq_index_rebuild_open",
            ["index"],
            unique=True,
            sqlite_where=sa.text("finished_at is null"),
            postgresql_where=sa.text("finished_at is null"),
        )


def downgrade():
    with op.batch_alter_table("index_rebuild", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_index_rebuild_open",
            sqlite_where=sa.text("finished_at is null"),
            postgresql_where=sa.text("finished_at is null"),
        )

    op.drop_table("index_rebuild")
    with op.batch_alter_table("index_check", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_index_check_index_at"))

    op.drop_table("index_check")
