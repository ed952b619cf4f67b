"""What the bank credited and what it belongs to, closed days, posting policies, and documents entered by hand."""

from alembic import op

from claimwright.database.ddl import organization_table

revision = "0002"
down_revision = "0001"

S = "remittance"
APPEND_ONLY = "select, insert"


def upgrade() -> None:
    """Add to the schema."""
    _bank()
    _remittances()
    _matches()
    _flags()
    _policies()
    _acceptances()
    _days()


def _bank() -> None:
    op.execute(
        f"""
        create table {S}.bank_file (
          org_id uuid not null,
          id uuid not null,
          sha256 text not null check (length(sha256) = 64),
          byte_count bigint not null,
          content bytea not null,
          format text not null check (format in ('csv', 'bai2')),
          source text not null,
          line_count int not null,
          new_count int not null,
          received_at timestamptz not null,
          primary key (org_id, id),
          unique (org_id, sha256)
        )
        """
    )
    organization_table(op, S, "bank_file", verbs=APPEND_ONLY)
    # Account numbers and what the bank wrote stand in `details`, sealed; the trace number is the one of TRN02, which
    # remittances have in the clear too. `occurrence` tells equal lines of one file apart.
    op.execute(
        f"""
        create table {S}.deposit (
          org_id uuid not null,
          id uuid not null,
          bank_file_id uuid not null,
          line int not null,
          byte_start bigint not null,
          byte_end bigint not null,
          kind text not null check (kind in ('ach_credit', 'credit', 'debit')),
          type_code text not null,
          posted_on date not null,
          cents bigint not null check (cents <> 0),
          trace_number text,
          trace_payer_id text,
          occurrence int not null check (occurrence > 0),
          details bytea not null,
          state text not null check (state in ('open', 'matched', 'set_aside')),
          received_at timestamptz not null,
          primary key (org_id, id),
          unique (org_id, bank_file_id, line),
          foreign key (org_id, bank_file_id) references {S}.bank_file
        )
        """
    )
    op.execute(f"create index on {S}.deposit (org_id, posted_on, cents)")
    op.execute(f"create index on {S}.deposit (org_id, trace_number) where trace_number is not null")
    op.execute(f"create index on {S}.deposit (org_id, state, id)")
    organization_table(op, S, "deposit")
    op.execute(
        f"""
        create table {S}.deposit_act (
          org_id uuid not null,
          id uuid not null,
          deposit_id uuid not null,
          act text not null check (act in ('set_aside', 'brought_back')),
          reason text not null,
          actor text not null,
          at timestamptz not null,
          primary key (org_id, id),
          foreign key (org_id, deposit_id) references {S}.deposit
        )
        """
    )
    op.execute(f"create index on {S}.deposit_act (org_id, deposit_id)")
    organization_table(op, S, "deposit_act", verbs=APPEND_ONLY)


def _remittances() -> None:
    op.execute(f"alter table {S}.remittance_file add column kind text not null default 'x12'")
    op.execute(f"alter table {S}.remittance add column policy_id uuid")
    op.execute(f"alter table {S}.remittance add column deposit_match_id uuid")
    # Computed by the table, so that what was posted before this version has it too.
    op.execute(
        f"alter table {S}.remittance add column expects_deposit boolean not null "
        "generated always as (state = 'posted' and payment_cents <> 0 and payment_method <> 'NON') stored"
    )
    op.execute(f"create index on {S}.remittance (org_id, id) where expects_deposit and deposit_match_id is null")
    op.execute(
        f"create index on {S}.remittance (org_id, payment_cents) where expects_deposit and deposit_match_id is null"
    )
    op.execute(f"create index on {S}.remittance (org_id, id) where state in ('held', 'clash')")


def _matches() -> None:
    op.execute(
        f"""
        create table {S}.deposit_match (
          org_id uuid not null,
          id uuid not null,
          deposit_id uuid not null,
          how text not null check (how in ('exact', 'by_hand')),
          matched_by text not null,
          reason text,
          matched_at timestamptz not null,
          unmatched_by text,
          unmatch_reason text,
          unmatched_at timestamptz,
          primary key (org_id, id),
          foreign key (org_id, deposit_id) references {S}.deposit
        )
        """
    )
    op.execute(f"create unique index on {S}.deposit_match (org_id, deposit_id) where unmatched_at is null")
    op.execute(f"create index on {S}.deposit_match (org_id, deposit_id, id)")
    organization_table(op, S, "deposit_match")
    op.execute(
        f"""
        create table {S}.deposit_match_remittance (
          org_id uuid not null,
          match_id uuid not null,
          remittance_id uuid not null,
          cents bigint not null,
          primary key (org_id, match_id, remittance_id),
          foreign key (org_id, match_id) references {S}.deposit_match,
          foreign key (org_id, remittance_id) references {S}.remittance
        )
        """
    )
    op.execute(f"create index on {S}.deposit_match_remittance (org_id, remittance_id)")
    organization_table(op, S, "deposit_match_remittance", verbs=APPEND_ONLY)
    op.execute(f"alter table {S}.remittance add foreign key (org_id, deposit_match_id) references {S}.deposit_match")


