"""What migrations say in one line: the backbone's tables, and who may see and change a table's rows.

All of it runs as `owner_<schema>`. `svc_<schema>` gets the verbs that are named and nothing else; `relay_<schema>`
reads across organizations, but only what carries and counts events.
"""

from typing import Final, Protocol

BOUND_ORGANIZATION: Final = "(select nullif(current_setting('app.org_id', true), '')::uuid)"
"""The bound organization, as a sub-select, so that the planner asks once a statement and not once a row.

None bound is null, which equals nothing.
"""

_WHOLE_ROW: Final = 8160
"""Bytes: the longest row that PostgreSQL keeps in one page."""
_KEEP_ROWS_WHOLE: Final = f"execute format('alter table %I set (toast_tuple_target = {_WHOLE_ROW})', part);"


class Executes(Protocol):
    """What runs a statement of a migration: Alembic's `op`, which is a module."""

    def execute(self, sqltext: str) -> object:
        """Run one statement."""


def organization_table(op: Executes, schema: str, name: str, *, verbs: str = "select, insert, update") -> None:
    """Show a table's rows to their own organization only, and grant the service these verbs.

    The table has `org_id uuid not null`, and its unique and foreign keys lead with it. Leave out `update` and `delete`
    where rows are only ever added.
    """
    _guard(op, schema, name)
    op.execute(
        f"create policy organization on {schema}.{name} to svc_{schema} "
        f"using (org_id = {BOUND_ORGANIZATION}) with check (org_id = {BOUND_ORGANIZATION})"
    )
    op.execute(f"grant {verbs} on {schema}.{name} to svc_{schema}")


def service_table(op: Executes, schema: str, name: str, *, verbs: str) -> None:
    """Grant the service a table that belongs to no organization: ids and counts alone, and on the checked list."""
    op.execute(f"grant {verbs} on {schema}.{name} to svc_{schema}")


def create_backbone(op: Executes, schema: str) -> None:
    """Make outbox, inbox, versions, parking and the relay's cursor in a service's schema."""
    _outbox(op, schema)
    _versions(op, schema)
    _inbox(op, schema)
    _parked(op, schema)


def _outbox(op: Executes, schema: str) -> None:
    op.execute(f"create sequence {schema}.outbox_seq as bigint cache 1")
    # `xid` stands before `seq` so that a transaction owns its number before it can draw a sequence: the relay's fence
    # rests on it. There is no default partition: with one, reading in order would sort.
    op.execute(
        f"""
        create table {schema}.outbox (
          xid xid8 not null default pg_current_xact_id(),
          seq bigint not null default nextval('{schema}.outbox_seq'),
          org_id uuid not null,
          event_id uuid not null,
          topic text not null,
          key text not null,
          type text not null,
          version bigint not null,
          headers jsonb not null,
          payload bytea not null check (length(payload) < 900000),
          created_at timestamptz not null default clock_timestamp(),
          constraint pk_outbox primary key (seq)
        ) partition by range (seq)
        """
    )
    op.execute(f"create index ix_outbox_key on {schema}.outbox (key, seq)")
    organization_table(op, schema, "outbox", verbs="select, insert")
    op.execute(f"grant usage on sequence {schema}.outbox_seq to svc_{schema}")
    op.execute(f"grant select on sequence {schema}.outbox_seq to svc_{schema}, relay_{schema}")
    _read_by_relay(op, schema, "outbox", columns=None)
    op.execute(
        f"""
        create table {schema}.relay_cursor (
          id smallint constraint pk_relay_cursor primary key check (id = 1),
          seq bigint not null,
          cluster_id text,
          updated_at timestamptz not null
        )
        """
    )
    op.execute(f"insert into {schema}.relay_cursor values (1, 0, null, now())")
    service_table(op, schema, "relay_cursor", verbs="select")
    op.execute(f"grant select, update on {schema}.relay_cursor to relay_{schema}")
    op.execute(_provide_outbox_partitions(schema))
    _execute_by(op, schema, "provide_outbox_partitions()", f"svc_{schema}, relay_{schema}")
    op.execute(f"select {schema}.provide_outbox_partitions()")


