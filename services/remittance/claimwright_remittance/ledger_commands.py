"""`claimwright ledger check`: prove, from the entries alone, that every cent has its one home."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

import typer

from claimwright import ids
from claimwright.database.engine import Database
from claimwright.messaging.work import Transactions
from claimwright.money import dollars
from claimwright.security.access import Access
from claimwright.security.keys import Keyring
from claimwright.settings import SettingsRefused, load_settings
from claimwright_remittance.persistence import reconciliation
from claimwright_remittance.persistence.reconciliation import Fault, SetTotals
from claimwright_remittance.settings import Settings

ledger = typer.Typer(
    help="The ledger: what remittance posted.", no_args_is_help=True, add_completion=False,
    pretty_exceptions_enable=False,
)  # fmt: skip

ACTOR: Final = "command:ledger"
REFUSED: Final = 2


@dataclass(frozen=True, slots=True)
class Report:
    """What the check found in one organization."""

    org_id: UUID
    sets: Sequence[SetTotals]
    faults: Sequence[Fault]


@ledger.callback()
def _group() -> None:
    """Keep `check` a command of its own name, although it is the only one."""


@ledger.command()
def check(
    mend_totals: Annotated[
        bool, typer.Option(help="First bring the totals that are kept of files to what their entries say.")
    ] = False,
) -> None:
    """Check every posting, payment and claim of every organization; exit 1 when anything does not add up."""
    try:
        settings = load_settings(Settings)
    except SettingsRefused as refused:
        for problem in refused.problems:
            typer.echo(problem, err=True)
        raise typer.Exit(REFUSED) from None
    reports = asyncio.run(check_everything(settings, mend_totals=mend_totals))
    for report in reports:
        for line in lines_of(report):
            typer.echo(line)
    if any(report.faults for report in reports):
        raise typer.Exit(1)


async def check_everything(settings: Settings, *, mend_totals: bool = False) -> list[Report]:
    """Return a report for each organization."""
    database = Database.connect(settings.database, service=Settings.SERVICE)
    access = Access(database)
    transactions = Transactions(database, Keyring(settings.keys, access), asyncio.Event(), Settings.SERVICE)
    reports: list[Report] = []
    try:
        for organization in await access.organizations():
            async with transactions.begin(org_id=organization.org_id, actor=ACTOR) as work:
                if mend_totals:
                    await reconciliation.mend_totals(work)
                sets = await reconciliation.all_sets(work)
                reports.append(Report(organization.org_id, sets, await reconciliation.faults(work)))
    finally:
        await database.close()
    return reports


def lines_of(report: Report) -> list[str]:
    """Return a report as lines for a person: file by file, then what is wrong."""
    columns = "{:<32}{:>4} {:<10}{:>15}{:>15}{:>15}{:>15}{:>12}"
    lines = [
        ids.text(ids.ORGANIZATION, report.org_id),
        columns.format("file", "set", "state", "payment", "posted", "suspense", "provider", "missing"),
    ]
    for each in report.sets:
        totals = each.totals
        missing = totals.difference_cents if each.state == "posted" else 0
        amounts = (
            totals.payment_cents, totals.posted_cents, totals.suspense_cents, totals.provider_level_cents, missing,
        )  # fmt: skip
        file_id = ids.text(ids.FILE, each.file_id)
        lines.append(columns.format(file_id, each.set_ordinal, each.state, *(dollars(cents) for cents in amounts)))
    lines += [f"{fault.code}: {fault.id} by {dollars(fault.cents)}" for fault in report.faults]
    verdict = f"{len(report.faults)} faults" if report.faults else "everything adds up"
    lines.append(f"{len(report.sets)} transactions: {verdict}")
    return lines
