"""Read what waits to be read, some files a transaction; one that the reader stumbles over holds up nobody."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from claimwright.database.engine import SYSTEM
from claimwright.messaging.faults import Fault, fault_of, reason_of
from claimwright.messaging.work import Transactions
from claimwright.telemetry import logging
from claimwright_submission.persistence import answers
from claimwright_submission.persistence.answers import Unread
from claimwright_submission.usecases.take_acknowledgement import set_acknowledgement_aside, take_acknowledgements

FILES_MOST: Final = 16
_BYTES_MOST: Final = 1 << 20
"""A transaction takes this much beside its last file: large files are read one by one."""

_log = logging.get(__name__)


async def read_next_answers(transactions: Transactions, org_id: UUID) -> bool:
    """Read the oldest files of an organization that wait, together; return whether others wait, too.

    The answers to one file come close to each other, and what has to be held and learned of it is the same for all.
    Errors: whatever the world does, to be tried again. What a file itself makes fail sets it aside with its code.
    """
    waiting: Sequence[Unread] = ()
    is_more_waiting = False
    try:
        async with transactions.begin(org_id=org_id, actor=SYSTEM) as work:
            waiting, is_more_waiting = await answers.unread(work, most=FILES_MOST, bytes_most=_BYTES_MOST)
            if not waiting:
                return False
            await take_acknowledgements(work, waiting)
    except Exception as error:
        fault = fault_of(error)
        if not waiting or fault is Fault.WORLD or (fault is Fault.PASSING and len(waiting) == 1):
            raise
        if len(waiting) == 1:
            await _set_aside(transactions, org_id, waiting[0].id, error)
            return is_more_waiting
        _log.warning("answers_go_one_by_one", error=reason_of(error), events=len(waiting))
    else:
        return is_more_waiting
    for each in waiting:
        await _read_alone(transactions, org_id, each.id)
    return is_more_waiting


async def _read_alone(transactions: Transactions, org_id: UUID, answer_id: UUID) -> None:
    """Read one file, unless somebody else has it or has read it."""
    try:
        async with transactions.begin(org_id=org_id, actor=SYSTEM) as work:
            waiting = await answers.locked_unread(work, answer_id)
            if waiting is not None:
                await take_acknowledgements(work, [waiting])
    except Exception as error:
        if fault_of(error) in (Fault.WORLD, Fault.PASSING):
            raise
        await _set_aside(transactions, org_id, answer_id, error)


async def _set_aside(transactions: Transactions, org_id: UUID, answer_id: UUID, error: Exception) -> None:
    async with transactions.begin(org_id=org_id, actor=SYSTEM) as work:
        await set_acknowledgement_aside(work, answer_id, reason=reason_of(error))