def keep_payloads_in_their_rows(op: Executes, schema: str) -> None:
    """Keep the payloads of events in their rows, as they are: for schemas whose first migration did not say so.

    PostgreSQL tries to compress what is longer than 2 kB, and puts what is still too long into a table of its own, in
    pieces. A payload is sealed: nothing in it repeats, and it is read whole.
    """
    op.execute(f"alter table {schema}.outbox alter column payload set storage external")
    op.execute(
        f"""
        do $$ declare part regclass; begin
          for part in select inhrelid from pg_inherits where inhparent = '{schema}.outbox'::regclass loop
            execute format('alter table %s set (toast_tuple_target = {_WHOLE_ROW})', part);
          end loop;
        end $$
        """
    )
    op.execute(_provide_outbox_partitions(schema, " including storage", _KEEP_ROWS_WHOLE))


def leave_contents_uncounted(op: Executes, schema: str) -> None:
    """Gather no statistics of what no query looks for by its value: documents, seals, and bytes that no index has.

    PostgreSQL counts a table anew whenever it has grown by a tenth, and sorts the values of each column for it. Thirty
    thousand documents take a second of a core, which whoever waits for a statement then lacks. What was gathered before
    goes: it would stay, with samples of what is contained, when retention has dropped the rows.
    """
    op.execute(
        f"""
        do $$ declare content record; begin
          for content in
            select attrelid::regclass as part, relname::text as relation, attname::text as name
            from pg_attribute join pg_class on pg_class.oid = attrelid
            where relnamespace = '{schema}'::regnamespace and relkind in ('r', 'p') and attnum > 0
              and atttypid in ('jsonb'::regtype, 'bytea'::regtype)
              and not exists (select from pg_index where indrelid = attrelid and attnum = any(indkey::smallint[]))
          loop
            execute format('alter table only %s alter column %I set statistics 0', content.part, content.name);
            if to_regprocedure('pg_clear_attribute_stats(text, text, text, boolean)') is not null then  -- 18 and later
              execute 'select pg_clear_attribute_stats($1, $2, $3, true), pg_clear_attribute_stats($1, $2, $3, false)'
                using '{schema}', content.relation, content.name;
            end if;
          end loop;
        end $$
        """
    )
    uncounted = (
        "execute format('alter table %I alter column headers set statistics 0, "
        "alter column payload set statistics 0', part);"
    )
    op.execute(_provide_outbox_partitions(schema, " including storage", _KEEP_ROWS_WHOLE + uncounted))


def _provide_outbox_partitions(schema: str, including: str = "", then: str = "") -> str:
    return f"""
        create or replace function {schema}.provide_outbox_partitions() returns void
        language plpgsql security definer set search_path = {schema}, pg_temp as $$
        declare
          rows_each constant bigint := 1000000;
          first bigint := (select last_value from outbox_seq) / rows_each;
          part text;
        begin
          for number in first .. first + 2 loop
            part := format('outbox_p%s', number);
            continue when to_regclass(part) is not null;
            perform pg_advisory_xact_lock(hashtext('{schema}.outbox partitions'));
            continue when to_regclass(part) is not null;
            -- Made apart and attached: writers of the table are not held up.
            execute format('create table %I (like outbox including defaults including constraints{including})', part);
            {then}
            execute format('alter table %I enable row level security, force row level security', part);
            execute format('alter table outbox attach partition %I for values from (%s) to (%s)',
                           part, number * rows_each, (number + 1) * rows_each);
          end loop;
        end
        $$
        """


def _versions(op: Executes, schema: str) -> None:
    # Not led by `org_id`: a record key belongs to one organization, and a second one that publishes under it is refused
    # by row-level security instead of starting a count of its own.
    op.execute(
        f"""
        create table {schema}.key_version (
          org_id uuid not null,
          topic text not null,
          key text not null,
          version bigint not null,
          floor bigint not null default 1,
          constraint pk_key_version primary key (topic, key)
        )
        """
    )
    organization_table(op, schema, "key_version")
    _read_by_relay(op, schema, "key_version", columns=None)
    op.execute(
        f"""
        create table {schema}.seen_version (
          consumer text not null,
          topic text not null,
          key text not null,
          version bigint not null,
          constraint pk_seen_version primary key (consumer, topic, key)
        )
        """
    )
    service_table(op, schema, "seen_version", verbs="select, insert, update, delete")


