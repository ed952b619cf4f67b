"""Partitions go when nothing can want them any more."""

from alembic import op

from claimwright.database.ddl import create_retention, old_rows_go

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Keep which claims have ended, and make the functions of housekeeping."""
    create_retention(op, "console")
    old_rows_go(op, "console", "session", keys="org_id, sha256", moment="seen_at")
    old_rows_go(op, "console", "sign_in_link", keys="org_id, sha256", moment="expires_at")
