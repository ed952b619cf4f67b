"""Where the money of each transaction went, summed up as it is posted: a cache that the ledger check proves."""

from alembic import op

from claimwright.database.ddl import organization_table

revision = "0004"
down_revision = "0003"

S = "remittance"
APPEND_ONLY = "select, insert"
SUMMED_UP = """
        insert into remittance_total (org_id, remittance_id, posted_cents, suspense_cents, provider_level_cents)
        select p.org_id, cause.remittance_id, sum(e.posted), sum(e.suspense), sum(e.provider_level)
          from (select org_id, posting_id,
                       coalesce(sum(cents) filter (where account = 'payments'), 0) as posted,
                       coalesce(-sum(cents) filter (where account = 'suspense'), 0) as suspense,
                       coalesce(-sum(cents) filter (where account like 'provider.%'), 0) as provider_level
                  from new_entry
                 where (account = 'payments' and claim_id is not null) or account = 'suspense'
                    or account like 'provider.%'
                 group by org_id, posting_id) e
          join posting p on (p.org_id, p.id) = (e.org_id, e.posting_id)
         cross join lateral (
                select c.remittance_id from remit_claim c
                 where p.cause_kind in ('remit_claim', 'suspense_release') and (c.org_id, c.id) = (p.org_id, p.cause_id)
                union all
                select i.remittance_id from provider_item i
                 where p.cause_kind = 'provider_item' and (i.org_id, i.id) = (p.org_id, p.cause_id)
                union all
                select c.remittance_id from person_act_shift s
                  join remit_claim c on (c.org_id, c.id) = (s.org_id, s.remit_claim_id)
                 where p.cause_kind = 'person_act' and (s.org_id, s.id) = (p.org_id, p.cause_id)
                union all
                select p.cause_id where p.cause_kind = 'accepted_difference'
               ) cause
         group by p.org_id, cause.remittance_id
"""


def upgrade() -> None:
    """Add to the schema; what is posted already is summed up later, by the service while it runs."""
    # Sums of what is registered from here on are whole. Of what was there before, readers sum up the entries until the
    # service has done it: a migration that read the whole ledger would hold up everybody who posts.
    op.execute(f"alter table {S}.remittance add column has_totals boolean not null default false")
    op.execute(f"alter table {S}.remittance alter column has_totals set default true")
    op.execute(f"create index on {S}.remittance (org_id, id) where not has_totals")
    # Rows are only ever added, one for each statement that posts: nobody waits for another to change a sum, and a sum
    # over the rows of a transaction is one over few.
    op.execute(
        f"""
        create table {S}.remittance_total (
          org_id uuid not null,
          remittance_id uuid not null,
          id bigint generated always as identity,
          posted_cents bigint not null,
          suspense_cents bigint not null,
          provider_level_cents bigint not null,
          primary key (org_id, remittance_id, id),
          foreign key (org_id, remittance_id) references {S}.remittance
        )
        """
    )
    organization_table(op, S, "remittance_total", verbs=APPEND_ONLY)
    # Each cause is found by its key. Where tables grew since they were analyzed, the planner would read them whole.
    op.execute(
        f"""
        create function {S}.add_remittance_totals() returns trigger
        language plpgsql set search_path = {S}, pg_temp set enable_seqscan = off as $$
        begin
          {SUMMED_UP};
          return null;
        end
        $$
        """
    )
    op.execute(
        f"create trigger remittance_totals after insert on {S}.ledger_entry referencing new table as new_entry "
        f"for each statement execute function {S}.add_remittance_totals()"
    )
