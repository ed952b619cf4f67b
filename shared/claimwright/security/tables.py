"""The tables of the access copy and of the audit trail; each service's schema has them, found by its search path."""

from typing import Final

from sqlalchemy import BigInteger, Column, DateTime, Identity, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

metadata: Final = MetaData()
_Moment: Final = DateTime(timezone=True)

organization: Final = Table(
    "access_organization",
    metadata,
    Column("org_id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
)

api_key: Final = Table(
    "access_api_key",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("org_id", Uuid, nullable=False),
    Column("sha256", Text),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("expires_at", _Moment),
    Column("revoked_at", _Moment),
)

signing_key: Final = Table(
    "access_signing_key",
    metadata,
    Column("kid", Text, primary_key=True),
    Column("x", Text, nullable=False),
    Column("y", Text, nullable=False),
)

data_key: Final = Table(
    "access_data_key",
    metadata,
    Column("key_id", Uuid, primary_key=True),
    Column("org_id", Uuid, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("wrapped", Text, nullable=False),
)

audit: Final = Table(
    "audit",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("org_id", Uuid, nullable=False),
    Column("at", _Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_kind", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("fields", ARRAY(Text), nullable=False),
    Column("reason", Text),
    Column("trace_id", Text),
    Column("canon", Text, nullable=False),
)
