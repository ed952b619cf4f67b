"""Open what is sealed of a claim for a person who may see it; the audit trail says so in the same transaction."""

from collections.abc import Sequence

from claimwright.events.envelope import Part, Purpose
from claimwright.events.parts import ClaimLedger, EncounterIdentity
from claimwright.messaging.work import Work
from claimwright.security import audit
from claimwright_console.persistence.events import EventRow, parts_of


async def open_identity(work: Work, claim: str, rows: Sequence[EventRow]) -> EncounterIdentity | None:
    """Return who the patient of a claim is by the newest event that says so, or None where none does."""
    row = _newest(rows, Purpose.IDENTITY, carries=EncounterIdentity)
    if row is None:
        return None
    identity = await work.open(row.as_received(work.org_id), EncounterIdentity)
    await audit.record(work, action="identity.opened", object=claim, fields=("patient", "memberships", "providers"))
    return identity


async def open_ledger(work: Work, claim: str, rows: Sequence[EventRow]) -> ClaimLedger | None:
    """Return the postings of a claim by the newest event that carries them, or None where none does."""
    row = _newest(rows, Purpose.FINANCIAL, carries=ClaimLedger)
    if row is None:
        return None
    ledger = await work.open(row.as_received(work.org_id), ClaimLedger)
    await audit.record(work, action="ledger.opened", object=claim, fields=("lines", "postings"))
    return ledger


def _newest(rows: Sequence[EventRow], purpose: Purpose, *, carries: type[Part]) -> EventRow | None:
    """Return the newest event whose type carries a kind of part, and which came with it."""
    found = [row for row in rows if purpose.value in row.sealed and carries in parts_of(row)]
    return max(found, key=lambda row: (row.occurred_at, row.version), default=None)
