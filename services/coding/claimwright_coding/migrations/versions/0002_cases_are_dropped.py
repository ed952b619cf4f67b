"""A case goes when its encounter will not be billed."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Let the service delete cases."""
    op.execute("grant delete on coding.coding_case to svc_coding")
