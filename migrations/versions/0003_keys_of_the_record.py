"""The audit record is sealed with keys: which one, beside each row, and the time that never goes back, beside the head.

Rows from before stay as they are, without a key. The key itself stands in a file (app/audit/keys.py) and begins with the next record.
"""

import sqlalchemy as sa
from alembic import op

from app.audit import triggers

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    triggers.drop(connection)
    # Not in batches: SQLite would make the table anew, and the record is not to be copied.
    op.add_column("audit_record", sa.Column("key_id", sa.String(length=16), server_default="", nullable=False))
    op.add_column("audit_head", sa.Column("last_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("audit_head", sa.Column("last_key", sa.String(length=16), server_default="", nullable=False))
    op.execute("UPDATE audit_head SET last_at = (SELECT at FROM audit_record WHERE id = last_id)")
    triggers.create(connection)


def downgrade() -> None:
    connection = op.get_bind()
    triggers.drop(connection)
    op.drop_column("audit_head", "last_key")
    op.drop_column("audit_head", "last_at")
    op.drop_column("audit_record", "key_id")
    triggers.create(connection, keyed=False)
