"""Denial cases end when the decision that they are about counts no more."""

from alembic import op

revision = "0005"
down_revision = "0004"

S = "remittance"


def upgrade() -> None:
    """Add to the schema."""
    op.execute(f"alter table {S}.denial_case add column superseded_at timestamptz")
    op.execute(f"create index on {S}.denial_case (org_id, claim_id)")
