"""What the benchmarks of posting stand on: billed claims put into the books by COPY, and an 835 that answers them."""

import asyncio
import io
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg

from claimwright import control_numbers, ids
from claimwright_remittance.domain.billing import BilledClaim, BilledLine
from claimwright_remittance.domain.ledger.postings import posting_of_billed
from tests.support.files_835 import SERVICE_DAY, ClaimSaid, LineSaid, SetSaid, file_835
from tests.support.remittance import RemittanceBench
from tests.support.tables import CODES, KEY

CLAIMS: Final = int(os.environ.get("POSTING_BENCH_CLAIMS", "10000"))
MANY: Final = int(os.environ.get("POSTING_BENCH_MANY", "100000"))
LINES_OF: Final = (2, 3, 3, 2, 3)
"""Lines of one claim after the other: 26 on ten claims."""
NOW: Final = datetime(2026, 3, 1, tzinfo=UTC)
TRACEPARENT: Final = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
UNKNOWN_EACH: Final = 100
"""Every hundredth claim is none of ours; its money goes to suspense."""
ENTRY_COLUMNS: Final = (
    "org_id, posting_id, ordinal, account, claim_id, payer_order, line, reason, item_key, cents, artifact_id, segment, "
    "byte_start, byte_end"
)

_SUBMISSION_COLUMNS: Final = (
    "org_id submission_id claim_id patient_control_number payer_order encounter_version payer_count payer_id frequency "
    "charge_cents parties traceparent queued_at"
)
_LINE_COLUMNS: Final = (
    "org_id submission_id line line_control_number procedure_code modifiers charge_cents units service_date "
    "service_date_to"
)


def number_of(at: int) -> str:
    return control_numbers.mint(at, payer_order=1, key=KEY)


def claims_said(count: int, *, first: int = 0) -> Iterator[ClaimSaid]:
    """Yield what a payer says of claims: most are paid with a share of the patient's, some in full, some denied."""
    for at in range(first, first + count):
        number = number_of(at)
        kind = at % 20
        lines = []
        for place in range(LINES_OF[at % len(LINES_OF)]):
            control = f"{number}{place + 1:02d}"
            if kind == 0 and place == 0:
                said = LineSaid(0, (("CO-50", 100_00),), code=CODES[place], control=control)
            elif kind < 4:
                said = LineSaid(60_00, (("CO-45", 40_00),), code=CODES[place], control=control)
            else:
                share = ("PR-1", 15_00) if place == 0 else ("PR-2", 12_50)
                said = LineSaid(75_00 - share[1], (("CO-45", 25_00), share), code=CODES[place], control=control)
            lines.append(said)
        yield ClaimSaid(number, tuple(lines), icn=f"ICN{at:09d}")


def an_835(count: int, *, first: int = 0) -> bytes:
    """Return one transaction with so many claims and one interest payment, which is as an owner would get it."""
    said = SetSaid(f"T{first}", claims=list(claims_said(count, first=first)), provider_items=[("L6", "INT", -1_00)])
    return file_835([said])


async def bill(bench: RemittanceBench, count: int, *, first: int = 0) -> None:
    """Put claims into the books as `claim.queued` does, all at once."""
    submissions, lines, accounts, postings, entries = _billed_rows(bench.org_id, count, first)
    root = await bench.root()
    try:
        for table, columns, rows in (
            (
                "billed_claim",
                _SUBMISSION_COLUMNS,
                submissions,
            ),
            (
                "billed_line",
                _LINE_COLUMNS,
                lines,
            ),
            ("claim_account", "org_id claim_id state patient_cents changed_at", accounts),
            ("posting", "org_id id cause_kind cause_id day posted_at", postings),
            ("ledger_entry", "org_id posting_id ordinal account claim_id payer_order line cents", entries),
        ):
            await root.copy_records_to_table(table, records=rows, columns=columns.split(), schema_name="remittance")
        await root.execute("analyze")
    finally:
        await root.close()


