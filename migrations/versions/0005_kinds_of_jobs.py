"""Kinds of jobs that have a page of their own.

Revision: 0005
Previous: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "job_topic",
        sa.Column("choices", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("newest", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("choices", name=op.f("pk_job_topic")),
    )


def downgrade():
    op.drop_table("job_topic")
