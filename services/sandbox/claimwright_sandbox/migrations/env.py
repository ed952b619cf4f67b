"""Alembic's entry: the sandbox's schema under its owner role."""

from claimwright.database.migrate import run_environment

run_environment("sandbox")
