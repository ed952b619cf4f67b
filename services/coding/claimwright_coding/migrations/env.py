"""How Alembic runs coding's migrations."""

from claimwright.database.migrate import run_environment

run_environment("coding")
