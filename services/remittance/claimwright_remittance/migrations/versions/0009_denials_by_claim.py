"""A denial that a person gives to another claim opens a case there: a case is of a claim, a decision, a payer order."""

from alembic import op

revision = "0009"
down_revision = "0008"

S = "remittance"


def upgrade() -> None:
    """Add to the schema."""
    op.execute(f"alter table {S}.denial_case drop constraint denial_case_org_id_remit_claim_id_payer_order_key")
    op.execute(f"alter table {S}.denial_case add unique (org_id, claim_id, remit_claim_id, payer_order)")
