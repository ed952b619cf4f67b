"""Intake's tables, as the migrations leave them."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from claimwright.database.tables import org_column, service_metadata

SCHEMA: Final = "intake"
metadata: Final = service_metadata(SCHEMA)

encounter: Final = Table(
    "encounter",
    metadata,
    org_column(),
    Column("id", Uuid, primary_key=True),
    # A partner's own id may be a medical record number, so that it stands sealed; its hash keeps it unique.
    Column("external_id_sha256", LargeBinary, nullable=False),
    Column("body_sha256", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("source", Text, nullable=False),
    Column("file_id", Uuid),
    Column("version", Integer, nullable=False),
    Column("is_complete", Boolean, nullable=False),
    Column("not_billable_reason", Text),
    Column("received_at", DateTime(timezone=True), nullable=False),
)

encounter_version: Final = Table(
    "encounter_version",
    metadata,
    org_column(),
    Column("encounter_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("is_complete", Boolean, nullable=False),
    Column("gaps", JSONB, nullable=False),
    Column("charge_cents", BigInteger, nullable=False),
    Column("line_count", Integer, nullable=False),
    Column("payer_count", Integer, nullable=False),
    Column("identity", LargeBinary, nullable=False),
    Column("clinical", LargeBinary, nullable=False),
    Column("financial", LargeBinary, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)

claim: Final = Table(
    "claim",
    metadata,
    org_column(),
    Column("id", Uuid, primary_key=True),
    Column("encounter_id", Uuid, nullable=False),
    Column("ordinal", SmallInteger, nullable=False),
)

claim_event: Final = Table(
    "claim_event",
    metadata,
    org_column(),
    Column("seq", BigInteger, nullable=False),
    Column("event_id", Uuid, primary_key=True),
    Column("claim_id", Uuid, nullable=False),
    Column("topic", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("causation_id", Uuid),
    Column("data", JSONB, nullable=False),
)

feed_horizon: Final = Table(
    "feed_horizon",
    metadata,
    Column("id", SmallInteger, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)

file: Final = Table(
    "file",
    metadata,
    org_column(),
    Column("id", Uuid, primary_key=True),
    Column("sha256", LargeBinary, nullable=False),
    Column("byte_count", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("claim_count", Integer, nullable=False),
    Column("encounter_count", Integer, nullable=False),
    Column("findings", JSONB, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("actor", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("read_at", DateTime(timezone=True)),
)

file_claim: Final = Table(
    "file_claim",
    metadata,
    org_column(),
    Column("id", Uuid, primary_key=True),
    Column("file_id", Uuid, nullable=False),
    Column("place", Integer, nullable=False),
    Column("set_ordinal", Integer, nullable=False),
    Column("claim_ordinal", Integer, nullable=False),
    Column("number", LargeBinary, nullable=False),
    Column("encounter_id", Uuid),
    Column("claim_id", Uuid),
    Column("findings", JSONB, nullable=False),
    Column("segment", Integer, nullable=False),
    Column("byte_start", BigInteger, nullable=False),
    Column("byte_end", BigInteger, nullable=False),
)
