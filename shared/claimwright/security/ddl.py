"""How the access copy and the audit trail are made in a service's schema: tables, policies, grants, triggers.

The copy is read before any organization is known (whose key is this?), so its read policy lets a service see all of it:
hashes, public keys and wrapped keys. It is written only with the organization of the event bound.
"""

from typing import Final

from claimwright.database.ddl import BOUND_ORGANIZATION, Executes

_ACCESS_TABLES: Final = {
    "access_organization": """
        org_id uuid primary key,
        kind text not null check (kind in ('test', 'live')),
        name text not null
    """,
    "access_api_key": """
        key_id text primary key,
        org_id uuid not null,
        sha256 text,
        scopes text[] not null,
        expires_at timestamptz,
        revoked_at timestamptz
    """,
    "access_data_key": """
        key_id uuid primary key,
        org_id uuid not null,
        purpose text not null check (purpose in ('identity', 'clinical', 'financial')),
        version integer not null check (version > 0),
        wrapped text not null,
        unique (org_id, purpose, version)
    """,
}


def create_access(op: Executes, schema: str) -> None:
    """Create the local copy of organizations, API keys, signing keys and wrapped data keys."""
    for table, columns in _ACCESS_TABLES.items():
        op.execute(f"create table {schema}.{table} ({columns})")
        force_policies(op, schema, table)
        op.execute(f"create policy copy_read on {schema}.{table} for select using (true)")
        op.execute(
            f"create policy copy_insert on {schema}.{table} for insert with check (org_id = {BOUND_ORGANIZATION})"
        )
        op.execute(
            f"create policy copy_update on {schema}.{table} for update "
            f"using (org_id = {BOUND_ORGANIZATION}) with check (org_id = {BOUND_ORGANIZATION})"
        )
        op.execute(f"grant select, insert, update on {schema}.{table} to svc_{schema}")
    op.execute(f"create table {schema}.access_signing_key (kid text primary key, x text not null, y text not null)")
    op.execute(f"grant select, insert, update on {schema}.access_signing_key to svc_{schema}")


def create_audit(op: Executes, schema: str) -> None:
    """Create the append-only audit trail.

    `id`, `xid` and `canon` are what a sealer needs to chain the rows later: by id among the transactions that are
    surely over, over the text that was written here.
    """
    op.execute(
        f"""
        create table {schema}.audit (
            id bigint generated always as identity primary key,
            xid xid8 not null default pg_current_xact_id(),
            org_id uuid not null,
            at timestamptz not null,
            actor text not null,
            actor_kind text not null,
            action text not null,
            object text not null,
            fields text[] not null,
            reason text,
            trace_id text,
            canon text not null
        )
        """
    )
    op.execute(f"create index audit_by_object on {schema}.audit (org_id, object, id)")
    force_policies(op, schema, "audit")
    op.execute(
        f"create policy organization on {schema}.audit "
        f"using (org_id = {BOUND_ORGANIZATION}) with check (org_id = {BOUND_ORGANIZATION})"
    )
    op.execute(f"grant select, insert on {schema}.audit to svc_{schema}")
    op.execute(
        f"""
        create function {schema}.audit_is_append_only() returns trigger language plpgsql as $$
        begin
            raise exception 'the audit trail is append-only';
        end
        $$
        """
    )
    op.execute(
        f"create trigger append_only before update or delete on {schema}.audit "
        f"for each row execute function {schema}.audit_is_append_only()"
    )
    op.execute(
        f"create trigger append_only_whole before truncate on {schema}.audit "
        f"for each statement execute function {schema}.audit_is_append_only()"
    )


def force_policies(op: Executes, schema: str, table: str) -> None:
    """Turn row-level security on, for the owner of the table too."""
    op.execute(f"alter table {schema}.{table} enable row level security")
    op.execute(f"alter table {schema}.{table} force row level security")
