"""Pay insight reads an index, not the listings with their descriptions.

Revision: 0006
Previous: 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

COLUMNS = [
    "pay_unit",
    "place_kind",
    "state_code",
    "experience",
    "state",
    "published_at",
    "expires_at",
    "organisation_id",
    "pay_low_cents",
    "pay_high_cents",
]


def upgrade():
    op.create_index("ix_job_pay", "job", COLUMNS, unique=False)


def downgrade():
    op.drop_index("ix_job_pay", table_name="job")
