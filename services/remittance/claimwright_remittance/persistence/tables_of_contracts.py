"""Tables of contract terms, of payments that differ from them, and of what is waited for by the clock."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from claimwright.database.tables import org_column
from claimwright_remittance.persistence.tables import metadata

contract_terms: Final = Table(
    "contract_terms",
    metadata,
    org_column(),
    Column("id", Uuid, primary_key=True),
    Column("payer_id", Text),
    Column("version", Integer),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("has_capitation", Boolean),
    Column("terms", JSONB),
    Column("loaded_by", Text),
    Column("loaded_at", DateTime(timezone=True)),
)

payment_variance: Final = Table(
    "payment_variance",
    metadata,
    org_column(),
    Column("id", Uuid, primary_key=True),
    Column("claim_id", Uuid),
    Column("payer_order", Integer),
    Column("remit_claim_id", Uuid),
    Column("line", Integer),
    Column("kind", Text),
    Column("expected_cents", BigInteger),
    Column("allowed_cents", BigInteger),
    Column("difference_cents", BigInteger),
    Column("basis", Text),
    Column("terms_id", Uuid),
    Column("state", Text),
    Column("resolution", Text),
    Column("owner", Text),
    Column("due_at", DateTime(timezone=True)),
    Column("opened_at", DateTime(timezone=True)),
    Column("resolved_at", DateTime(timezone=True)),
)

follow_up: Final = Table(
    "follow_up",
    metadata,
    org_column(),
    Column("id", Uuid, primary_key=True),
    Column("kind", Text),
    Column("subject", Text),
    Column("claim_id", Uuid),
    Column("file_id", Uuid),
    Column("payer_order", Integer),
    Column("item_key", Text),
    Column("owner", Text),
    Column("opened_at", DateTime(timezone=True)),
    Column("due_at", DateTime(timezone=True)),
    Column("told_at", DateTime(timezone=True)),
    Column("closed_at", DateTime(timezone=True)),
)
