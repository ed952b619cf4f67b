"""Take in a file that somebody dropped: an 835 as by upload, a bank's file with its lines, or say why not."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from claimwright import ids
from claimwright.findings import Finding
from claimwright.messaging.work import Transactions
from claimwright.security import audit
from claimwright_remittance.domain.deposits.ageing import Terms
from claimwright_remittance.domain.deposits.csv_file import CsvMapping
from claimwright_remittance.domain.remits.dropped import DroppedKind, kind_of
from claimwright_remittance.usecases.match_deposits import match_deposits
from claimwright_remittance.usecases.receive_file import receive_file
from claimwright_remittance.usecases.take_bank_file import read_bank_file, take_bank_file

ACTOR = "worker:folder"
SOURCE = "folder"


async def take_dropped_file(
    transactions: Transactions,
    org_id: UUID,
    content: bytes,
    *,
    is_csv: bool,
    mapping: CsvMapping | None,
    terms: Terms,
) -> Sequence[Finding]:
    """Take in the bytes of a dropped file, and return why they were refused; nothing where they were taken.

    The same bytes again, dropped or handed in, change nothing.
    """
    match kind_of(content, is_csv=is_csv):
        case DroppedKind.REMITTANCES:
            async with transactions.begin(org_id=org_id, actor=ACTOR) as work:
                taken = await receive_file(work, content, source=SOURCE)
                await audit.record(work, action="remittance_file.dropped", object=ids.text(ids.FILE, taken.file_id))
            return ()
        case DroppedKind.BANK:
            read = await asyncio.to_thread(read_bank_file, content, mapping)
            if read.findings:
                return read.findings
            async with transactions.begin(org_id=org_id, actor=ACTOR) as work:
                bank_file = await take_bank_file(work, content, read, source=SOURCE)
                await match_deposits(work, terms)
                await audit.record(work, action="bank_file.dropped", object=ids.text(ids.FILE, bank_file.file_id))
            return ()
        case Finding() as finding:
            return (finding,)
