"""Look into a route's mailbox for answers that no callback brought: slow, and only a back-up."""

from typing import Final

from claimwright.database.engine import SYSTEM
from claimwright.messaging.work import Transactions
from claimwright_submission.persistence import answers
from claimwright_submission.usecases.keep_answer import keep_mailbox_file
from claimwright_submission.usecases.send_files import Road

KINDS: Final = ("TA1", "FA", "HN")
"""What submission takes of a mailbox; HP is remittance's."""


async def fetch_mailbox(transactions: Transactions, road: Road) -> bool:
    """Keep the next files of each kind behind our cursors; return whether there were any.

    A file that a callback brought already is known by its hash and not fetched. The cursor moves in the transaction
    that keeps the file, so that none is passed over.
    Errors: Transient when the mailbox can't be read.
    """
    route = road.route
    found_any = False
    for kind in KINDS:
        async with transactions.begin(org_id=route.org_id, actor=SYSTEM) as work:
            after = await answers.cursor_of(work, route.id, kind)
        for entry in await road.clearinghouse.listed(kind, after=after):
            found_any = True
            async with transactions.begin(org_id=route.org_id, actor=SYSTEM) as work:
                is_known = await answers.known_content(work, route.id, entry.sha256) is not None
            data = None if is_known else await road.clearinghouse.fetch(entry)
            async with transactions.begin(org_id=route.org_id, actor=SYSTEM) as work:
                if data is not None:
                    await keep_mailbox_file(work, route, data)
                await answers.move_cursor(work, route.id, kind, entry.cursor)
    return found_any
