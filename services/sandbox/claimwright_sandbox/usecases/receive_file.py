"""Take in a submitter's file: once, durably, with all its answers due."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from claimwright import ids
from claimwright_sandbox.domain.intake import inspect
from claimwright_sandbox.domain.pace import AnswerKind, due_at
from claimwright_sandbox.persistence import files
from claimwright_sandbox.persistence.vault import Vault
from claimwright_sandbox.submitters import Submitter

_USUAL_ANSWERS = (
    AnswerKind.IMPLEMENTATION_ACK,
    AnswerKind.CLEARINGHOUSE_ACK,
    AnswerKind.PAYER_ACK,
    AnswerKind.REMITTANCE,
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What the submitter is told: the file's id and whether it came for the first time."""

    file_id: UUID
    sha256: str
    received_at: datetime
    is_new: bool


async def receive_file(
    connection: AsyncConnection,
    content: bytes,
    *,
    submitter: Submitter,
    stated_sha256: str | None,
    vault: Vault,
    milliseconds_a_day: float,
    now: datetime,
) -> Taken:
    """Keep a file and what is due for it; the same bytes again point at the first time.

    An interchange number that another file of the submitter carried is answered by a TA1 alone.

    Errors: the refusals of `domain.intake.inspect`.
    """
    arrival = inspect(
        content, submitter_id=submitter.id, receiver_id=submitter.receiver_id, stated_sha256=stated_sha256
    )
    known, is_repeated = await files.find_or_used(
        connection,
        submitter_id=submitter.id,
        sha256=arrival.sha256,
        interchange_control=arrival.interchange_control,
    )
    if known is None:
        file_id = ids.new()
        file = files.ReceivedFile(
            id=file_id,
            submitter_id=submitter.id,
            receiver_id=submitter.receiver_id,
            sha256=arrival.sha256,
            interchange_control=arrival.interchange_control,
            content=vault.seal(content, file_id=file_id),
            received_at=now,
            is_repeated_number=is_repeated,
        )
        kinds = (AnswerKind.INTERCHANGE_ACK,) if is_repeated else _USUAL_ANSWERS
        due = {kind: due_at(kind, now, milliseconds_a_day=milliseconds_a_day) for kind in kinds}
        if await files.add(connection, file, due):
            return Taken(file_id=file_id, sha256=arrival.sha256, received_at=now, is_new=True)
        known = await files.find(connection, submitter_id=submitter.id, sha256=arrival.sha256)
        if known is None:
            raise RuntimeError("a file that stands in the way cannot be found")
    return Taken(file_id=known.id, sha256=known.sha256, received_at=known.received_at, is_new=False)
