"""The tables behind what people do about parked events: decisions, long acts, and consumers that stand still.

Added to `ddl.create_backbone` by a migration of each service.
"""

from claimwright.database.ddl import Executes, organization_table, service_table


def create_parking_acts(op: Executes, schema: str) -> None:
    """Let parked events be known by an id, and keep decisions, acts under way and stops."""
    _parked(op, schema)
    _decisions(op, schema)
    _acts(op, schema)
    _stops(op, schema)


def _parked(op: Executes, schema: str) -> None:
    # `told`: whether others were told that this one waits for a person, and so have to be told when it does no more.
    op.execute(
        f"""
        alter table {schema}.parked
          add column id uuid not null default gen_random_uuid(),
          add column told boolean not null default false,
          add column edit_id uuid
        """
    )
    op.execute(f"create unique index uq_parked_id on {schema}.parked (org_id, id)")
    op.execute(f"create index ix_parked_cause on {schema}.parked (org_id, consumer, reason, type)")


def _decisions(op: Executes, schema: str) -> None:
    # Kept after the event has gone: what a person decided holds when the same event comes again, in a rebuild.
    op.execute(
        f"""
        create table {schema}.parked_decision (
          org_id uuid not null,
          id uuid not null,
          consumer text not null,
          event_id uuid,
          topic text not null,
          key text not null,
          version bigint not null,
          kind text not null constraint ck_parked_decision_kind check (kind in ('edit', 'skip')),
          original jsonb,
          edited jsonb,
          diff jsonb,
          reason text not null,
          actor text not null,
          at timestamptz not null,
          constraint pk_parked_decision primary key (org_id, id)
        )
        """
    )
    op.execute(
        f"create index ix_parked_decision_event on {schema}.parked_decision (org_id, consumer, event_id, at desc)"
    )
    organization_table(op, schema, "parked_decision", verbs="select, insert")


def _acts(op: Executes, schema: str) -> None:
    # `next_at` is the pace, the lease and the wake-up in one: nobody goes on with an act before it.
    op.execute(
        f"""
        create table {schema}.long_act (
          org_id uuid not null,
          id uuid not null,
          kind text not null constraint ck_long_act_kind check (kind in ('release', 'skip', 'replay')),
          selection jsonb not null,
          reason text not null,
          actor text not null,
          rate int not null constraint ck_long_act_rate check (rate between 1 and 10000),
          state text not null constraint ck_long_act_state check (state in ('running', 'stopped', 'done', 'failed')),
          total bigint not null,
          done bigint not null default 0,
          passed_over bigint not null default 0,
          position text not null default '',
          problem text,
          next_at timestamptz not null default clock_timestamp(),
          begun_at timestamptz not null,
          changed_at timestamptz not null,
          constraint pk_long_act primary key (org_id, id)
        )
        """
    )
    op.execute(f"create index ix_long_act_running on {schema}.long_act (next_at) where state = 'running'")
    organization_table(op, schema, "long_act", verbs="select, insert, update")
    op.execute(f"create policy relay on {schema}.long_act for select to relay_{schema} using (true)")
    op.execute(f"grant select (org_id, id, kind, state, next_at) on {schema}.long_act to relay_{schema}")


def _stops(op: Executes, schema: str) -> None:
    op.execute(
        f"""
        create table {schema}.consumer_stop (
          consumer text not null,
          topic text not null,
          partition int not null,
          failed int not null,
          looked_at int not null,
          reason text not null,
          stopped_at timestamptz not null,
          resumed_at timestamptz,
          constraint pk_consumer_stop primary key (consumer)
        )
        """
    )
    service_table(op, schema, "consumer_stop", verbs="select, insert, update")
