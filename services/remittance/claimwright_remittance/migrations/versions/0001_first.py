"""Billed claims, files, remittances, the ledger that only grows, denials and what is left to patients."""

from alembic import op

from claimwright.database.ddl import create_backbone, organization_table
from claimwright.http.ddl import create_edge

revision = "0001"
down_revision = None

S = "remittance"
APPEND_ONLY = "select, insert"


def upgrade() -> None:
    """Make the schema."""
    create_backbone(op, S)
    create_edge(op, S)
    _billed()
    _files()
    _remit_claims()
    _ledger()
    _guards()
    _claims()


def _billed() -> None:
    op.execute(
        f"""
        create table {S}.billed_claim (
          org_id uuid not null,
          submission_id uuid not null,
          claim_id uuid not null,
          patient_control_number text not null,
          payer_order smallint not null check (payer_order > 0),
          encounter_version int not null,
          payer_count smallint not null check (payer_count > 0),
          payer_id text not null,
          frequency text not null,
          charge_cents bigint not null,
          parties bytea not null,
          traceparent text,
          queued_at timestamptz not null,
          primary key (org_id, submission_id)
        )
        """
    )
    op.execute(f"create index on {S}.billed_claim (org_id, patient_control_number)")
    op.execute(f"create index on {S}.billed_claim (org_id, claim_id)")
    organization_table(op, S, "billed_claim")
    op.execute(
        f"""
        create table {S}.billed_claim_change (
          org_id uuid not null,
          id uuid not null,
          submission_id uuid not null,
          encounter_version int not null,
          charge_cents bigint not null,
          changed_at timestamptz not null,
          primary key (org_id, id),
          foreign key (org_id, submission_id) references {S}.billed_claim
        )
        """
    )
    organization_table(op, S, "billed_claim_change", verbs=APPEND_ONLY)
    op.execute(
        f"""
        create table {S}.billed_line (
          org_id uuid not null,
          submission_id uuid not null,
          line smallint not null check (line > 0),
          line_control_number text not null,
          procedure_code text not null,
          modifiers text[] not null,
          charge_cents bigint not null,
          units numeric not null,
          service_date date not null,
          service_date_to date,
          primary key (org_id, submission_id, line),
          foreign key (org_id, submission_id) references {S}.billed_claim
        )
        """
    )
    organization_table(op, S, "billed_line", verbs="select, insert, delete")


def _files() -> None:
    op.execute(
        f"""
        create table {S}.remittance_file (
          org_id uuid not null,
          id uuid not null,
          sha256 text not null check (length(sha256) = 64),
          byte_count bigint not null,
          content bytea not null,
          source text not null,
          state text not null check (state in ('received', 'posting', 'posted', 'quarantined', 'duplicate')),
          first_file_id uuid,
          differences jsonb not null default '[]',
          received_at timestamptz not null,
          finished_at timestamptz,
          primary key (org_id, id),
          unique (org_id, sha256)
        )
        """
    )
    op.execute(f"create index on {S}.remittance_file (org_id, id) where state in ('received', 'posting')")
    organization_table(op, S, "remittance_file")
    op.execute(
        f"""
        create table {S}.callback_delivery (
          org_id uuid not null,
          route_id text not null,
          message_id text not null,
          file_id uuid not null,
          received_at timestamptz not null,
          primary key (org_id, route_id, message_id),
          foreign key (org_id, file_id) references {S}.remittance_file
        )
        """
    )
    organization_table(op, S, "callback_delivery", verbs=APPEND_ONLY)
    op.execute(
        f"""
        create table {S}.mailbox_cursor (
          org_id uuid not null,
          route_id text not null,
          cursor text not null,
          moved_at timestamptz not null,
          primary key (org_id, route_id)
        )
        """
    )
    organization_table(op, S, "mailbox_cursor")
    op.execute(
        f"""
        create table {S}.remittance (
          org_id uuid not null,
          id uuid not null,
          file_id uuid not null,
          set_ordinal int not null,
          control_number text not null,
          payer_id text not null,
          payer_ids text[] not null,
          payee_id text not null,
          trace_number text not null,
          trace_payer_id text not null,
          payment_date date,
          payment_cents bigint not null,
          payment_method text not null,
          handling text not null,
          content_sha256 text not null,
          state text not null check (state in ('posting', 'posted', 'held', 'duplicate', 'clash')),
          differences jsonb not null,
          first_remittance_id uuid,
          claim_count int not null,
          claims_posted int not null default 0,
          segment int not null,
          byte_start bigint not null,
          byte_end bigint not null,
          registered_at timestamptz not null,
          posted_at timestamptz,
          primary key (org_id, id),
          unique (org_id, file_id, set_ordinal),
          foreign key (org_id, file_id) references {S}.remittance_file
        )
        """
    )
    op.execute(f"create index on {S}.remittance (org_id, trace_number, payer_id)")
    organization_table(op, S, "remittance")
    op.execute(
        f"""
        create table {S}.acceptance (
          org_id uuid not null,
          remittance_id uuid not null,
          proposed_by text not null,
          proposed_reason text not null,
          proposed_at timestamptz not null,
          approved_by text check (approved_by <> proposed_by),
          approved_reason text,
          approved_at timestamptz,
          primary key (org_id, remittance_id),
          foreign key (org_id, remittance_id) references {S}.remittance
        )
        """
    )
    organization_table(op, S, "acceptance")


