"""The tables of the schema `console`, beside those that the backbone and the edge make for every service.

Organizations, API keys and data keys stand in the `access_*` tables: what other services hold as a copy is the
authority's own record here, written in the transaction that publishes it.
"""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from claimwright.database.tables import org_column, service_metadata

metadata: Final = service_metadata("console")

_MOMENT: Final = sa.DateTime(timezone=True)

person: Final = sa.Table(
    "person",
    metadata,
    org_column(),
    sa.Column("id", sa.Uuid, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("name", sa.LargeBinary, nullable=False, comment="sealed, identity"),
    sa.Column("email", sa.LargeBinary, comment="sealed, identity"),
    sa.Column("created_at", _MOMENT, nullable=False),
    sa.Column("withdrawn_at", _MOMENT),
    sa.PrimaryKeyConstraint("org_id", "id"),
)

signing_key: Final = sa.Table(
    "signing_key",
    metadata,
    org_column(),
    sa.Column("kid", sa.Text, nullable=False),
    sa.Column("row_id", sa.Uuid, nullable=False, comment="what the seal is bound to"),
    sa.Column("private_key", sa.LargeBinary, nullable=False, comment="sealed, identity"),
    sa.Column("published_at", _MOMENT, nullable=False),
    sa.PrimaryKeyConstraint("org_id", "kid"),
)

sign_in_link: Final = sa.Table(
    "sign_in_link",
    metadata,
    org_column(),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("person_id", sa.Uuid, nullable=False),
    sa.Column("expires_at", _MOMENT, nullable=False),
    sa.Column("used_at", _MOMENT),
    sa.PrimaryKeyConstraint("org_id", "sha256"),
    sa.ForeignKeyConstraint(["org_id", "person_id"], ["console.person.org_id", "console.person.id"]),
)

session: Final = sa.Table(
    "session",
    metadata,
    org_column(),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("person_id", sa.Uuid, nullable=False),
    sa.Column("started_at", _MOMENT, nullable=False),
    sa.Column("seen_at", _MOMENT, nullable=False),
    sa.Column("ended_at", _MOMENT),
    sa.PrimaryKeyConstraint("org_id", "sha256"),
    sa.ForeignKeyConstraint(["org_id", "person_id"], ["console.person.org_id", "console.person.id"]),
    sa.Index("ix_session_person", "org_id", "person_id", "started_at"),
)

event: Final = sa.Table(
    "event",
    metadata,
    org_column(),
    sa.Column("event_id", sa.Uuid, nullable=False),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("record_key", sa.Text, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("occurred_at", _MOMENT, nullable=False),
    sa.Column("causation_id", sa.Uuid),
    sa.Column("correlation_id", sa.Uuid, nullable=False),
    sa.Column("trace_id", sa.Text),
    sa.Column("data", JSONB, nullable=False, comment="the clear part"),
    sa.Column("sealed", JSONB, nullable=False, comment="the sealed parts as they came"),
    sa.PrimaryKeyConstraint("org_id", "event_id"),
    sa.Index("ix_event_record_key", "org_id", "record_key"),
    sa.Index("ix_event_occurred_at", "org_id", "occurred_at", "event_id"),
    sa.Index("ix_event_trace_id", "org_id", "trace_id"),
    sa.Index("ix_event_type", "org_id", "type", "occurred_at", "event_id"),
)

claim: Final = sa.Table(
    "claim",
    metadata,
    org_column(),
    sa.Column("claim_id", sa.Uuid, nullable=False),
    sa.Column("encounter_id", sa.Text),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("entered_at", _MOMENT, nullable=False, comment="when the claim came to its stage"),
    sa.Column("stuck_at", _MOMENT, comment="from when on it counts as stuck"),
    sa.Column("closed_reason", sa.Text),
    sa.Column("outcomes", JSONB, nullable=False, comment="payer order -> its decisions, each version"),
    sa.Column("balance", sa.Text, nullable=False),
    sa.Column("cases", JSONB, nullable=False),
    sa.Column("flags", ARRAY(sa.Text), nullable=False),
    sa.Column("owner", sa.Text),
    sa.Column("due_at", _MOMENT),
    sa.Column("charge_cents", sa.BigInteger, nullable=False),
    sa.Column("paid_cents", sa.BigInteger, nullable=False),
    sa.Column("adjusted_cents", sa.BigInteger, nullable=False),
    sa.Column("patient_cents", sa.BigInteger, nullable=False),
    sa.Column("open_cents", sa.BigInteger, nullable=False),
    sa.Column("first_at", _MOMENT, nullable=False),
    sa.Column("last_at", _MOMENT, nullable=False),
    sa.Column("event_count", sa.Integer, nullable=False),
    sa.Column("standing", sa.Text, comment="how far the fold has come, as JSON; null: it begins anew"),
    sa.Column("rules", sa.Text, comment="by which rules it did"),
    sa.PrimaryKeyConstraint("org_id", "claim_id"),
    sa.Index("ix_claim_stage", "org_id", "stage", "entered_at", "claim_id"),
    sa.Index("ix_claim_first_at", "org_id", "first_at", "claim_id"),
)

stay: Final = sa.Table(
    "stay",
    metadata,
    org_column(),
    sa.Column("claim_id", sa.Uuid, nullable=False),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("came_from", sa.Text),
    sa.Column("entered_at", _MOMENT, nullable=False),
    sa.Column("event_id", sa.Uuid, nullable=False),
    sa.PrimaryKeyConstraint("org_id", "claim_id", "ordinal"),
    sa.Index("ix_stay_entered_at", "org_id", "entered_at"),
)

known_as: Final = sa.Table(
    "known_as",
    metadata,
    org_column(),
    sa.Column("value", sa.Text, nullable=False, comment="an id or a control number, never a person's number"),
    sa.Column("record_key", sa.Text, nullable=False),
    sa.PrimaryKeyConstraint("org_id", "value", "record_key"),
)

parked_event: Final = sa.Table(
    "parked_event",
    metadata,
    org_column(),
    sa.Column("service", sa.Text, nullable=False),
    sa.Column("parked_id", sa.Text, nullable=False),
    sa.Column("consumer", sa.Text, nullable=False),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("parked_key", sa.Text, nullable=False),
    sa.Column("event_type", sa.Text),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("parked_at", _MOMENT, nullable=False),
    sa.PrimaryKeyConstraint("org_id", "service", "parked_id"),
)

READ_MODELS: Final = (event, claim, stay, known_as, parked_event)
"""What events feed, and what a rebuild empties first."""