def _inbox(op: Executes, schema: str) -> None:
    # Event ids are UUIDv7, whose first 48 bits are milliseconds: a range of ids is a range of time, so that old rows
    # go by dropping a month, while an id stays unique over all months.
    op.execute(
        f"""
        create table {schema}.inbox (
          consumer text not null,
          event_id uuid not null,
          constraint pk_inbox primary key (consumer, event_id)
        ) partition by range (event_id)
        """
    )
    service_table(op, schema, "inbox", verbs="select, insert, delete")
    op.execute(
        f"""
        create function {schema}.first_id_at(moment timestamptz) returns uuid
        language sql immutable set search_path = pg_catalog as $$
          select (lpad(to_hex((extract(epoch from moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
        $$
        """
    )
    op.execute(
        f"""
        create function {schema}.provide_inbox_partition(moment timestamptz) returns void
        language plpgsql security definer set search_path = {schema}, pg_temp set timezone = 'UTC' as $$
        declare
          month constant timestamptz := date_trunc('month', moment);
          part constant text := format('inbox_%s', to_char(month, 'YYYY_MM'));
        begin
          if month < timestamptz '2020-01-01' or month >= timestamptz '2200-01-01' then
            raise exception 'no event is of %', month;
          end if;
          if to_regclass(part) is not null then return; end if;
          perform pg_advisory_xact_lock(hashtext('{schema}.inbox partitions'));
          if to_regclass(part) is not null then return; end if;
          execute format('create table %I (like inbox including defaults including constraints)', part);
          execute format('alter table inbox attach partition %I for values from (%L) to (%L)',
                         part, first_id_at(month), first_id_at(month + interval '1 month'));
        end
        $$
        """
    )
    _execute_by(op, schema, "provide_inbox_partition(timestamptz)", f"svc_{schema}")


def _parked(op: Executes, schema: str) -> None:
    op.execute(
        f"""
        create table {schema}.parked (
          org_id uuid not null,
          consumer text not null,
          topic text not null,
          key text not null,
          version bigint not null,
          event_id uuid,
          type text,
          partition int not null,
          position bigint not null,
          record_key bytea,
          headers jsonb not null,
          payload bytea,
          reason text not null,
          attempts int not null default 0,
          next_try timestamptz,
          state text not null constraint ck_parked_state check (state in ('waiting', 'retry', 'dead')),
          parked_at timestamptz not null,
          constraint pk_parked primary key (org_id, consumer, topic, key, version)
        )
        """
    )
    op.execute(f"create index ix_parked_due on {schema}.parked (next_try) where state = 'retry'")
    organization_table(op, schema, "parked", verbs="select, insert, update, delete")
    _read_by_relay(op, schema, "parked", columns="org_id, consumer, topic, key, version, state, next_try, parked_at")


def _guard(op: Executes, schema: str, name: str) -> None:
    op.execute(f"alter table {schema}.{name} enable row level security, force row level security")


def _read_by_relay(op: Executes, schema: str, name: str, *, columns: str | None) -> None:
    op.execute(f"create policy relay on {schema}.{name} for select to relay_{schema} using (true)")
    what = "select" if columns is None else f"select ({columns})"
    op.execute(f"grant {what} on {schema}.{name} to relay_{schema}")


def _execute_by(op: Executes, schema: str, function: str, roles: str) -> None:
    op.execute(f"revoke execute on function {schema}.{function} from public")
    op.execute(f"grant execute on function {schema}.{function} to {roles}")


def create_retention(op: Executes, schema: str) -> None:
    """Make what housekeeping needs to let partitions go; the backbone's tables and the edge's are there before."""
    _ended_keys(op, schema)
    _raise_floors(op, schema)
    _drop_outbox(op, schema)
    _drop_inbox(op, schema)
    old_rows_go(op, schema, "http_idempotency", keys="org_id, route, key_sha256", moment="at")