def _remit_claims() -> None:
    # A patient control number that is not ours stays in the sealed file.
    # `arrived` orders the remit claims of one claim; it is drawn while the claim's number is locked.
    op.execute(
        f"""
        create table {S}.remit_claim (
          org_id uuid not null,
          id uuid not null,
          remittance_id uuid not null,
          ordinal int not null,
          arrived bigint generated always as identity,
          patient_control_number text,
          claim_outcome_code text not null,
          payer_claim_control_number text not null,
          charge_cents bigint not null,
          paid_cents bigint not null,
          content jsonb not null,
          claim_id uuid,
          submission_id uuid,
          payer_order smallint,
          matches jsonb,
          rung text,
          standing text not null
            check (standing in ('posted', 'reversed', 'reversal', 'held', 'netted', 'noted')),
          held_for text,
          pairs_with uuid,
          arrived_at timestamptz not null,
          primary key (org_id, id),
          unique (org_id, remittance_id, ordinal),
          foreign key (org_id, remittance_id) references {S}.remittance
        )
        """
    )
    op.execute(f"create index on {S}.remit_claim (org_id, claim_id, arrived) where claim_id is not null")
    op.execute(f"create index on {S}.remit_claim (org_id, patient_control_number) where claim_id is null")
    op.execute(f"create index on {S}.remit_claim (org_id, arrived) where standing = 'held'")
    op.execute(f"create index on {S}.remit_claim (org_id, payer_claim_control_number) where claim_id is not null")
    organization_table(op, S, "remit_claim")
    op.execute(
        f"""
        create table {S}.provider_item (
          org_id uuid not null,
          id uuid not null,
          remittance_id uuid not null,
          ordinal int not null,
          provider_id text not null,
          fiscal_year_end text not null,
          code text not null,
          cents bigint not null,
          account text not null,
          item_key text not null,
          segment int not null,
          byte_start bigint not null,
          byte_end bigint not null,
          claim_id uuid,
          primary key (org_id, id),
          unique (org_id, remittance_id, ordinal),
          foreign key (org_id, remittance_id) references {S}.remittance
        )
        """
    )
    op.execute(f"create index on {S}.provider_item (org_id, item_key)")
    organization_table(op, S, "provider_item", verbs=APPEND_ONLY)


