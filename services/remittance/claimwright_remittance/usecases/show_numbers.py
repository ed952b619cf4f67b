"""Show the patient control numbers that stand in sealed files alone, and record who saw them."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from claimwright import ids
from claimwright.messaging.work import Work
from claimwright.security import audit
from claimwright_remittance.domain.remits.numbers import number_at
from claimwright_remittance.persistence import content, files


async def numbers_of(work: Work, rows: Iterable[tuple[Row[Any], UUID]]) -> dict[UUID, str]:
    """Return the patient control number of each remit claim, our own from its row and any other from its file.

    Shape: each row comes with the id of its file, which is opened once for all its rows.
    """
    numbers: dict[UUID, str] = {}
    sealed: defaultdict[UUID, list[Row[Any]]] = defaultdict(list)
    for row, file_id in rows:
        if row.patient_control_number is None:
            sealed[file_id].append(row)
        else:
            numbers[row.id] = row.patient_control_number
    for file_id, each in sealed.items():
        raw = await files.content_of(work, file_id) or b""
        numbers |= {row.id: number_at(raw, content.claim_of(row.content).place) for row in each}
        await audit.record(
            work,
            action="remittance_file.opened",
            object=ids.text(ids.FILE, file_id),
            fields=("patient_control_number",),
        )
    return numbers
