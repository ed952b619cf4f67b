"""Tables of deposits, closed days and policies, as migration 0002 makes them."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, Column, Date, DateTime, Integer, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from claimwright.database.tables import org_column
from claimwright_remittance.persistence.tables import metadata


def _id(name: str = "id", *, key: bool = False) -> Column[UUID]:
    return Column(name, Uuid, primary_key=key)


def _moment(name: str) -> Column[Any]:
    return Column(name, DateTime(timezone=True))


bank_file: Final = Table(
    "bank_file",
    metadata,
    org_column(),
    _id(key=True),
    Column("sha256", Text),
    Column("byte_count", BigInteger),
    Column("content", LargeBinary),
    Column("format", Text),
    Column("source", Text),
    Column("line_count", Integer),
    Column("new_count", Integer),
    _moment("received_at"),
)

deposit: Final = Table(
    "deposit",
    metadata,
    org_column(),
    _id(key=True),
    _id("bank_file_id"),
    Column("line", Integer),
    Column("byte_start", BigInteger),
    Column("byte_end", BigInteger),
    Column("kind", Text),
    Column("type_code", Text),
    Column("posted_on", Date),
    Column("cents", BigInteger),
    Column("trace_number", Text),
    Column("trace_payer_id", Text),
    Column("occurrence", Integer),
    Column("details", LargeBinary),
    Column("state", Text),
    _moment("received_at"),
)

deposit_act: Final = Table(
    "deposit_act",
    metadata,
    org_column(),
    _id(key=True),
    _id("deposit_id"),
    Column("act", Text),
    Column("reason", Text),
    Column("actor", Text),
    _moment("at"),
)

deposit_match: Final = Table(
    "deposit_match",
    metadata,
    org_column(),
    _id(key=True),
    _id("deposit_id"),
    Column("how", Text),
    Column("matched_by", Text),
    Column("reason", Text),
    _moment("matched_at"),
    Column("unmatched_by", Text),
    Column("unmatch_reason", Text),
    _moment("unmatched_at"),
)

deposit_match_remittance: Final = Table(
    "deposit_match_remittance",
    metadata,
    org_column(),
    _id("match_id", key=True),
    _id("remittance_id", key=True),
    Column("cents", BigInteger),
)

deposit_flag: Final = Table(
    "deposit_flag",
    metadata,
    org_column(),
    _id(key=True),
    Column("kind", Text),
    _id("remittance_id"),
    _id("deposit_id"),
    Column("reasons", ARRAY(Text)),
    _moment("raised_at"),
    _moment("ended_at"),
)

posting_policy: Final = Table(
    "posting_policy",
    metadata,
    org_column(),
    _id(key=True),
    Column("payer_id", Text),
    Column("unbalanced", Text),
    Column("valid_from", Date),
    Column("set_by", Text),
    Column("reason", Text),
    _moment("set_at"),
)

claim_acceptance: Final = Table(
    "claim_acceptance",
    metadata,
    org_column(),
    _id("remit_claim_id", key=True),
    _id("claim_id"),
    Column("proposed_by", Text),
    Column("proposed_reason", Text),
    _moment("proposed_at"),
    Column("approved_by", Text),
    Column("approved_reason", Text),
    _moment("approved_at"),
)

closed_day: Final = Table(
    "closed_day",
    metadata,
    org_column(),
    Column("day", Date, primary_key=True),
    Column("after_day", Date),
    Column("totals", JSONB),
    Column("closed_by", Text),
    Column("note", Text),
    _moment("closed_at"),
)
