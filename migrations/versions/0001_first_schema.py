"""The first schema: accounts, orders, codes, employers, listings, coders, applications.

Revision: 0001
Previous: none
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("email_verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "staff in ('none', 'moderator', 'operator')", name=op.f("ck_account_staff")
        ),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_account_email_lower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_at"), ["at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_audit_entry_subject_kind_subject_id"),
            ["subject_kind", "subject_id"],
            unique=False,
        )

    op.create_table(
        "code_release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("code_count", sa.Integer(), nullable=False),
        sa.Column("billable_count", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state in ('staged', 'current', 'superseded')", name=op.f("ck_code_release_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_release")),
    )
    with op.batch_alter_table("code_release", schema=None) as batch_op:
        batch_op.create_index(
            "uq_code_release_current",
            ["system"],
            unique=True,
            sqlite_where=sa.text("state = 'current'"),
            postgresql_where=sa.text("state = 'current'"),
        )

    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("website", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspension", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("slug", name=op.f("uq_organisation_slug")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_by", sa.String(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("abandoned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_outbox_done_at_due_at"), ["done_at", "due_at"], unique=False
        )

    op.create_table(
        "view_allowance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("period_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_view_allowance")),
        sa.UniqueConstraint("reader", name=op.f("uq_view_allowance_reader")),
    )
    op.create_table(
        "account_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_session_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_account_session_token_hash")),
    )
    with op.batch_alter_table("account_session", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_account_session_account_id"), ["account_id"], unique=False
        )

    op.create_table(
        "code_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column(
            "key", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("billable", sa.Boolean(), nullable=False),
        sa.Column("seventh", sa.String(), nullable=True),
        sa.Column(
            "parent_key",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("ancestors", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["code_release.id"], name=op.f("fk_code_entry_release_id_code_release")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_entry")),
        sa.UniqueConstraint("release_id", "key", name=op.f("uq_code_entry_release_id_key")),
    )
    with op.batch_alter_table("code_entry", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_code_entry_release_id_parent_key_position"),
            ["release_id", "parent_key", "position"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_code_entry_release_id_position"),
            ["release_id", "position"],
            unique=False,
        )

    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("requisition", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("benefits", sa.String(), nullable=False),
        sa.Column("place_kind", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("state_code", sa.String(), nullable=False),
        sa.Column("engagement", sa.String(), nullable=False),
        sa.Column("pay_unit", sa.String(), nullable=False),
        sa.Column("pay_low_cents", sa.Integer(), nullable=False),
        sa.Column("pay_high_cents", sa.Integer(), nullable=False),
        sa.Column("experience", sa.String(), nullable=False),
        sa.Column("apprentice_welcome", sa.Boolean(), nullable=False),
        sa.Column("productivity", sa.String(), nullable=False),
        sa.Column("accuracy_percent", sa.Integer(), nullable=True),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("apply_method", sa.String(), nullable=False),
        sa.Column("apply_url", sa.String(), nullable=False),
        sa.Column("codes_named", sa.String(), nullable=False),
        sa.Column("paid_days", sa.Integer(), nullable=False),
        sa.Column("is_featured", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("publish_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("featured_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rejection", sa.String(), nullable=False),
        sa.Column("held_from", sa.String(), nullable=False),
        sa.Column("warned_of", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('draft', 'awaiting_payment', 'in_review', 'scheduled', 'live', 'paused', 'filled', 'expired', 'rejected', 'removed', 'archived')",
            name=op.f("ck_job_state"),
        ),
        sa.CheckConstraint("pay_low_cents <= pay_high_cents", name=op.f("ck_job_pay_range")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["account.id"], name=op.f("fk_job_created_by_account")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_job_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_job_organisation_id_state"), ["organisation_id", "state"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_job_published_at"), ["published_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_job_state_expires_at"), ["state", "expires_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_job_state_featured_until_published_at"),
            ["state", "featured_until", "published_at"],
            unique=False,
        )

    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role in ('owner', 'recruiter')", name=op.f("ck_membership_role")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_membership_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_membership_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint(
            "organisation_id", "account_id", name=op.f("uq_membership_organisation_id_account_id")
        ),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_membership_account_id"), ["account_id"], unique=False)

    op.create_table(
        "one_time_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_one_time_token_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_token_token_hash")),
    )
    with op.batch_alter_table("one_time_token", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_one_time_token_account_id"), ["account_id"], unique=False
        )

    op.create_table(
        "order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("subject_label", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("total_cents", sa.Integer(), nullable=False),
        sa.Column("discount_cents", sa.Integer(), nullable=False),
        sa.Column("refunded_cents", sa.Integer(), nullable=False),
        sa.Column("checkout_id", sa.String(), nullable=True),
        sa.Column("checkout_url", sa.String(), nullable=True),
        sa.Column("payment_intent", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('open', 'processing', 'paid', 'refunded', 'disputed', 'void')",
            name=op.f("ck_order_state"),
        ),
        sa.CheckConstraint(
            "total_cents >= 0 and refunded_cents >= 0", name=op.f("ck_order_amounts")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_order_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order")),
        sa.UniqueConstraint("checkout_id", name=op.f("uq_order_checkout_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_order_reference")),
    )
    with op.batch_alter_table("order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_order_account_id"), ["account_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_order_payment_intent"), ["payment_intent"], unique=False
        )
        batch_op.create_index(
            "uq_order_open_subject",
            ["subject_kind", "subject_id"],
            unique=True,
            sqlite_where=sa.text("state in ('open', 'processing')"),
            postgresql_where=sa.text("state in ('open', 'processing')"),
        )

    op.create_table(
        "stored_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_stored_file_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
        sa.UniqueConstraint("key", name=op.f("uq_stored_file_key")),
    )
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stored_file_account_id"), ["account_id"], unique=False)

    op.create_table(
        "view_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("allowance_id", sa.Integer(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column(
            "key", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["allowance_id"],
            ["view_allowance.id"],
            name=op.f("fk_view_grant_allowance_id_view_allowance"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_view_grant")),
        sa.UniqueConstraint(
            "allowance_id", "system", "key", name=op.f("uq_view_grant_allowance_id_system_key")
        ),
    )
    op.create_table(
        "application",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.Column("resume_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "stage in ('submitted', 'screening', 'coding_test', 'interview', 'offer', 'hired', 'declined', 'withdrawn')",
            name=op.f("ck_application_stage"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_application_account_id_account")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_application_job_id_job")),
        sa.ForeignKeyConstraint(
            ["resume_id"], ["stored_file.id"], name=op.f("fk_application_resume_id_stored_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("job_id", "account_id", name=op.f("uq_application_job_id_account_id")),
    )
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_application_account_id"), ["account_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_application_job_id_stage"), ["job_id", "stage"], unique=False
        )

    op.create_table(
        "charge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("refunded_cents", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state in ('succeeded', 'refunded', 'disputed', 'lost')", name=op.f("ck_charge_state")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_charge_order_id_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charge")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_charge_provider_id")),
    )
    with op.batch_alter_table("charge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_charge_order_id"), ["order_id"], unique=False)

    op.create_table(
        "code_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("extension", sa.String(), nullable=True),
        sa.Column("links", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["code_entry.id"], name=op.f("fk_code_note_entry_id_code_entry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_note")),
    )
    with op.batch_alter_table("code_note", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_code_note_entry_id_position"), ["entry_id", "position"], unique=False
        )

    op.create_table(
        "job_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column(
            "first_key",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "last_key",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("shown", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_job_code_job_id_job")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_code")),
    )
    with op.batch_alter_table("job_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_code_job_id"), ["job_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_job_code_system_first_key_last_key"),
            ["system", "first_key", "last_key"],
            unique=False,
        )

    op.create_table(
        "job_purchase",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("is_renewal", sa.Boolean(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("featured_days", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_job_purchase_job_id_job")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order.id"], name=op.f("fk_job_purchase_order_id_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_purchase")),
        sa.UniqueConstraint("order_id", name=op.f("uq_job_purchase_order_id")),
    )
    with op.batch_alter_table("job_purchase", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_purchase_job_id"), ["job_id"], unique=False)

    op.create_table(
        "job_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('pending', 'approved', 'rejected', 'withdrawn')",
            name=op.f("ck_job_revision_state"),
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["account.id"], name=op.f("fk_job_revision_author_id_account")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_job_revision_job_id_job")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_revision")),
    )
    with op.batch_alter_table("job_revision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_revision_job_id"), ["job_id"], unique=False)
        batch_op.create_index(
            "uq_job_revision_pending",
            ["job_id"],
            unique=True,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )

    op.create_table(
        "job_term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("facet", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("need", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_job_term_job_id_job")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_term")),
        sa.UniqueConstraint(
            "job_id", "facet", "value", name=op.f("uq_job_term_job_id_facet_value")
        ),
    )
    with op.batch_alter_table("job_term", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_job_term_facet_value_job_id"), ["facet", "value", "job_id"], unique=False
        )

    op.create_table(
        "order_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_cents", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order.id"], name=op.f("fk_order_line_order_id_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
    )
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_order_line_order_id"), ["order_id"], unique=False)

    op.create_table(
        "payment_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order.id"], name=op.f("fk_payment_event_order_id_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_event")),
        sa.UniqueConstraint("event_id", name=op.f("uq_payment_event_event_id")),
    )
    with op.batch_alter_table("payment_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payment_event_order_id"), ["order_id"], unique=False)

    op.create_table(
        "seeker_profile",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("headline", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("experience", sa.String(), nullable=False),
        sa.Column("resume_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_seeker_profile_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["resume_id"], ["stored_file.id"], name=op.f("fk_seeker_profile_resume_id_stored_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seeker_profile")),
        sa.UniqueConstraint("account_id", name=op.f("uq_seeker_profile_account_id")),
    )
    op.create_table(
        "application_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["account.id"], name=op.f("fk_application_step_actor_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_application_step_application_id_application"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_step")),
    )
    with op.batch_alter_table("application_step", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_application_step_application_id"), ["application_id"], unique=False
        )

    op.create_table(
        "experience",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("employer", sa.String(), nullable=False),
        sa.Column("setting", sa.String(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["seeker_profile.id"],
            name=op.f("fk_experience_profile_id_seeker_profile"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experience")),
    )
    with op.batch_alter_table("experience", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_experience_profile_id"), ["profile_id"], unique=False)

    op.create_table(
        "profile_credential",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("credential", sa.String(), nullable=False),
        sa.Column("is_apprentice", sa.Boolean(), nullable=False),
        sa.Column("member_number", sa.String(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.CheckConstraint(
            "status in ('stated', 'document', 'confirmed', 'expired')",
            name=op.f("ck_profile_credential_status"),
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["seeker_profile.id"],
            name=op.f("fk_profile_credential_profile_id_seeker_profile"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_credential")),
        sa.UniqueConstraint(
            "profile_id", "credential", name=op.f("uq_profile_credential_profile_id_credential")
        ),
    )


def downgrade():
    op.drop_table("profile_credential")
    with op.batch_alter_table("experience", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_experience_profile_id"))

    op.drop_table("experience")
    with op.batch_alter_table("application_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_application_step_application_id"))

    op.drop_table("application_step")
    op.drop_table("seeker_profile")
    with op.batch_alter_table("payment_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payment_event_order_id"))

    op.drop_table("payment_event")
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_order_line_order_id"))

    op.drop_table("order_line")
    with op.batch_alter_table("job_term", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_term_facet_value_job_id"))

    op.drop_table("job_term")
    with op.batch_alter_table("job_revision", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_job_revision_pending",
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.drop_index(batch_op.f("ix_job_revision_job_id"))

    op.drop_table("job_revision")
    with op.batch_alter_table("job_purchase", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_purchase_job_id"))

    op.drop_table("job_purchase")
    with op.batch_alter_table("job_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_code_system_first_key_last_key"))
        batch_op.drop_index(batch_op.f("ix_job_code_job_id"))

    op.drop_table("job_code")
    with op.batch_alter_table("code_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_code_note_entry_id_position"))

    op.drop_table("code_note")
    with op.batch_alter_table("charge", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_charge_order_id"))

    op.drop_table("charge")
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_application_job_id_stage"))
        batch_op.drop_index(batch_op.f("ix_application_account_id"))

    op.drop_table("application")
    op.drop_table("view_grant")
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stored_file_account_id"))

    op.drop_table("stored_file")
    with op.batch_alter_table("order", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_order_open_subject",
            sqlite_where=sa.text("state in ('open', 'processing')"),
            postgresql_where=sa.text("state in ('open', 'processing')"),
        )
        batch_op.drop_index(batch_op.f("ix_order_payment_intent"))
        batch_op.drop_index(batch_op.f("ix_order_account_id"))

    op.drop_table("order")
    with op.batch_alter_table("one_time_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_one_time_token_account_id"))

    op.drop_table("one_time_token")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_membership_account_id"))

    op.drop_table("membership")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_state_featured_until_published_at"))
        batch_op.drop_index(batch_op.f("ix_job_state_expires_at"))
        batch_op.drop_index(batch_op.f("ix_job_published_at"))
        batch_op.drop_index(batch_op.f("ix_job_organisation_id_state"))

    op.drop_table("job")
    with op.batch_alter_table("code_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_code_entry_release_id_position"))
        batch_op.drop_index(batch_op.f("ix_code_entry_release_id_parent_key_position"))

    op.drop_table("code_entry")
    with op.batch_alter_table("account_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_session_account_id"))

    op.drop_table("account_session")
    op.drop_table("view_allowance")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_done_at_due_at"))

    op.drop_table("outbox")
    op.drop_table("organisation")
    with op.batch_alter_table("code_release", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_code_release_current",
            sqlite_where=sa.text("state = 'current'"),
            postgresql_where=sa.text("state = 'current'"),
        )

    op.drop_table("code_release")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entry_subject_kind_subject_id"))
        batch_op.drop_index(batch_op.f("ix_audit_entry_at"))

    op.drop_table("audit_entry")
    op.drop_table("account")
