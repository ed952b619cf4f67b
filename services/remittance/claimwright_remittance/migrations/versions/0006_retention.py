"""Partitions go when nothing can want them any more."""

from alembic import op

from claimwright.database.ddl import create_retention

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Keep which claims have ended, and make the functions of housekeeping."""
    create_retention(op, "remittance")
