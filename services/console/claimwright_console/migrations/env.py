"""Run the console's migrations as its schema's owner."""

from claimwright.database.migrate import run_environment

run_environment("console")
