"""Submissions, the files that carry them, what was answered, and the counters of their numbers."""

from typing import Final

from alembic import op

from claimwright.database.ddl import create_backbone, organization_table, service_table
from claimwright.http.ddl import create_edge

revision = "0001"
down_revision = None

_SCHEMA: Final = "submission"

_NUMBERS: Final = (
    # One counter a deployment. A number that was drawn and not used is lost, and no number comes twice.
    f"create sequence {_SCHEMA}.patient_control_counter as bigint minvalue 0 start 0 cache 1",
    f"grant usage on sequence {_SCHEMA}.patient_control_counter to svc_{_SCHEMA}",
    # Made once, here, and never changed: another key could give a number that was given before.
    f"""
    create table {_SCHEMA}.number_key (
      id smallint constraint pk_number_key primary key check (id = 1),
      key bytea not null check (length(key) = 32)
    )
    """,
    # Written by whom `migrate` runs as, into the schema that it works in.
    """
    insert into number_key
    values (1, decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'))
    """,
    f"""
    create table {_SCHEMA}.control_counter (
      sender text not null,
      receiver text not null,
      usage_indicator text not null check (usage_indicator in ('T', 'P')),
      interchange_number bigint not null default 0 check (interchange_number <= 999999999),
      group_number bigint not null default 0 check (group_number <= 999999999),
      set_number bigint not null default 0 check (set_number <= 999999999),
      constraint pk_control_counter primary key (sender, receiver, usage_indicator)
    )
    """,
)

_TABLES: Final = {
    "patient_control_number": """
      org_id uuid not null,
      claim_id uuid not null,
      payer_order int not null,
      number text not null,
      lines_minted int not null default 0,
      constraint pk_patient_control_number primary key (org_id, claim_id, payer_order),
      constraint uq_patient_control_number_number unique (org_id, number)
    """,
    "submission": """
      org_id uuid not null,
      id uuid not null,
      claim_id uuid not null,
      payer_order int not null,
      frequency text not null check (frequency in ('1', '7', '8')),
      patient_control_number text,
      encounter_id uuid not null,
      encounter_version int not null,
      queued_version int,
      route_id text,
      usage_indicator text,
      guide text,
      charge_cents bigint not null,
      line_count int not null,
      payer_count int not null,
      billing_npi text not null,
      stage text not null,
      reason text,
      owner text,
      due_at timestamptz,
      waiting_since timestamptz,
      adjudicated_at timestamptz,
      adjudicated_by uuid,
      traceparent text,
      content_version int not null,
      identity bytea not null,
      clinical bytea not null,
      financial bytea not null,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      constraint pk_submission primary key (org_id, id),
      constraint uq_submission_claim unique (org_id, claim_id, payer_order, frequency)
    """,
    "artifact": """
      org_id uuid not null,
      id uuid not null,
      route_id text not null,
      usage_indicator text not null,
      guide text not null,
      sender text not null,
      receiver text not null,
      interchange_number bigint not null,
      group_number bigint not null,
      set_number bigint not null,
      sha256 text not null,
      byte_count int not null,
      claim_count int not null,
      charge_cents bigint not null,
      content bytea not null,
      transport text not null check (transport in ('ready', 'sending', 'unknown', 'sent', 'refused')),
      tries int not null default 0,
      next_try_at timestamptz,
      lease_until timestamptz,
      lease_token uuid,
      clearinghouse_file_id text,
      reason text,
      owner text,
      due_at timestamptz,
      created_at timestamptz not null,
      sent_at timestamptz,
      constraint pk_artifact primary key (org_id, id),
      constraint uq_artifact_interchange unique (org_id, sender, receiver, usage_indicator, interchange_number)
    """,
    "attempt": """
      org_id uuid not null,
      id uuid not null,
      submission_id uuid not null,
      artifact_id uuid not null,
      ordinal int not null,
      encounter_version int not null,
      is_live boolean not null,
      set_control text not null,
      segment int not null,
      byte_start int not null,
      byte_end int not null,
      created_at timestamptz not null,
      constraint pk_attempt primary key (org_id, id),
      constraint uq_attempt_ordinal unique (org_id, submission_id, ordinal),
      constraint uq_attempt_artifact unique (org_id, artifact_id, submission_id),
      constraint fk_attempt_submission foreign key (org_id, submission_id) references {schema}.submission,
      constraint fk_attempt_artifact foreign key (org_id, artifact_id) references {schema}.artifact
    """,
    "answer": """
      org_id uuid not null,
      id uuid not null,
      route_id text not null,
      came_by text not null check (came_by in ('callback', 'mailbox')),
      sha256 text not null,
      byte_count int not null,
      content bytea not null,
      state text not null check (state in ('received', 'read', 'unmatched')),
      kinds text[] not null default '{{}}',
      reasons text[] not null default '{{}}',
      owner text,
      due_at timestamptz,
      received_at timestamptz not null,
      read_at timestamptz,
      constraint pk_answer primary key (org_id, id),
      constraint uq_answer_content unique (org_id, route_id, sha256)
    """,
    "callback": """
      org_id uuid not null,
      route_id text not null,
      message_id text not null,
      answer_id uuid not null,
      received_at timestamptz not null,
      constraint pk_callback primary key (org_id, route_id, message_id),
      constraint fk_callback_answer foreign key (org_id, answer_id) references {schema}.answer
    """,
    "acknowledgment": """
      org_id uuid not null,
      id uuid not null,
      answer_id uuid not null,
      artifact_id uuid not null,
      attempt_id uuid not null,
      submission_id uuid not null,
      kind text not null,
      event_type text not null,
      verdict text not null,
      codes text[] not null,
      statuses jsonb not null,
      payer_claim_control_number text,
      clearinghouse_trace_number text,
      attempt_was_over boolean not null,
      interchange_control text not null,
      group_control text,
      set_control text,
      segment int not null,
      byte_start int not null,
      byte_end int not null,
      answered_at timestamptz not null,
      recorded_at timestamptz not null,
      constraint pk_acknowledgment primary key (org_id, id),
      constraint uq_acknowledgment_said unique (org_id, attempt_id, answer_id, event_type, byte_start),
      constraint fk_acknowledgment_attempt foreign key (org_id, attempt_id) references {schema}.attempt,
      constraint fk_acknowledgment_answer foreign key (org_id, answer_id) references {schema}.answer
    """,
    "artifact_answer": """
      org_id uuid not null,
      artifact_id uuid not null,
      answer_id uuid not null,
      kind text not null,
      verdict text not null,
      byte_start int not null,
      answered_at timestamptz not null,
      constraint pk_artifact_answer primary key (org_id, artifact_id, answer_id, kind, byte_start),
      constraint fk_artifact_answer_artifact foreign key (org_id, artifact_id) references {schema}.artifact,
      constraint fk_artifact_answer_answer foreign key (org_id, answer_id) references {schema}.answer
    """,
    "mailbox_cursor": """
      org_id uuid not null,
      route_id text not null,
      kind text not null,
      cursor text not null,
      moved_at timestamptz not null,
      constraint pk_mailbox_cursor primary key (org_id, route_id, kind)
    """,
}

