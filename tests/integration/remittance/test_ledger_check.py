"""`claimwright ledger check` says file by file where the money is, and finds what does not add up."""

import asyncio
import sys
from pathlib import Path

from claimwright.settings import load_settings
from claimwright.telemetry import metrics
from claimwright_remittance.ledger_commands import check_everything, lines_of
from claimwright_remittance.ledger_worker import LedgerWorker
from claimwright_remittance.settings import Settings
from tests.support.remittance import RemittanceBench
from tests.support.tables import run

A_DAY = """
    day  file  does                                    expect
    1          bill A 100.00
    1          bill B 200.00
    5    F     pay A 60.00 CO-45 25.00 PR-2 15.00
    5    F     pay "NOT-OURS" 10.00
    5    F     plb L6 X -1.25                          suspense -10.00, interest -1.25
    6    G     pay B 150.00 CO-45 50.00
    6    G     total 151.00                            file quarantined
"""


async def test_books_that_are_right_have_no_faults(bench: RemittanceBench) -> None:
    await run(A_DAY, bench)
    settings = load_settings(Settings, environ=bench.stack.environment_of("remittance", database=bench.name))

    reports = await check_everything(settings)
    await LedgerWorker(bench.transactions, bench.worker._access).act()

    assert metrics.REGISTRY.get_sample_value("claimwright_ledger_imbalance_cents") == 0
    lines = [line for report in reports for line in lines_of(report)]
    assert [report.faults for report in reports] == [[], []]
    posted = next(line for line in lines if " posted " in line and "$71.25" in line)
    assert [word for word in posted.split() if word.startswith("$")] == ["$71.25", "$60.00", "$10.00", "$1.25", "$0.00"]
    assert any(" held " in line for line in lines)
    assert "2 transactions: everything adds up" in lines


async def test_what_does_not_add_up_is_named_and_the_command_fails(bench: RemittanceBench) -> None:
    """Each fault is made by an owner who takes the guards away, since nobody else can."""
    await run(A_DAY, bench)
    root = await bench.root()
    await root.execute("alter table ledger_entry disable trigger all")
    await root.execute("alter table posting disable trigger all")
    await root.execute("update ledger_entry set cents = cents + 1 where account = 'payments' and claim_id is not null")
    await root.execute("update ledger_entry set segment = null where account = 'provider.interest'")
    await root.execute("update posting set cause_id = gen_random_uuid() where cause_kind = 'provider_item'")
    await root.close()
    worker = LedgerWorker(bench.transactions, bench.worker._access)

    await worker.act()
    shown = metrics.REGISTRY.get_sample_value
    assert (shown("claimwright_ledger_imbalance_cents") or 0) > 0
    assert (shown("claimwright_ledger_faults") or 0) >= 5
    assert (shown("claimwright_ledger_checked_timestamp_seconds") or 0) > 0

    child = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("claimwright")), "ledger", "check",
        env=bench.stack.environment_of("remittance", database=bench.name),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said = (await child.communicate())[0].decode()

    assert child.returncode == 1
    for fault in (
        "posting_out_of_balance",
        "claim_out_of_balance",
        "posting_without_cause",
        "entry_without_place",
        "payment_out_of_balance",
    ):
        assert fault in said
