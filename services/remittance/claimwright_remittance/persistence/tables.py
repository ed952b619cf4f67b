"""This schema's tables, as the migrations make them."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Identity,
    Integer,
    LargeBinary,
    Numeric,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from claimwright.database.tables import org_column, service_metadata

metadata: Final = service_metadata("remittance")


def _id(name: str = "id", *, key: bool = False) -> Column[UUID]:
    return Column(name, Uuid, primary_key=key)


def _moment(name: str) -> Column[Any]:
    return Column(name, DateTime(timezone=True))


billed_claim: Final = Table(
    "billed_claim",
    metadata,
    org_column(),
    _id("submission_id", key=True),
    _id("claim_id"),
    Column("patient_control_number", Text),
    Column("payer_order", Integer),
    Column("encounter_version", Integer),
    Column("payer_count", Integer),
    Column("payer_id", Text),
    Column("frequency", Text),
    Column("charge_cents", BigInteger),
    Column("parties", LargeBinary),
    Column("traceparent", Text),
    _moment("queued_at"),
    _moment("dropped_at"),
)

billed_claim_change: Final = Table(
    "billed_claim_change",
    metadata,
    org_column(),
    _id(key=True),
    _id("submission_id"),
    Column("encounter_version", Integer),
    Column("charge_cents", BigInteger),
    _moment("changed_at"),
)

billed_line: Final = Table(
    "billed_line",
    metadata,
    org_column(),
    _id("submission_id", key=True),
    Column("line", Integer, primary_key=True),
    Column("line_control_number", Text),
    Column("procedure_code", Text),
    Column("modifiers", ARRAY(Text)),
    Column("charge_cents", BigInteger),
    Column("units", Numeric),
    Column("service_date", Date),
    Column("service_date_to", Date),
)

remittance_file: Final = Table(
    "remittance_file",
    metadata,
    org_column(),
    _id(key=True),
    Column("sha256", Text),
    Column("byte_count", BigInteger),
    Column("content", LargeBinary),
    Column("source", Text),
    Column("kind", Text),
    Column("state", Text),
    _id("first_file_id"),
    Column("differences", JSONB),
    _moment("received_at"),
    _moment("finished_at"),
)

callback_delivery: Final = Table(
    "callback_delivery",
    metadata,
    org_column(),
    Column("route_id", Text, primary_key=True),
    Column("message_id", Text, primary_key=True),
    _id("file_id"),
    _moment("received_at"),
)

mailbox_cursor: Final = Table(
    "mailbox_cursor",
    metadata,
    org_column(),
    Column("route_id", Text, primary_key=True),
    Column("cursor", Text),
    _moment("moved_at"),
)

remittance: Final = Table(
    "remittance",
    metadata,
    org_column(),
    _id(key=True),
    _id("file_id"),
    Column("set_ordinal", Integer),
    Column("control_number", Text),
    Column("payer_id", Text),
    Column("payer_ids", ARRAY(Text)),
    Column("payee_id", Text),
    Column("trace_number", Text),
    Column("trace_payer_id", Text),
    Column("payment_date", Date),
    Column("payment_cents", BigInteger),
    Column("payment_method", Text),
    Column("handling", Text),
    Column("content_sha256", Text),
    Column("state", Text),
    Column("differences", JSONB),
    _id("first_remittance_id"),
    Column("claim_count", Integer),
    Column("claims_posted", Integer),
    Column("segment", Integer),
    Column("byte_start", BigInteger),
    Column("byte_end", BigInteger),
    _moment("registered_at"),
    _moment("posted_at"),
    _id("policy_id"),
    _id("deposit_match_id"),
    Column("expects_deposit", Boolean),
)

acceptance: Final = Table(
    "acceptance",
    metadata,
    org_column(),
    _id("remittance_id", key=True),
    Column("proposed_by", Text),
    Column("proposed_reason", Text),
    _moment("proposed_at"),
    Column("approved_by", Text),
    Column("approved_reason", Text),
    _moment("approved_at"),
)

remit_claim: Final = Table(
    "remit_claim",
    metadata,
    org_column(),
    _id(key=True),
    _id("remittance_id"),
    Column("ordinal", Integer),
    Column("arrived", BigInteger, Identity(always=True)),
    Column("patient_control_number", Text),
    Column("claim_outcome_code", Text),
    Column("payer_claim_control_number", Text),
    Column("charge_cents", BigInteger),
    Column("paid_cents", BigInteger),
    Column("content", JSONB),
    _id("claim_id"),
    _id("submission_id"),
    Column("payer_order", Integer),
    Column("matches", JSONB),
    Column("rung", Text),
    Column("standing", Text),
    Column("held_for", Text),
    _id("pairs_with"),
    _moment("arrived_at"),
    Column("part", Integer),
    _id("split_from"),
)

provider_item: Final = Table(
    "provider_item",
    metadata,
    org_column(),
    _id(key=True),
    _id("remittance_id"),
    Column("ordinal", Integer),
    Column("provider_id", Text),
    Column("fiscal_year_end", Text),
    Column("code", Text),
    Column("cents", BigInteger),
    Column("account", Text),
    Column("item_key", Text),
    Column("segment", Integer),
    Column("byte_start", BigInteger),
    Column("byte_end", BigInteger),
    _id("claim_id"),
)

posting: Final = Table(
    "posting",
    metadata,
    org_column(),
    _id(key=True),
    Column("cause_kind", Text),
    _id("cause_id"),
    Column("day", Date),
    _moment("posted_at"),
    _id("corrects"),
)

ledger_entry: Final = Table(
    "ledger_entry",
    metadata,
    org_column(),
    _id("posting_id", key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("account", Text),
    _id("claim_id"),
    Column("payer_order", Integer),
    Column("line", Integer),
    Column("reason", Text),
    Column("item_key", Text),
    Column("cents", BigInteger),
    _id("artifact_id"),
    Column("segment", Integer),
    Column("byte_start", BigInteger),
    Column("byte_end", BigInteger),
)

claim_account: Final = Table(
    "claim_account",
    metadata,
    org_column(),
    _id("claim_id", key=True),
    Column("state", Text),
    Column("patient_cents", BigInteger),
    _moment("changed_at"),
)

claim_outcome: Final = Table(
    "claim_outcome",
    metadata,
    org_column(),
    _id("claim_id", key=True),
    Column("payer_order", Integer, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("outcome", Text),
    _id("remit_claim_id"),
    _moment("decided_at"),
)

denial_case: Final = Table(
    "denial_case",
    metadata,
    org_column(),
    _id(key=True),
    _id("claim_id"),
    Column("payer_order", Integer),
    _id("remit_claim_id"),
    Column("denied_cents", BigInteger),
    Column("reasons", ARRAY(Text)),
    Column("state", Text),
    Column("path", Text),
    Column("owner", Text),
    _moment("due_at"),
    _moment("opened_at"),
    _moment("superseded_at"),
)
