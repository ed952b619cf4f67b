"""What people do about parked events: decisions, acts under way, and consumers that stand still."""

from alembic import op

from claimwright.database.parking_ddl import create_parking_acts

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables."""
    create_parking_acts(op, "submission")
