"""Where a listing is: its ZIP code, and its place in degrees.

Revision: 0004
Previous: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("job") as job:
        # Listings of before have none, and models give every new one a value of its own.
        job.add_column(sa.Column("postal_code", sa.String(), nullable=False, server_default=""))
        job.add_column(sa.Column("lat", sa.Double(), nullable=True))
        job.add_column(sa.Column("lng", sa.Double(), nullable=True))
    with op.batch_alter_table("job") as job:
        job.alter_column("postal_code", server_default=None)


def downgrade():
    with op.batch_alter_table("job") as job:
        job.drop_column("lng")
        job.drop_column("lat")
        job.drop_column("postal_code")