def _ledger() -> None:
    op.execute(
        f"""
        create table {S}.posting (
          org_id uuid not null,
          id uuid not null,
          cause_kind text not null,
          cause_id uuid not null,
          day date not null,
          posted_at timestamptz not null,
          corrects uuid,
          primary key (org_id, id),
          constraint uq_posting_cause unique (org_id, cause_kind, cause_id),
          foreign key (org_id, corrects) references {S}.posting
        )
        """
    )
    organization_table(op, S, "posting", verbs=APPEND_ONLY)
    op.execute(
        f"""
        create table {S}.ledger_entry (
          org_id uuid not null,
          posting_id uuid not null,
          ordinal smallint not null,
          account text not null,
          claim_id uuid,
          payer_order smallint,
          line smallint,
          reason text,
          item_key text,
          cents bigint not null check (cents <> 0),
          artifact_id uuid,
          segment int,
          byte_start bigint,
          byte_end bigint,
          primary key (org_id, posting_id, ordinal),
          foreign key (org_id, posting_id) references {S}.posting
        )
        """
    )
    op.execute(f"create index on {S}.ledger_entry (org_id, claim_id) where claim_id is not null")
    op.execute(f"create index on {S}.ledger_entry (org_id, item_key) where item_key is not null")
    op.execute(f"create index on {S}.ledger_entry (org_id, artifact_id) where artifact_id is not null")
    organization_table(op, S, "ledger_entry", verbs=APPEND_ONLY)


def _guards() -> None:
    # At commit the transaction may be bound to another organization than the one whose row is judged (a consumer's
    # batch groups its events), and then row-level security would hide the entries and the sum would be nothing. So the
    # row's own organization is bound for the sum; that the row may be written was checked when it was.
    op.execute(
        f"""
        create function {S}.posting_is_balanced() returns trigger
        language plpgsql set search_path = {S}, pg_temp as $$
        declare
          bound constant text := current_setting('app.org_id', true);
          net bigint;
        begin
          perform set_config('app.org_id', new.org_id::text, true);
          net := (select sum(cents) from ledger_entry where org_id = new.org_id and posting_id = new.posting_id);
          perform set_config('app.org_id', coalesce(bound, ''), true);
          if net is distinct from 0 then
            raise exception 'posting % does not sum to zero', new.posting_id
              using errcode = 'check_violation', constraint = 'posting_is_balanced';
          end if;
          return null;
        end
        $$
        """  # noqa: S608 - only the schema's own name is put in
    )
    op.execute(
        f"create constraint trigger posting_is_balanced after insert on {S}.ledger_entry "
        f"deferrable initially deferred for each row execute function {S}.posting_is_balanced()"
    )
    op.execute(
        f"""
        create function {S}.only_grows() returns trigger
        language plpgsql set search_path = pg_catalog as $$
        begin
          raise exception 'the ledger only grows: a correction is a new posting'
            using errcode = 'restrict_violation', constraint = 'only_grows';
        end
        $$
        """
    )
    for table in ("posting", "ledger_entry"):
        op.execute(
            f"create trigger only_grows before update or delete or truncate on {S}.{table} "
            f"for each statement execute function {S}.only_grows()"
        )


def _claims() -> None:
    op.execute(
        f"""
        create table {S}.claim_account (
          org_id uuid not null,
          claim_id uuid not null,
          state text not null check (state in ('open', 'released', 'closed')),
          patient_cents bigint not null,
          changed_at timestamptz not null,
          primary key (org_id, claim_id)
        )
        """
    )
    organization_table(op, S, "claim_account")
    op.execute(
        f"""
        create table {S}.claim_outcome (
          org_id uuid not null,
          claim_id uuid not null,
          payer_order smallint not null,
          version int not null,
          outcome text not null,
          remit_claim_id uuid not null,
          decided_at timestamptz not null,
          primary key (org_id, claim_id, payer_order, version),
          foreign key (org_id, remit_claim_id) references {S}.remit_claim
        )
        """
    )
    organization_table(op, S, "claim_outcome", verbs=APPEND_ONLY)
    op.execute(
        f"""
        create table {S}.denial_case (
          org_id uuid not null,
          id uuid not null,
          claim_id uuid not null,
          payer_order smallint not null,
          remit_claim_id uuid not null,
          denied_cents bigint not null,
          reasons text[] not null,
          state text not null,
          path text not null,
          owner text not null,
          due_at timestamptz not null,
          opened_at timestamptz not null,
          primary key (org_id, id),
          unique (org_id, remit_claim_id, payer_order),
          foreign key (org_id, remit_claim_id) references {S}.remit_claim
        )
        """
    )
    organization_table(op, S, "denial_case")
