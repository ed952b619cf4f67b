"""Encounters by version, their claims and events, and partners' files."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from claimwright.database.ddl import create_backbone, organization_table, service_table
from claimwright.http.ddl import create_edge

revision = "0001"
down_revision = None

SCHEMA = "intake"


def upgrade() -> None:
    """Make the first tables."""
    create_backbone(op, SCHEMA)
    create_edge(op, SCHEMA)
    _encounters()
    _claims()
    _files()


def _encounters() -> None:
    op.create_table(
        "encounter",
        sa.Column("org_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("external_id_sha256", sa.LargeBinary, nullable=False),
        sa.Column("body_sha256", sa.LargeBinary, nullable=False),
        sa.Column("answer", sa.LargeBinary, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("file_id", sa.Uuid),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("is_complete", sa.Boolean, nullable=False),
        sa.Column("not_billable_reason", sa.Text),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_encounter"),
        sa.UniqueConstraint("org_id", "external_id_sha256", name="uq_encounter_external_id"),
        sa.CheckConstraint("source in ('api', 'file')", name="ck_encounter_source"),
        schema=SCHEMA,
    )
    organization_table(op, SCHEMA, "encounter")
    op.create_table(
        "encounter_version",
        sa.Column("org_id", sa.Uuid, nullable=False),
        sa.Column("encounter_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("is_complete", sa.Boolean, nullable=False),
        sa.Column("gaps", pg.JSONB, nullable=False),
        sa.Column("charge_cents", sa.BigInteger, nullable=False),
        sa.Column("line_count", sa.Integer, nullable=False),
        sa.Column("payer_count", sa.Integer, nullable=False),
        sa.Column("identity", sa.LargeBinary, nullable=False),
        sa.Column("clinical", sa.LargeBinary, nullable=False),
        sa.Column("financial", sa.LargeBinary, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "encounter_id", "version", name="pk_encounter_version"),
        sa.ForeignKeyConstraint(
            ["org_id", "encounter_id"],
            [f"{SCHEMA}.encounter.org_id", f"{SCHEMA}.encounter.id"],
            name="fk_encounter_version_encounter",
        ),
        schema=SCHEMA,
    )
    # What a partner said stays as it was said.
    organization_table(op, SCHEMA, "encounter_version", verbs="select, insert")


def _claims() -> None:
    op.create_table(
        "claim",
        sa.Column("org_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("encounter_id", sa.Uuid, nullable=False),
        sa.Column("ordinal", sa.SmallInteger, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_claim"),
        sa.UniqueConstraint("org_id", "encounter_id", "ordinal", name="uq_claim_encounter"),
        sa.ForeignKeyConstraint(
            ["org_id", "encounter_id"],
            [f"{SCHEMA}.encounter.org_id", f"{SCHEMA}.encounter.id"],
            name="fk_claim_encounter",
        ),
        schema=SCHEMA,
    )
    organization_table(op, SCHEMA, "claim", verbs="select, insert")

    op.execute(f"create sequence {SCHEMA}.claim_event_seq as bigint cache 1")
    # `xid` before `seq`: a transaction owns its number before it draws from the sequence, and the feed's fence rests on
    # that. No foreign key to the claim: an answer may be here before the encounter's own transaction is replayed.
    op.execute(
        f"""
        create table {SCHEMA}.claim_event (
          xid xid8 not null default pg_current_xact_id(),
          seq bigint not null default nextval('{SCHEMA}.claim_event_seq'),
          org_id uuid not null,
          event_id uuid not null,
          claim_id uuid not null,
          topic text not null,
          type text not null,
          version bigint not null,
          occurred_at timestamptz not null,
          causation_id uuid,
          data jsonb not null,
          constraint pk_claim_event primary key (org_id, event_id),
          constraint uq_claim_event_seq unique (seq),
          constraint uq_claim_event_version unique (org_id, claim_id, topic, version)
        )
        """
    )
    op.execute(f"create index ix_claim_event_feed on {SCHEMA}.claim_event (org_id, seq)")
    organization_table(op, SCHEMA, "claim_event", verbs="select, insert")
    op.execute(f"grant usage on sequence {SCHEMA}.claim_event_seq to svc_{SCHEMA}")
    # The feed has one horizon for all organizations, so its reader sees the numbers of all rows, and nothing else.
    op.execute(f"create policy horizon on {SCHEMA}.claim_event for select to relay_{SCHEMA} using (true)")
    op.execute(f"grant select (seq) on {SCHEMA}.claim_event to relay_{SCHEMA}")
    op.execute(f"grant select on sequence {SCHEMA}.claim_event_seq to relay_{SCHEMA}")
    op.create_table(
        "feed_horizon",
        sa.Column("id", sa.SmallInteger, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feed_horizon"),
        sa.CheckConstraint("id = 1", name="ck_feed_horizon_one"),
        schema=SCHEMA,
    )
    op.execute(f"insert into {SCHEMA}.feed_horizon values (1, 0)")  # noqa: S608 a name of ours
    service_table(op, SCHEMA, "feed_horizon", verbs="select, update")


def _files() -> None:
    op.create_table(
        "file",
        sa.Column("org_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("sha256", sa.LargeBinary, nullable=False),
        sa.Column("byte_count", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("claim_count", sa.Integer, nullable=False),
        sa.Column("encounter_count", sa.Integer, nullable=False),
        sa.Column("findings", pg.JSONB, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_file"),
        sa.UniqueConstraint("org_id", "sha256", name="uq_file_sha256"),
        sa.CheckConstraint("state in ('received', 'reading', 'read')", name="ck_file_state"),
        schema=SCHEMA,
    )
    op.execute(f"create index ix_file_unread on {SCHEMA}.file (org_id, received_at) where state <> 'read'")
    organization_table(op, SCHEMA, "file")
    op.create_table(
        "file_claim",
        sa.Column("org_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("file_id", sa.Uuid, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("set_ordinal", sa.Integer, nullable=False),
        sa.Column("claim_ordinal", sa.Integer, nullable=False),
        sa.Column("number", sa.LargeBinary, nullable=False),
        sa.Column("encounter_id", sa.Uuid),
        sa.Column("claim_id", sa.Uuid),
        sa.Column("findings", pg.JSONB, nullable=False),
        sa.Column("segment", sa.Integer, nullable=False),
        sa.Column("byte_start", sa.BigInteger, nullable=False),
        sa.Column("byte_end", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name="pk_file_claim"),
        sa.UniqueConstraint("org_id", "file_id", "place", name="uq_file_claim_place"),
        sa.ForeignKeyConstraint(
            ["org_id", "file_id"], [f"{SCHEMA}.file.org_id", f"{SCHEMA}.file.id"], name="fk_file_claim_file"
        ),
        schema=SCHEMA,
    )
    organization_table(op, SCHEMA, "file_claim", verbs="select, insert")
