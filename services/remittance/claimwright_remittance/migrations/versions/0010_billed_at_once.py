"""What was billed goes in by one statement for many claims, as postings do: row types for it."""

from alembic import op

revision = "0010"
down_revision = "0009"

S = "remittance"


def upgrade() -> None:
    """Add to the schema."""
    op.execute(
        f"""
        create type {S}.new_billed_claim as (
          submission_id uuid, claim_id uuid, patient_control_number text, payer_order int, frequency text,
          encounter_version int, payer_count int, payer_id text, charge_cents bigint, parties bytea, traceparent text,
          queued_at timestamptz
        )
        """
    )
    op.execute(
        f"""
        create type {S}.new_billed_line as (
          submission_id uuid, line int, line_control_number text, procedure_code text, modifiers text[],
          charge_cents bigint, units numeric, service_date date, service_date_to date
        )
        """
    )
