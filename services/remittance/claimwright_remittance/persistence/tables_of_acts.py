"""Tables of what people do about claims and remit claims, and of claims that were dropped."""

from typing import Final

from sqlalchemy import Column, DateTime, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from claimwright.database.tables import org_column
from claimwright_remittance.persistence.tables import metadata

claim_drop: Final = Table(
    "claim_drop",
    metadata,
    org_column(),
    Column("id", Uuid, primary_key=True),
    Column("submission_id", Uuid),
    Column("reason", Text),
    Column("dropped_at", DateTime(timezone=True)),
)

person_act: Final = Table(
    "person_act",
    metadata,
    org_column(),
    Column("id", Uuid, primary_key=True),
    Column("kind", Text),
    Column("remit_claim_id", Uuid),
    Column("claim_id", Uuid),
    Column("undoes", Uuid),
    Column("actor", Text),
    Column("acted_at", DateTime(timezone=True)),
)

person_act_shift: Final = Table(
    "person_act_shift",
    metadata,
    org_column(),
    Column("id", Uuid, primary_key=True),
    Column("act_id", Uuid),
    Column("ordinal", Integer),
    Column("remit_claim_id", Uuid),
    Column("before", JSONB),
    Column("after", JSONB),
)
