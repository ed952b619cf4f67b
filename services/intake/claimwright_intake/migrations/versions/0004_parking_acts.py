"""What people do about parked events: decisions, acts under way, and consumers that stand still."""

from alembic import op

from claimwright.database.parking_ddl import create_parking_acts

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables, and let the partner's view be forgotten and built anew."""
    create_parking_acts(op, "intake")
    op.execute("grant delete on intake.claim_event to svc_intake")
