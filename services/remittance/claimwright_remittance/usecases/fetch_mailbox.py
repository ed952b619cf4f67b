"""Look into a route's mailbox for remittances that no callback brought: slow, and only a back-up."""

from typing import Final

from claimwright.clearinghouse.port import Clearinghouse
from claimwright.clearinghouse.routes import Route
from claimwright.database.engine import SYSTEM
from claimwright.messaging.work import Transactions
from claimwright_remittance.persistence import files, mailboxes
from claimwright_remittance.usecases.receive_file import receive_file

KIND: Final = "HP"
"""What remittance takes of a mailbox; the other kinds are submission's, which has cursors of its own."""


async def fetch_mailbox(transactions: Transactions, route: Route, clearinghouse: Clearinghouse) -> bool:
    """Keep the next files behind our cursor, and return whether there were any.

    A file that a callback brought already is known by its hash and not fetched. The cursor moves in the transaction
    that keeps the file, so that none is passed over; of two processes that look at once, one keeps each file.
    Errors: Transient when the mailbox can't be read.
    """
    async with transactions.begin(org_id=route.org_id, actor=SYSTEM) as work:
        after = await mailboxes.cursor_of(work, route.id)
    entries = await clearinghouse.listed(KIND, after=after)
    for entry in entries:
        async with transactions.begin(org_id=route.org_id, actor=SYSTEM) as work:
            is_known = await files.file_with_hash(work, entry.sha256) is not None
        content = b"" if is_known else await clearinghouse.fetch(entry)
        async with transactions.begin(org_id=route.org_id, actor=SYSTEM) as work:
            if not await mailboxes.move_cursor(work, route.id, entry.cursor, after=after):
                return True
            if content:
                await receive_file(work, content, source=route.id)
        after = entry.cursor
    return bool(entries)