def old_rows_go(op: Executes, schema: str, name: str, *, keys: str, moment: str) -> None:
    """Let housekeeping delete the old rows of a table: it sees keys and moments of all organizations, and no content.

    The service names the table to `claimwright.messaging.retention.Housekeeping`.
    """
    op.execute(f"create index ix_{name}_{moment} on {schema}.{name} ({moment})")
    op.execute(f"create policy old on {schema}.{name} to relay_{schema} using (true)")
    op.execute(f"grant select ({keys}, {moment}), delete on {schema}.{name} to relay_{schema}")


def _ended_keys(op: Executes, schema: str) -> None:
    op.execute(
        f"""
        create table {schema}.ended_key (
          org_id uuid not null,
          key text not null,
          ended_at timestamptz not null,
          constraint pk_ended_key primary key (org_id, key)
        )
        """
    )
    organization_table(op, schema, "ended_key", verbs="select, insert, update, delete")
    _read_by_relay(op, schema, "ended_key", columns=None)


def _raise_floors(op: Executes, schema: str) -> None:
    op.execute(f"create policy floor on {schema}.key_version for update to relay_{schema} using (true)")
    op.execute(f"grant update (floor) on {schema}.key_version to relay_{schema}")


def _drop_outbox(op: Executes, schema: str) -> None:
    """Make the functions that list and drop the outbox's partitions. They own the tables and so see no row of them.

    Whoever calls has looked for events that somebody may want; what the relay has not sent can't be dropped at all.
    """
    op.execute(
        f"""
        create function {schema}.outbox_partitions() returns table (first bigint, past bigint)
        language sql stable security definer set search_path = {schema}, pg_temp as $$
          select substring(bound from $a$FROM \\('?(\\d+)$a$)::bigint,
                 substring(bound from $a$TO \\('?(\\d+)$a$)::bigint
          from pg_inherits join pg_class on pg_class.oid = inhrelid,
               pg_get_expr(relpartbound, pg_class.oid) as bound
          where inhparent = 'outbox'::regclass
        $$
        """
    )
    op.execute(
        f"""
        create function {schema}.drop_outbox_partition(beginning bigint) returns text
        language plpgsql security definer set search_path = {schema}, pg_temp set lock_timeout = '500ms' as $$
        declare
          rows_each constant bigint := 1000000;
          part constant text := format('outbox_p%s', beginning / rows_each);
          ends bigint := (select past from outbox_partitions() where first = beginning);
        begin
          if ends is null or ends - 1 > (select seq from relay_cursor) then
            raise exception 'the relay is not past %', part;
          end if;
          execute format('drop table %I', part);
          return part;
        end
        $$
        """
    )
    _execute_by(op, schema, "outbox_partitions()", f"relay_{schema}")
    _execute_by(op, schema, "drop_outbox_partition(bigint)", f"relay_{schema}")


def _drop_inbox(op: Executes, schema: str) -> None:
    op.execute(
        f"""
        create function {schema}.drop_inbox_partitions(before timestamptz) returns text[]
        language plpgsql security definer set search_path = {schema}, pg_temp set timezone = 'UTC'
        set lock_timeout = '500ms' as $$
        declare
          part text;
          dropped text[] := '{{}}';
        begin
          for part in
            select relname from pg_inherits join pg_class on pg_class.oid = inhrelid
            where inhparent = 'inbox'::regclass and relname ~ '^inbox_\\d{{4}}_\\d{{2}}$'
              and to_date(right(relname, 7), 'YYYY_MM') + interval '1 month' <= before
            order by relname
          loop
            execute format('drop table %I', part);
            dropped := dropped || part;
          end loop;
          return dropped;
        end
        $$
        """
    )
    _execute_by(op, schema, "drop_inbox_partitions(timestamptz)", f"relay_{schema}")
    op.execute(f"grant execute on function {schema}.provide_inbox_partition(timestamptz) to relay_{schema}")
