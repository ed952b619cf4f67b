"""Types in whose rows a batch travels to the tables, and events that are kept whole in their rows."""

from alembic import op

from claimwright.database.ddl import keep_payloads_in_their_rows

revision = "0007"
down_revision = "0006"

S = "remittance"


def upgrade() -> None:
    """Add to the schema."""
    keep_payloads_in_their_rows(op, S)
    # Types of their own, not the tables': a column that a later version adds must not break who still runs without it.
    op.execute(
        f"""
        create type {S}.new_posting as (
          id uuid, cause_kind text, cause_id uuid, day date, posted_at timestamptz, corrects uuid
        )
        """
    )
    op.execute(
        f"""
        create type {S}.new_ledger_entry as (
          posting_id uuid, ordinal smallint, account text, payer_order smallint, line smallint, reason text,
          claim_id uuid, item_key text, cents bigint, artifact_id uuid, segment int, byte_start bigint, byte_end bigint
        )
        """
    )
    op.execute(
        f"""
        create type {S}.new_claim_outcome as (
          claim_id uuid, payer_order smallint, version int, outcome text, remit_claim_id uuid, decided_at timestamptz
        )
        """
    )
    op.execute(
        f"""
        create type {S}.new_remit_claim as (
          id uuid, remittance_id uuid, ordinal int, part int, split_from uuid, patient_control_number text,
          claim_outcome_code text, payer_claim_control_number text, charge_cents bigint, paid_cents bigint,
          content text, claim_id uuid, submission_id uuid, payer_order smallint, matches text, rung text,
          standing text, held_for text, pairs_with uuid, arrived_at timestamptz
        )
        """
    )
