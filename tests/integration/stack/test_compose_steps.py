"""What the Compose file's first start does to PostgreSQL, done to a real one: roles.sql, then the passwords."""

import asyncpg
import pytest

from deploy.compose import hand_out
from deploy.stack.postgres import ROLES
from deploy.stack.postgres_roles import LOGINS
from tests.support.stack import TestStack


async def test_the_scripts_of_the_first_start_let_every_role_in_with_its_secret(postgres: TestStack) -> None:
    handed = postgres.places.state / "handed"
    hand_out.secrets(postgres.places, handed)  # the same secrets, so the stack's own roles stay as they are
    administrator = await postgres.connect("postgres")
    try:
        await administrator.execute("create database first_start")
        fresh = await postgres.connect("postgres", "first_start")
        try:
            await fresh.execute(ROLES.read_text())
            await fresh.execute((handed / "postgres" / "passwords.sql").read_text())
        finally:
            await fresh.close()

        for role in LOGINS:
            connection = await postgres.connect(role, "first_start")
            assert await connection.fetchval("select current_user") == role
            await connection.close()
    finally:
        await administrator.execute("drop database if exists first_start with (force)")
        await administrator.close()


async def test_a_wrong_password_lets_nobody_in(postgres: TestStack) -> None:
    wrong = asyncpg.connect(
        host="127.0.0.1", port=postgres.ports.postgres, user="svc_intake", password="wrong", database="claimwright"
    )

    with pytest.raises(asyncpg.InvalidPasswordError):
        await wrong
