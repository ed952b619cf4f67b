"""Coding's tables, as the migrations leave them."""

from typing import Final

from sqlalchemy import Boolean, Column, DateTime, Integer, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from claimwright.database.tables import org_column, service_metadata

SCHEMA: Final = "coding"
metadata: Final = service_metadata(SCHEMA)

coding_case: Final = Table(
    "coding_case",
    metadata,
    org_column(),
    Column("claim_id", Uuid, primary_key=True),
    Column("encounter_id", Uuid, nullable=False),
    Column("encounter_version", Integer, nullable=False),
    Column("is_stopped", Boolean, nullable=False),
    Column("findings", JSONB, nullable=False),
    Column("code_set", Text, nullable=False),
    Column("due_at", DateTime(timezone=True)),
    Column("identity", LargeBinary, nullable=False),
    Column("clinical", LargeBinary, nullable=False),
    Column("financial", LargeBinary, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)
