"""What a service's edge needs in its schema: the access copy, the audit trail, and answers kept for idempotency."""

from claimwright.database.ddl import BOUND_ORGANIZATION, Executes
from claimwright.security.ddl import create_access, create_audit, force_policies


def create_edge(op: Executes, schema: str) -> None:
    """Create the tables of the edge with their policies and grants; for a service's first migration."""
    create_access(op, schema)
    create_audit(op, schema)
    create_idempotency(op, schema)


def create_idempotency(op: Executes, schema: str) -> None:
    """Create the table of kept answers. The key is kept as its SHA-256: a partner may put anything into it."""
    op.execute(
        f"""
        create table {schema}.http_idempotency (
            org_id uuid not null,
            route text not null,
            key_sha256 bytea not null,
            body_sha256 bytea not null,
            status smallint not null check (status between 200 and 299),
            headers jsonb not null,
            body bytea not null,
            at timestamptz not null,
            primary key (org_id, route, key_sha256)
        )
        """
    )
    force_policies(op, schema, "http_idempotency")
    op.execute(
        f"create policy organization on {schema}.http_idempotency "
        f"using (org_id = {BOUND_ORGANIZATION}) with check (org_id = {BOUND_ORGANIZATION})"
    )
    op.execute(f"grant select, insert on {schema}.http_idempotency to svc_{schema}")
