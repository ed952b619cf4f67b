"""Claims keep how far their fold has come; events are kept whole in their rows."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the columns, and let PostgreSQL no longer try to compress what is sealed."""
    op.execute("alter table console.claim add column standing text, add column rules text")
    op.execute("alter table console.event alter column sealed set storage external")
    op.execute("alter table console.event set (toast_tuple_target = 8160)")  # a page
