"""Events are kept whole in their rows."""

from alembic import op

from claimwright.database.ddl import keep_payloads_in_their_rows

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Change how the outbox is stored."""
    keep_payloads_in_their_rows(op, "console")