# What was heard and what was sent is only ever added to.
_ADDED_ONLY: Final = frozenset({"callback", "acknowledgment", "artifact_answer"})

_INDEXES: Final = {
    # One live attempt a submission: the last line of defense against billing twice.
    "unique index uq_attempt_live": "attempt (org_id, submission_id) where is_live",
    "index ix_submission_waiting": ("submission (org_id, route_id, waiting_since, id) where waiting_since is not null"),
    "index ix_submission_held": "submission (org_id, id) where stage = 'HELD'",
    "index ix_artifact_open": (
        "artifact (org_id, route_id, created_at) where transport in ('ready', 'sending', 'unknown')"
    ),
    "index ix_artifact_group": "artifact (org_id, route_id, group_number)",
    "index ix_artifact_interchange": "artifact (org_id, route_id, interchange_number)",
    "index ix_answer_open": "answer (org_id, received_at) where state <> 'read'",
    "index ix_acknowledgment_submission": "acknowledgment (org_id, submission_id)",
}


def upgrade() -> None:
    """Make the schema."""
    create_backbone(op, _SCHEMA)
    create_edge(op, _SCHEMA)
    for statement in _NUMBERS:
        op.execute(statement)
    service_table(op, _SCHEMA, "number_key", verbs="select")
    service_table(op, _SCHEMA, "control_counter", verbs="select, insert, update")
    for name, columns in _TABLES.items():
        op.execute(f"create table {_SCHEMA}.{name} ({columns.format(schema=_SCHEMA)})")
        verbs = "select, insert" if name in _ADDED_ONLY else "select, insert, update"
        organization_table(op, _SCHEMA, name, verbs=verbs)
    for name, over in _INDEXES.items():
        op.execute(f"create {name} on {_SCHEMA}.{over}")
