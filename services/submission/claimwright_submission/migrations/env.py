"""Run by `claimwright-submission migrate`, as the schema's owner."""

from claimwright.database.migrate import run_environment

run_environment("submission")
