"""Take in a file of remittances: kept whole before anybody is told that we have it."""

import hashlib
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from claimwright import ids
from claimwright.events.remittance import RemitFileDuplicate, RemitFileReceived
from claimwright.messaging.work import Work
from claimwright.refusals import Refusal
from claimwright.telemetry import logging
from claimwright_remittance.domain.remits.paper import X12
from claimwright_remittance.persistence import files

log = logging.get("claimwright_remittance.receive_file")


class EmptyFile(Refusal):
    """A file without a byte in it."""

    code: ClassVar[str] = "remit.empty_file"
    fix: ClassVar[str | None] = "Send the bytes of the 835 file as the body."


@dataclass(frozen=True, slots=True)
class Taken:
    """The file that the bytes are, and whether they came for the first time."""

    file_id: UUID
    is_new: bool


async def receive_file(work: Work, content: bytes, *, source: str, kind: str = X12) -> Taken:
    """Keep the bytes, or say which file they are; the same bytes again change nothing.

    Errors: EmptyFile.
    """
    if not content:
        raise EmptyFile("the file is empty")
    sha256 = hashlib.sha256(content).hexdigest()
    await files.lock_hash(work, sha256)
    known = await files.file_with_hash(work, sha256)
    if known is not None:
        first = ids.text(ids.FILE, known)
        work.publish(RemitFileDuplicate(file_id=first, first_file_id=first, by="sha256"))
        return Taken(known, is_new=False)
    file_id = ids.new()
    await files.add_file(work, file_id, content, sha256=sha256, source=source, kind=kind)
    work.publish(
        RemitFileReceived(file_id=ids.text(ids.FILE, file_id), sha256=sha256, byte_count=len(content), source=source)
    )
    return Taken(file_id, is_new=True)


async def receive_callback(work: Work, content: bytes, *, route_id: str, message_id: str) -> Taken:
    """Take in what a clearinghouse sent; a message that is sent again after a lost answer is the same message.

    Other bytes under the id of a message that came before are a file of their own: its sender is wrong about the id,
    and no money is lost for that.
    """
    before = await files.delivered(work, route_id, message_id)
    if before is not None:
        file_id, sha256 = before
        if sha256 == hashlib.sha256(content).hexdigest():
            return Taken(file_id, is_new=False)
        log.warning("callback_id_reused", route_id=route_id, file_id=ids.text(ids.FILE, file_id))
    taken = await receive_file(work, content, source=route_id)
    await files.add_delivery(work, route_id, message_id, taken.file_id)
    return taken
