"""Events are kept whole in their rows."""

from alembic import op

from claimwright.database.ddl import keep_payloads_in_their_rows

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Change how the outbox is stored."""
    keep_payloads_in_their_rows(op, "submission")
