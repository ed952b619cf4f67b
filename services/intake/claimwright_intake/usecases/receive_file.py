"""Keep a partner's file; its claims are read afterwards, one by one."""

import hashlib
from dataclasses import dataclass
from typing import Final

from claimwright import ids
from claimwright.findings import Finding
from claimwright.messaging.work import Work
from claimwright.security import audit
from claimwright.x12 import Unreadable, tokens
from claimwright_intake.persistence import files
from claimwright_intake.persistence.files import KeptFile
from claimwright_intake.usecases.receive_encounter import Refused

_NOT_X12: Final = Finding(
    "file.not_x12",
    "These bytes are no X12 file.",
    fix="Send an 837P file as it is, starting with ISA, without packing or encoding it.",
)


@dataclass(frozen=True, slots=True)
class TakenFile:
    """A file that is kept: now, or by an earlier request with the same bytes."""

    file: KeptFile
    is_new: bool


async def receive_file(work: Work, content: bytes, *, by_person: bool) -> TakenFile | Refused:
    """Keep the bytes of a file, once; what is wrong inside is told claim by claim later. A person's act is audited."""
    if not _has_segments(content):
        return Refused((_NOT_X12,))
    file, is_new = await files.add(work, content=content, sha256=hashlib.sha256(content).digest())
    if by_person:
        await audit.record(work, action="file.handed_in", object=ids.text(ids.FILE, file.id))
    return TakenFile(file, is_new)


def _has_segments(content: bytes) -> bool:
    # A file may lack its envelope: then that is a finding, and its claims are read all the same.
    try:
        return next(tokens(content), None) is not None
    except Unreadable:
        return False
