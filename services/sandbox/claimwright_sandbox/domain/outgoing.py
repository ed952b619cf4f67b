"""A file on its way to a submitter."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """One file for one submitter; `content` is sealed."""

    cursor: int
    id: UUID
    submitter_id: str
    functional_id: str
    sha256: str
    content: bytes
    attempts: int
