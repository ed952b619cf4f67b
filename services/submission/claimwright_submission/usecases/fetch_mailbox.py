"""Look into a route's mailbox for answers that no callback brought: slow, and only a back-up."""

from typing import Final

from claimwright.clearinghouse.port import MailboxEntry
from claimwright.database.engine import SYSTEM
from claimwright.messaging.work import Transactions
from claimwright.refusals import Transient
from claimwright_submission.persistence import answers
from claimwright_submission.usecases.keep_answer import keep_mailbox_file, keep_unfetchable
from claimwright_submission.usecases.send_files import Road

KINDS: Final = ("TA1", "FA", "HN")
"""What submission takes of a mailbox; HP is remittance's."""

MOST_TRIES: Final = 10
"""After so many tries in a row a file that is listed and can't be fetched holds up those behind it no longer."""


async def fetch_mailbox(transactions: Transactions, road: Road) -> bool:
    """Keep the next files of each kind behind our cursors; return whether there were any.

    A file that a callback brought already is known by its hash and not fetched. The cursor moves in the transaction
    that keeps the file, so that none is passed over; of two processes that look at once, one keeps each file. A kind
    that can't be read does not keep the others from it.
    Errors: Transient when the mailbox can't be read.
    """
    found_any = False
    failed: Transient | None = None
    for kind in KINDS:
        try:
            found_any = await _fetch_kind(transactions, road, kind) or found_any
        except Transient as failure:
            failed = failure
    if failed is not None:
        raise failed
    return found_any


async def _fetch_kind(transactions: Transactions, road: Road, kind: str) -> bool:
    route = road.route
    async with transactions.begin(org_id=route.org_id, actor=SYSTEM) as work:
        after = await answers.cursor_of(work, route.id, kind)
    entries = await road.clearinghouse.listed(kind, after=after)
    for entry in entries:
        async with transactions.begin(org_id=route.org_id, actor=SYSTEM) as work:
            known = await answers.known_content(work, route.id, entry.sha256)
        try:
            data = None if known is not None and known.has_bytes else await road.clearinghouse.fetch(entry)
        except Transient:
            if not await _give_up(transactions, road, kind, entry, after=after):
                raise
            after = entry.cursor
            continue
        async with transactions.begin(org_id=route.org_id, actor=SYSTEM) as work:
            if not await answers.move_cursor(work, route.id, kind, entry.cursor, after=after):
                return True
            if data is not None:
                await keep_mailbox_file(work, route, data)
        after = entry.cursor
    return bool(entries)


async def _give_up(
    transactions: Transactions, road: Road, kind: str, entry: MailboxEntry, *, after: str | None
) -> bool:
    """Count a try that failed; after the last one keep what is known of the file and go on behind it."""
    route = road.route
    async with transactions.begin(org_id=route.org_id, actor=SYSTEM) as work:
        if await answers.note_failure(work, route.id, kind, entry.cursor) < MOST_TRIES:
            return False
        if await answers.move_cursor(work, route.id, kind, entry.cursor, after=after):
            await keep_unfetchable(work, route, entry)
    return True
