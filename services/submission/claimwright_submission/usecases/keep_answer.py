"""Keep a file that came in, by callback or from the mailbox, before anything is made of it."""

import hashlib
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from claimwright.clearinghouse.port import MailboxEntry
from claimwright.clearinghouse.routes import Route
from claimwright.messaging.work import Work
from claimwright_submission.persistence import answers
from claimwright_submission.usecases.take_acknowledgement import set_acknowledgement_aside

UNFETCHABLE: Final = "mailbox_unfetchable"


@dataclass(frozen=True, slots=True)
class Kept:
    """Which file it is, and whether it came for the first time."""

    answer_id: UUID
    is_new: bool


async def keep_callback(work: Work, route: Route, *, message_id: str, data: bytes) -> Kept:
    """Keep what a callback brought, once a content.

    A message id that comes again with other bytes is a mistake of the sender, and the bytes may be an answer that comes
    no other way: they are kept like any other.
    """
    return await _keep(work, route, data, came_by="callback", message_id=message_id)


async def keep_mailbox_file(work: Work, route: Route, data: bytes) -> Kept:
    """Keep a file of the mailbox, unless the same bytes came by a callback before."""
    return await _keep(work, route, data, came_by="mailbox")


async def keep_unfetchable(work: Work, route: Route, entry: MailboxEntry) -> None:
    """Keep that a file stands in the mailbox and can't be had, for a person to look into.

    Whenever its bytes come after all, by callback for example, they are put to it and read.
    """
    kept = await answers.keep(work, route_id=route.id, data=b"", sha256=entry.sha256, came_by="mailbox")
    if kept.is_new:
        await set_acknowledgement_aside(work, kept.id, reason=UNFETCHABLE)


async def _keep(work: Work, route: Route, data: bytes, *, came_by: str, message_id: str | None = None) -> Kept:
    sha256 = hashlib.sha256(data).hexdigest()
    kept = await answers.keep(work, route_id=route.id, data=data, sha256=sha256, came_by=came_by, message_id=message_id)
    if kept.is_new or kept.has_bytes or not data:
        return Kept(kept.id, is_new=kept.is_new)
    await answers.fill(work, kept.id, data)
    return Kept(kept.id, is_new=True)
