"""Keep a file that came in, by callback or from the mailbox, before anything is made of it."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from claimwright.clearinghouse.routes import Route
from claimwright.messaging.work import Work
from claimwright_submission.persistence import answers


@dataclass(frozen=True, slots=True)
class Kept:
    """Which file it is, and whether it came for the first time."""

    answer_id: UUID
    is_new: bool


async def keep_callback(work: Work, route: Route, *, message_id: str, data: bytes) -> Kept:
    """Keep what a callback brought, once a message and once a content."""
    known = await answers.known_message(work, route.id, message_id)
    if known is not None:
        return Kept(known, is_new=False)
    kept = await _keep(work, route, data, came_by="callback")
    await answers.keep_message(work, route_id=route.id, message_id=message_id, answer_id=kept.answer_id)
    return kept


async def keep_mailbox_file(work: Work, route: Route, data: bytes) -> Kept:
    """Keep a file of the mailbox, unless the same bytes came by a callback before."""
    return await _keep(work, route, data, came_by="mailbox")


async def _keep(work: Work, route: Route, data: bytes, *, came_by: str) -> Kept:
    sha256 = hashlib.sha256(data).hexdigest()
    known = await answers.known_content(work, route.id, sha256)
    if known is not None:
        return Kept(known, is_new=False)
    answer_id, is_new = await answers.keep(work, route_id=route.id, data=data, sha256=sha256, came_by=came_by)
    return Kept(answer_id, is_new)
