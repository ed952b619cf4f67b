"""How Alembic runs intake's migrations."""

from claimwright.database.migrate import run_environment

run_environment("intake")
