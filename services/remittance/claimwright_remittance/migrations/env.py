"""Run by `claimwright-remittance migrate` only."""

from claimwright.database.migrate import run_environment

run_environment("remittance")