def _flags() -> None:
    op.execute(
        f"""
        create table {S}.deposit_flag (
          org_id uuid not null,
          id uuid not null,
          kind text not null check (kind in ('remit_without_eft', 'eft_without_remit', 'mismatched')),
          remittance_id uuid,
          deposit_id uuid,
          reasons text[] not null default '{{}}',
          raised_at timestamptz not null,
          ended_at timestamptz,
          primary key (org_id, id),
          check (num_nonnulls(remittance_id, deposit_id) > 0),
          foreign key (org_id, remittance_id) references {S}.remittance,
          foreign key (org_id, deposit_id) references {S}.deposit
        )
        """
    )
    op.execute(
        f"create unique index on {S}.deposit_flag (org_id, kind, remittance_id, deposit_id) nulls not distinct "
        "where ended_at is null"
    )
    op.execute(f"create index on {S}.deposit_flag (org_id, deposit_id) where ended_at is null")
    op.execute(f"create index on {S}.deposit_flag (org_id, remittance_id) where ended_at is null")
    op.execute(f"create index on {S}.deposit_flag (org_id, id) where ended_at is null")
    organization_table(op, S, "deposit_flag")


def _policies() -> None:
    op.execute(
        f"""
        create table {S}.posting_policy (
          org_id uuid not null,
          id uuid not null,
          payer_id text,
          unbalanced text not null check (unbalanced in ('hold_all', 'post_balanced')),
          valid_from date not null,
          set_by text not null,
          reason text not null,
          set_at timestamptz not null,
          primary key (org_id, id)
        )
        """
    )
    op.execute(f"create index on {S}.posting_policy (org_id, payer_id, valid_from)")
    organization_table(op, S, "posting_policy", verbs=APPEND_ONLY)
    op.execute(f"alter table {S}.remittance add foreign key (org_id, policy_id) references {S}.posting_policy")


def _acceptances() -> None:
    op.execute(
        f"""
        create table {S}.claim_acceptance (
          org_id uuid not null,
          remit_claim_id uuid not null,
          claim_id uuid not null,
          proposed_by text not null,
          proposed_reason text not null,
          proposed_at timestamptz not null,
          approved_by text check (approved_by <> proposed_by),
          approved_reason text,
          approved_at timestamptz,
          primary key (org_id, remit_claim_id),
          foreign key (org_id, remit_claim_id) references {S}.remit_claim
        )
        """
    )
    organization_table(op, S, "claim_acceptance")


def _days() -> None:
    op.execute(
        f"""
        create table {S}.closed_day (
          org_id uuid not null,
          day date not null,
          after_day date,
          totals jsonb not null,
          closed_by text not null,
          note text,
          closed_at timestamptz not null,
          primary key (org_id, day),
          check (after_day < day)
        )
        """
    )
    organization_table(op, S, "closed_day", verbs=APPEND_ONLY)
    op.execute(f"create index on {S}.posting (org_id, day)")
    # Once a statement and not once a row: a file's postings come in by one statement a batch.
    op.execute(
        f"""
        create function {S}.day_is_open() returns trigger
        language plpgsql set search_path = {S}, pg_temp as $$
        begin
          if exists (select from (select org_id, min(day) as day from added group by org_id) earliest
                       join closed_day closed on closed.org_id = earliest.org_id and closed.day >= earliest.day) then
            raise exception 'a posting is of a closed day'
              using errcode = 'restrict_violation', constraint = 'day_is_open';
          end if;
          return null;
        end
        $$
        """  # noqa: S608 - only the schema's own name is put in
    )
    op.execute(
        f"create trigger day_is_open after insert on {S}.posting referencing new table as added "
        f"for each statement execute function {S}.day_is_open()"
    )
