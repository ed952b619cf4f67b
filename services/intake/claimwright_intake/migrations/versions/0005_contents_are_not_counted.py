"""Statistics are gathered of what queries look for, and not of contents."""

from alembic import op

from claimwright.database.ddl import leave_contents_uncounted

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Leave the contents uncounted."""
    leave_contents_uncounted(op, "intake")
