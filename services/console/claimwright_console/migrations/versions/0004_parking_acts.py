"""What people do about parked events, and the read model of those that wait for a person in any service."""

from alembic import op

from claimwright.database import ddl
from claimwright.database.parking_ddl import create_parking_acts

revision = "0004"
down_revision = "0003"

SCHEMA = "console"


def upgrade() -> None:
    """Make the tables."""
    create_parking_acts(op, SCHEMA)
    op.execute(
        """
        create table console.parked_event (
          org_id uuid not null,
          service text not null,
          parked_id text not null,
          consumer text not null,
          topic text not null,
          parked_key text not null,
          event_type text,
          reason text not null,
          parked_at timestamptz not null,
          constraint pk_parked_event primary key (org_id, service, parked_id)
        )
        """
    )
    ddl.organization_table(op, SCHEMA, "parked_event", verbs="select, insert, update, delete")
