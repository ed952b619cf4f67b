"""The database's roles: each service has its own corner and no way into another's."""

import asyncpg
import pytest

from deploy.stack.postgres_roles import SERVICES
from tests.support.stack import TestStack


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_sees_its_own_schema_and_no_other(postgres: TestStack, service: str) -> None:
    connection = await postgres.connect(f"svc_{service}")
    try:
        usable = await connection.fetch(
            "select nspname from pg_namespace where nspname !~ '^(pg_|information_schema)' and "
            "has_schema_privilege(current_user, oid, 'usage')"
        )

        assert [row["nspname"] for row in usable] == [service]
    finally:
        await connection.close()


@pytest.mark.parametrize("act", ["create table t ()", "create temp table t ()", "create table public.t ()"])
async def test_a_service_makes_no_tables(postgres: TestStack, act: str) -> None:
    connection = await postgres.connect("svc_intake")
    try:
        with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.InvalidSchemaNameError)):
            await connection.execute(act)
    finally:
        await connection.close()


async def test_the_migrator_has_no_rights_until_it_takes_an_owners_role(postgres: TestStack) -> None:
    connection = await postgres.connect("migrator")
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("create table intake.t (i int)")

        await connection.execute("set role owner_intake")
        await connection.execute("create table intake.t (i int)")
        await connection.execute("drop table intake.t")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("create table coding.t (i int)")
    finally:
        await connection.close()


async def test_no_login_role_passes_by_row_level_security(postgres: TestStack) -> None:
    connection = await postgres.connect("postgres")
    try:
        above = await connection.fetch(
            "select rolname from pg_roles where rolname !~ '^pg_' and rolname <> 'postgres' "
            "and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)"
        )

        assert above == []
    finally:
        await connection.close()


async def test_a_service_has_limits_on_statements_locks_and_idle_transactions(postgres: TestStack) -> None:
    connection = await postgres.connect("svc_coding")
    try:
        limits = [
            await connection.fetchval(f"show {name}")
            for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "search_path")
        ]

        assert limits == ["5s", "2s", "10s", "coding"]
    finally:
        await connection.close()


async def test_a_copy_of_a_database_lets_the_services_in_and_nobody_else(postgres: TestStack) -> None:
    await postgres.make_database("original")
    await postgres.copy_database("original", "copy")
    try:
        connection = await postgres.connect("svc_intake", "copy")
        assert (
            await connection.fetchval("select has_database_privilege('public', current_database(), 'connect')") is False
        )
        await connection.close()
    finally:
        await postgres.drop_database("copy")
        await postgres.drop_database("original")