def _billed_rows(org_id: UUID, count: int, first: int) -> tuple[list[tuple[Any, ...]], ...]:
    rows: tuple[list[tuple[Any, ...]], ...] = ([], [], [], [], [])
    submissions, lines, accounts, postings, entries = rows
    for at in range(first, first + count):
        if at % UNKNOWN_EACH == UNKNOWN_EACH - 1:
            continue
        number = number_of(at)
        claim_id, submission_id, posting_id = ids.new(), ids.new(), ids.new()
        billed = BilledClaim(
            claim_id=claim_id,
            submission_id=submission_id,
            patient_control_number=number,
            payer_order=1,
            payer_count=1,
            payer_id="PAYER1",
            frequency="1",
            lines=tuple(
                BilledLine(place + 1, f"{number}{place + 1:02d}", CODES[place], (), 100_00, Decimal(1), SERVICE_DAY)
                for place in range(LINES_OF[at % len(LINES_OF)])
            ),
        )
        submissions.append(
            (org_id, submission_id, claim_id, number, 1, 1, 1, "PAYER1", "1", billed.charge_cents, b"sealed",
             TRACEPARENT, NOW)
        )  # fmt: skip
        lines += [
            (org_id, submission_id, each.line, each.line_control_number, each.procedure_code, [], each.charge_cents,
             each.units, each.service_date, None)
            for each in billed.lines
        ]  # fmt: skip
        accounts.append((org_id, claim_id, "open", 0, NOW))
        posting = posting_of_billed(None, billed, ())
        assert posting is not None
        postings.append((org_id, posting_id, "billed_claim", submission_id, NOW.date(), NOW))
        entries += [
            (org_id, posting_id, ordinal, each.spot.account.value, claim_id, each.spot.payer_order, each.spot.line,
             each.cents)
            for ordinal, each in enumerate(posting.entries, 1)
        ]  # fmt: skip
    return rows


@dataclass(frozen=True, slots=True)
class Run:
    """One file posted by a process of its own: wall seconds, CPU seconds there and in PostgreSQL, MiB over idle."""

    seconds: float
    cpu_seconds: float
    database_seconds: float
    mib: float
    file_id: UUID


async def post_in_child(bench: RemittanceBench, content: bytes, work: Path, *, warm: bytes) -> Run:
    """Post a file with a process that has posted a small one before."""
    paths = []
    for name, data in (("warm.835", warm), ("file.835", content)):
        paths.append(work / name)
        paths[-1].write_bytes(data)
    told = {
        "port": bench.stack.ports.postgres,
        "database": bench.name,
        "password_file": str(bench.stack.places.secrets / "svc_remittance"),
        "org_id": str(bench.org_id),
        "files": [str(path) for path in paths],
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.posting_process", json.dumps(told),
        stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    said, _ = await child.communicate()
    assert child.returncode == 0
    seconds, cpu_seconds, database_seconds, mib, file_id = said.decode().split()
    return Run(float(seconds), float(cpu_seconds), float(database_seconds), float(mib), UUID(file_id))


class Twin:
    """A table with the keys, indexes and trigger of `ledger_entry` and the same rows before the file; no policies."""

    def __init__(self, bench: RemittanceBench) -> None:
        self.bench = bench

    async def make(self) -> None:
        """Make it, as owner, with what stands in the ledger now."""
        root = await self.bench.root()
        try:
            await root.execute("set role owner_remittance")
            await root.execute("create table twin (like ledger_entry including all)")
            await root.execute("alter table twin add foreign key (org_id, posting_id) references posting (org_id, id)")
            function: str = await root.fetchval("select pg_get_functiondef('posting_is_balanced'::regproc)")
            await root.execute(
                function.replace("posting_is_balanced()", "twin_is_balanced()", 1).replace("ledger_entry", "twin")
            )
            await root.execute("reset role")
            await root.execute("insert into twin select * from ledger_entry")
        finally:
            await root.close()

    async def copied(self, file_id: UUID, *, checked: bool) -> tuple[float, float]:
        """Return the seconds and CPU seconds that COPY takes to put a file's entries in; they are taken out again.

        `checked` is with the trigger that sums every posting at the commit.
        """
        root = await self.bench.root()
        rows = io.BytesIO()
        try:
            await root.copy_from_query(
                f"select {ENTRY_COLUMNS} from ledger_entry where artifact_id = $1 order by posting_id, ordinal",
                file_id,
                output=rows,
            )
            await root.execute("set role owner_remittance")
            await root.execute("drop trigger if exists posting_is_balanced on twin")
            if checked:
                await root.execute(
                    "create constraint trigger posting_is_balanced after insert on twin "
                    "deferrable initially deferred for each row execute function twin_is_balanced()"
                )
            rows.seek(0)
            cpu = cpu_seconds_of(root.get_server_pid())
            start = time.perf_counter()
            await root.copy_to_table("twin", source=rows, columns=ENTRY_COLUMNS.split(", "), schema_name="remittance")
            seconds = time.perf_counter() - start
            cpu = cpu_seconds_of(root.get_server_pid()) - cpu
            await root.execute("delete from twin where artifact_id = $1", file_id)
            await root.execute("reset role")
            await root.execute("vacuum analyze twin")
        finally:
            await root.close()
        return seconds, cpu


def cpu_seconds_of(process_id: int) -> float:
    """Return the CPU seconds of another process of this machine, by its clock ticks."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def counted(connection: "asyncpg.Connection[asyncpg.Record]", file_id: UUID) -> tuple[int, int]:
    """Return how many entries and events a file made."""
    entries = await connection.fetchval("select count(*) from ledger_entry where artifact_id = $1", file_id)
    events = await connection.fetchval("select count(*) from outbox")
    return entries, events
