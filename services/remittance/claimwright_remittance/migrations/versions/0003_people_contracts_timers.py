"""Dropped claims, what people do about remit claims, contract terms, what payers paid otherwise, and timers."""

from alembic import op

from claimwright.database.ddl import organization_table

revision = "0003"
down_revision = "0002"

S = "remittance"
APPEND_ONLY = "select, insert"


def upgrade() -> None:
    """Add to the schema; what the version before writes goes on to fit."""
    _dropped()
    _parts()
    _acts()
    _contracts()
    _follow_ups()


def _dropped() -> None:
    op.execute(f"alter table {S}.billed_claim add column dropped_at timestamptz")
    op.execute(
        f"""
        create table {S}.claim_drop (
          org_id uuid not null,
          id uuid not null,
          submission_id uuid not null,
          reason text not null,
          dropped_at timestamptz not null,
          primary key (org_id, id),
          foreign key (org_id, submission_id) references {S}.billed_claim
        )
        """
    )
    organization_table(op, S, "claim_drop", verbs=APPEND_ONLY)


def _parts() -> None:
    # A part of a split remit claim is a row of its own at the same place of the file.
    op.execute(f"alter table {S}.remit_claim add column part smallint not null default 0 check (part >= 0)")
    op.execute(f"alter table {S}.remit_claim add column split_from uuid")
    op.execute(
        f"alter table {S}.remit_claim drop constraint remit_claim_org_id_remittance_id_ordinal_key, "
        "add constraint uq_remit_claim_place unique (org_id, remittance_id, ordinal, part), "
        "add constraint fk_remit_claim_split_from "
        f"foreign key (org_id, split_from) references {S}.remit_claim, "
        "add constraint ck_remit_claim_part check ((part = 0) = (split_from is null)), "
        "drop constraint remit_claim_standing_check, "
        "add constraint ck_remit_claim_standing check (standing in "
        "('posted', 'reversed', 'reversal', 'held', 'netted', 'noted', 'split', 'dissolved', 'outside'))"
    )
    op.execute(f"create index on {S}.remit_claim (org_id, split_from) where split_from is not null")


def _acts() -> None:
    op.execute(
        f"""
        create table {S}.person_act (
          org_id uuid not null,
          id uuid not null,
          kind text not null,
          remit_claim_id uuid not null,
          claim_id uuid,
          undoes uuid,
          actor text not null,
          acted_at timestamptz not null,
          primary key (org_id, id),
          constraint uq_person_act_undoes unique (org_id, undoes),
          foreign key (org_id, undoes) references {S}.person_act,
          foreign key (org_id, remit_claim_id) references {S}.remit_claim
        )
        """
    )
    op.execute(f"create index on {S}.person_act (org_id, remit_claim_id)")
    organization_table(op, S, "person_act", verbs=APPEND_ONLY)
    op.execute(
        f"""
        create table {S}.person_act_shift (
          org_id uuid not null,
          id uuid not null,
          act_id uuid not null,
          ordinal smallint not null,
          remit_claim_id uuid not null,
          before jsonb not null,
          after jsonb not null,
          primary key (org_id, id),
          unique (org_id, act_id, ordinal),
          foreign key (org_id, act_id) references {S}.person_act,
          foreign key (org_id, remit_claim_id) references {S}.remit_claim
        )
        """
    )
    op.execute(f"create index on {S}.person_act_shift (org_id, remit_claim_id)")
    organization_table(op, S, "person_act_shift", verbs=APPEND_ONLY)


def _contracts() -> None:
    op.execute(
        f"""
        create table {S}.contract_terms (
          org_id uuid not null,
          id uuid not null,
          payer_id text not null,
          version int not null check (version > 0),
          valid_from date not null,
          valid_to date check (valid_to >= valid_from),
          has_capitation boolean not null,
          terms jsonb not null,
          loaded_by text not null,
          loaded_at timestamptz not null,
          primary key (org_id, id),
          unique (org_id, payer_id, version)
        )
        """
    )
    organization_table(op, S, "contract_terms", verbs=APPEND_ONLY)
    op.execute(
        f"""
        create table {S}.payment_variance (
          org_id uuid not null,
          id uuid not null,
          claim_id uuid not null,
          payer_order smallint not null,
          remit_claim_id uuid not null,
          line smallint,
          kind text not null check (kind in ('underpaid', 'overpaid')),
          expected_cents bigint not null,
          allowed_cents bigint not null,
          difference_cents bigint not null check (difference_cents <> 0),
          basis text not null,
          terms_id uuid not null,
          state text not null check (state in ('open', 'resolved')),
          resolution text,
          owner text not null,
          due_at timestamptz not null,
          opened_at timestamptz not null,
          resolved_at timestamptz,
          primary key (org_id, id),
          foreign key (org_id, terms_id) references {S}.contract_terms,
          foreign key (org_id, remit_claim_id) references {S}.remit_claim
        )
        """
    )
    op.execute(f"create index on {S}.payment_variance (org_id, claim_id)")
    op.execute(f"create index on {S}.payment_variance (org_id, id) where state = 'open'")
    organization_table(op, S, "payment_variance")


def _follow_ups() -> None:
    # One row for one thing that is waited for; `subject` is what it is about within its kind.
    op.execute(
        f"""
        create table {S}.follow_up (
          org_id uuid not null,
          id uuid not null,
          kind text not null,
          subject text not null,
          claim_id uuid,
          file_id uuid not null,
          payer_order smallint,
          item_key text,
          owner text not null,
          opened_at timestamptz not null,
          due_at timestamptz not null,
          told_at timestamptz,
          closed_at timestamptz,
          primary key (org_id, id)
        )
        """
    )
    op.execute(
        f"create unique index uq_follow_up_open on {S}.follow_up (org_id, kind, subject) where closed_at is null"
    )
    op.execute(f"create index on {S}.follow_up (org_id, due_at) where closed_at is null")
    organization_table(op, S, "follow_up")
