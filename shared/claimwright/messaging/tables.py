"""The backbone's tables as SQLAlchemy Core describes them; `claimwright.database.ddl` makes them."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, DateTime, Integer, LargeBinary, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from claimwright.database.tables import org_column


@dataclass(frozen=True, slots=True)
class BackboneTables:
    """The tables of one service's schema."""

    outbox: Table
    key_version: Table
    seen_version: Table
    inbox: Table
    parked: Table


def backbone_tables(metadata: MetaData) -> BackboneTables:
    """Describe the backbone's tables in a service's metadata."""
    return BackboneTables(
        outbox=Table(
            "outbox",
            metadata,
            Column("seq", BigInteger, primary_key=True),
            org_column(),
            Column("event_id", Uuid, nullable=False),
            Column("topic", Text, nullable=False),
            Column("key", Text, nullable=False),
            Column("type", Text, nullable=False),
            Column("version", BigInteger, nullable=False),
            Column("headers", JSONB, nullable=False),
            Column("payload", LargeBinary, nullable=False),
            Column("created_at", DateTime(timezone=True), nullable=False),
        ),
        key_version=Table(
            "key_version",
            metadata,
            org_column(),
            Column("topic", Text, primary_key=True),
            Column("key", Text, primary_key=True),
            Column("version", BigInteger, nullable=False),
            Column("floor", BigInteger, nullable=False),
        ),
        seen_version=Table(
            "seen_version",
            metadata,
            Column("consumer", Text, primary_key=True),
            Column("topic", Text, primary_key=True),
            Column("key", Text, primary_key=True),
            Column("version", BigInteger, nullable=False),
        ),
        inbox=Table(
            "inbox",
            metadata,
            Column("consumer", Text, primary_key=True),
            Column("event_id", Uuid, primary_key=True),
        ),
        parked=Table(
            "parked",
            metadata,
            Column("org_id", Uuid, primary_key=True),
            Column("consumer", Text, primary_key=True),
            Column("topic", Text, primary_key=True),
            Column("key", Text, primary_key=True),
            Column("version", BigInteger, primary_key=True),
            Column("event_id", Uuid),
            Column("type", Text),
            Column("partition", Integer, nullable=False),
            Column("position", BigInteger, nullable=False),
            Column("record_key", LargeBinary),
            Column("headers", JSONB, nullable=False),
            Column("payload", LargeBinary),
            Column("reason", Text, nullable=False),
            Column("attempts", Integer, nullable=False),
            Column("next_try", DateTime(timezone=True)),
            Column("state", Text, nullable=False),
            Column("parked_at", DateTime(timezone=True), nullable=False),
        ),
    )
