"""The backbone, the edge, people and sessions, and the read models.

Revision ID: 0001
"""

from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from claimwright.database import ddl
from claimwright.http.ddl import create_edge

revision = "0001"
down_revision = None

SCHEMA = "console"
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make everything."""
    ddl.create_backbone(op, SCHEMA)
    create_edge(op, SCHEMA)
    _make_people()
    _make_read_models()


def _organization() -> sa.Column[UUID]:
    return sa.Column("org_id", sa.Uuid, nullable=False)


def _make_people() -> None:
    op.create_table(
        "person",
        _organization(),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("name", sa.LargeBinary, nullable=False, comment="sealed, identity"),
        sa.Column("email", sa.LargeBinary, comment="sealed, identity"),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT),
        sa.PrimaryKeyConstraint("org_id", "id"),
        schema=SCHEMA,
    )
    ddl.organization_table(op, SCHEMA, "person", verbs="select, insert, update")
    op.create_table(
        "signing_key",
        _organization(),
        sa.Column("kid", sa.Text, nullable=False),
        sa.Column("row_id", sa.Uuid, nullable=False, comment="what the seal is bound to"),
        sa.Column("private_key", sa.LargeBinary, nullable=False, comment="sealed, identity"),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "kid"),
        schema=SCHEMA,
    )
    ddl.organization_table(op, SCHEMA, "signing_key", verbs="select, insert")
    op.create_table(
        "sign_in_link",
        _organization(),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        sa.PrimaryKeyConstraint("org_id", "sha256"),
        sa.ForeignKeyConstraint(["org_id", "person_id"], ["console.person.org_id", "console.person.id"]),
        schema=SCHEMA,
    )
    ddl.organization_table(op, SCHEMA, "sign_in_link", verbs="select, insert, update, delete")
    op.create_table(
        "session",
        _organization(),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.PrimaryKeyConstraint("org_id", "sha256"),
        sa.ForeignKeyConstraint(["org_id", "person_id"], ["console.person.org_id", "console.person.id"]),
        schema=SCHEMA,
    )
    op.create_index("ix_session_person", "session", ["org_id", "person_id", "started_at"], schema=SCHEMA)
    ddl.organization_table(op, SCHEMA, "session", verbs="select, insert, update, delete")


def _make_read_models() -> None:
    op.create_table(
        "event",
        _organization(),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("record_key", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("occurred_at", MOMENT, nullable=False),
        sa.Column("causation_id", sa.Uuid),
        sa.Column("correlation_id", sa.Uuid, nullable=False),
        sa.Column("trace_id", sa.Text),
        sa.Column("data", JSONB, nullable=False, comment="the clear part"),
        sa.Column("sealed", JSONB, nullable=False, comment="the sealed parts as they came"),
        sa.PrimaryKeyConstraint("org_id", "event_id"),
        schema=SCHEMA,
    )
    op.create_index("ix_event_record_key", "event", ["org_id", "record_key"], schema=SCHEMA)
    op.create_index("ix_event_occurred_at", "event", ["org_id", "occurred_at", "event_id"], schema=SCHEMA)
    op.create_index("ix_event_trace_id", "event", ["org_id", "trace_id"], schema=SCHEMA)
    op.create_index("ix_event_type", "event", ["org_id", "type", "occurred_at", "event_id"], schema=SCHEMA)
    op.create_table(
        "claim",
        _organization(),
        sa.Column("claim_id", sa.Uuid, nullable=False),
        sa.Column("encounter_id", sa.Text),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("entered_at", MOMENT, nullable=False, comment="when the claim came to its stage"),
        sa.Column("stuck_at", MOMENT, comment="from when on it counts as stuck"),
        sa.Column("closed_reason", sa.Text),
        sa.Column("outcomes", JSONB, nullable=False, comment="payer order -> its decisions, each version"),
        sa.Column("balance", sa.Text, nullable=False),
        sa.Column("cases", JSONB, nullable=False),
        sa.Column("flags", ARRAY(sa.Text), nullable=False),
        sa.Column("owner", sa.Text),
        sa.Column("due_at", MOMENT),
        sa.Column("charge_cents", sa.BigInteger, nullable=False),
        sa.Column("paid_cents", sa.BigInteger, nullable=False),
        sa.Column("adjusted_cents", sa.BigInteger, nullable=False),
        sa.Column("patient_cents", sa.BigInteger, nullable=False),
        sa.Column("open_cents", sa.BigInteger, nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("event_count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "claim_id"),
        schema=SCHEMA,
    )
    op.create_index("ix_claim_stage", "claim", ["org_id", "stage", "entered_at", "claim_id"], schema=SCHEMA)
    op.create_index("ix_claim_first_at", "claim", ["org_id", "first_at", "claim_id"], schema=SCHEMA)
    op.create_table(
        "stay",
        _organization(),
        sa.Column("claim_id", sa.Uuid, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("came_from", sa.Text),
        sa.Column("entered_at", MOMENT, nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "claim_id", "ordinal"),
        schema=SCHEMA,
    )
    op.create_index("ix_stay_entered_at", "stay", ["org_id", "entered_at"], schema=SCHEMA)
    op.create_table(
        "known_as",
        _organization(),
        sa.Column("value", sa.Text, nullable=False, comment="an id or a control number, never a person's number"),
        sa.Column("record_key", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "value", "record_key"),
        schema=SCHEMA,
    )
    for table in ("event", "claim", "stay", "known_as"):
        ddl.organization_table(op, SCHEMA, table, verbs="select, insert, update, delete")
