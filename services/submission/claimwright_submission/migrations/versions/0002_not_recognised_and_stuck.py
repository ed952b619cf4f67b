"""What a payer did not know, and how often a mailbox file could not be fetched."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns; what is there stays as it is."""
    op.execute(
        "alter table submission.submission add column not_recognised_at timestamptz, add column not_recognised_by uuid"
    )
    op.execute(
        "alter table submission.mailbox_cursor alter column cursor drop not null,"
        " add column stuck_at text, add column tries int not null default 0"
    )
