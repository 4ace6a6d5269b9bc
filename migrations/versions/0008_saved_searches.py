"""Saved searches, who gets their alerts, and what was found for whom.

Revision: 0008
Previous: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "alert_recipient",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suppressed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suppressed_for", sa.String(), nullable=False),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_over_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "suppressed_for in ('', 'bounce', 'complaint')",
            name=op.f("ck_alert_recipient_suppressed_for"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_alert_recipient_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["taken_over_by"],
            ["alert_recipient.id"],
            name=op.f("fk_alert_recipient_taken_over_by_alert_recipient"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_recipient")),
        sa.UniqueConstraint("account_id", name=op.f("uq_alert_recipient_account_id")),
        sa.UniqueConstraint("email", name=op.f("uq_alert_recipient_email")),
    )
    op.create_table(
        "saved_search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("frequency", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "frequency in ('instant', 'daily', 'weekly')", name=op.f("ck_saved_search_frequency")
        ),
        sa.ForeignKeyConstraint(
            ["recipient_id"],
            ["alert_recipient.id"],
            name=op.f("fk_saved_search_recipient_id_alert_recipient"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
    )
    with op.batch_alter_table("saved_search", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_saved_search_recipient_id"), ["recipient_id"], unique=False
        )

    op.create_table(
        "matched_job",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("matched_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["job.id"], name=op.f("fk_matched_job_id_job")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matched_job")),
    )
    op.create_table(
        "alert_match",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("search_id", sa.Integer(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_match")),
        sa.UniqueConstraint(
            "recipient_id", "job_id", name=op.f("uq_alert_match_recipient_id_job_id")
        ),
    )
    with op.batch_alter_table("alert_match", schema=None) as batch_op:
        batch_op.create_index(
            "ix_alert_match_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("done_at is null"),
            postgresql_where=sa.text("done_at is null"),
        )


def downgrade():
    with op.batch_alter_table("alert_match", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_alert_match_due",
            sqlite_where=sa.text("done_at is null"),
            postgresql_where=sa.text("done_at is null"),
        )

    op.drop_table("alert_match")
    op.drop_table("matched_job")
    with op.batch_alter_table("saved_search", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_search_recipient_id"))

    op.drop_table("saved_search")
    op.drop_table("alert_recipient")
