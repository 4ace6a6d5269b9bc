"""What coders work with and look for, whether employers may find them, and invitations.

Revision: 0003
Previous: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

FOUND = sa.text("found_by_employers_since IS NOT NULL")


def upgrade():
    with op.batch_alter_table("seeker_profile", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("will_relocate", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(
            sa.Column("pay_floor_cents", sa.Integer(), nullable=False, server_default="0")
        )
        batch_op.add_column(
            sa.Column("pay_floor_unit", sa.String(), nullable=False, server_default="hour")
        )
        batch_op.add_column(
            sa.Column("found_by_employers_since", sa.DateTime(timezone=True), nullable=True)
        )
    with op.batch_alter_table("seeker_profile", schema=None) as batch_op:
        # They were for the rows that were there; from here on the site says what is written.
        for column in ("will_relocate", "pay_floor_cents", "pay_floor_unit"):
            batch_op.alter_column(column, server_default=None)
    op.create_index(
        "ix_seeker_profile_found",
        "seeker_profile",
        ["changed_at", "state", "experience", "will_relocate", "account_id"],
        unique=False,
        sqlite_where=FOUND,
        postgresql_where=FOUND,
    )
    op.create_index(
        "ix_profile_credential_held",
        "profile_credential",
        ["credential", "profile_id", "status", "expires_on", "is_apprentice"],
        unique=False,
    )
    op.create_table(
        "profile_term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("facet", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["seeker_profile.id"],
            name=op.f("fk_profile_term_profile_id_seeker_profile"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_term")),
        sa.UniqueConstraint(
            "profile_id", "facet", "value", name=op.f("uq_profile_term_profile_id_facet_value")
        ),
    )
    with op.batch_alter_table("profile_term", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_profile_term_facet_value_profile_id"),
            ["facet", "value", "profile_id"],
            unique=False,
        )
    op.create_table(
        "profile_hidden_from",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_profile_hidden_from_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["seeker_profile.id"],
            name=op.f("fk_profile_hidden_from_profile_id_seeker_profile"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_hidden_from")),
        sa.UniqueConstraint(
            "profile_id",
            "organisation_id",
            name=op.f("uq_profile_hidden_from_profile_id_organisation_id"),
        ),
    )
    with op.batch_alter_table("profile_hidden_from", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_profile_hidden_from_organisation_id"), ["organisation_id"], unique=False
        )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("invited_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["invited_by"], ["account.id"], name=op.f("fk_invitation_invited_by_account")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_invitation_job_id_job")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_invitation_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["seeker_profile.id"],
            name=op.f("fk_invitation_profile_id_seeker_profile"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint(
            "job_id", "profile_id", name=op.f("uq_invitation_job_id_profile_id")
        ),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_invitation_organisation_id_created_at"),
            ["organisation_id", "created_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_invitation_profile_id"), ["profile_id"], unique=False
        )


def downgrade():
    op.drop_table("invitation")
    op.drop_table("profile_hidden_from")
    op.drop_table("profile_term")
    op.drop_index("ix_profile_credential_held", table_name="profile_credential")
    op.drop_index(
        "ix_seeker_profile_found",
        table_name="seeker_profile",
        sqlite_where=FOUND,
        postgresql_where=FOUND,
    )
    with op.batch_alter_table("seeker_profile", schema=None) as batch_op:
        batch_op.drop_column("found_by_employers_since")
        batch_op.drop_column("pay_floor_unit")
        batch_op.drop_column("pay_floor_cents")
        batch_op.drop_column("will_relocate")
