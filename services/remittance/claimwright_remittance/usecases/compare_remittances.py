"""Show what differs between a transaction and the one that was posted under the same payment before it."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from claimwright import ids
from claimwright.messaging.work import Work
from claimwright.refusals import Refusal
from claimwright.security import audit
from claimwright_remittance.domain.remits.comparison import Contrast, compare
from claimwright_remittance.domain.remits.paper import read_kept
from claimwright_remittance.domain.remits.remittance import Remittance
from claimwright_remittance.persistence import files
from claimwright_remittance.persistence.files import Registered


class RemittanceUnknown(Refusal):
    """No transaction of this id is there for this organization."""

    code: ClassVar[str] = "remit.remittance_unknown"
    fix: ClassVar[str | None] = "See whether the id is right."


class NothingToCompare(Refusal):
    """A transaction under whose payment nothing else came."""

    code: ClassVar[str] = "remit.nothing_to_compare"
    fix: ClassVar[str | None] = "Name the transaction to compare it with."


@dataclass(frozen=True, slots=True)
class Compared:
    """Two transactions, the earlier first, and everything that differs between them."""

    first: Registered
    second: Registered
    contrasts: tuple[Contrast, ...]


async def compare_remittances(work: Work, remittance_id: UUID, *, with_id: UUID | None = None) -> Compared:
    """Compare a transaction with another, by default with that which its payment clashed with or repeated.

    Both files are opened, and who did that is recorded.
    Errors: RemittanceUnknown; NothingToCompare.
    """
    second = await _find(work, remittance_id)
    other_id = with_id or second.first_remittance_id
    if other_id is None or other_id == remittance_id:
        raise NothingToCompare(ids.text(ids.REMITTANCE, remittance_id))
    first = await _find(work, other_id)
    one, other = await _content(work, first), await _content(work, second)
    for file_id in sorted({first.file_id, second.file_id}):
        await audit.record(
            work, action="remittance_file.opened", object=ids.text(ids.FILE, file_id), fields=("comparison",)
        )
    return Compared(first, second, compare(one, other))


async def _find(work: Work, remittance_id: UUID) -> Registered:
    found = await files.find_registered(work, remittance_id, lock=False)
    if found is None:
        raise RemittanceUnknown(ids.text(ids.REMITTANCE, remittance_id))
    return found


async def _content(work: Work, registered: Registered) -> Remittance:
    content = await files.content_of(work, registered.file_id) or b""
    read = await asyncio.to_thread(read_kept, content, await files.kind_of(work, registered.file_id))
    return next(each.remittance for each in read.sets if each.remittance.set_ordinal == registered.set_ordinal)
