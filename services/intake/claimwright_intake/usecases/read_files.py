"""Turn the claims of partners' files into encounters, a few at a time, and go on where a crash stopped it."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from itertools import islice
from typing import Final
from uuid import UUID

from claimwright import ids
from claimwright.findings import Finding, Severity, blocks
from claimwright.messaging.work import Transactions, Work
from claimwright_intake.domain.encounter import Encounter
from claimwright_intake.domain.found_claim import FoundClaim
from claimwright_intake.domain.reading import read_encounter
from claimwright_intake.domain.received import Source
from claimwright_intake.domain.refusals import ExternalIdTaken
from claimwright_intake.formats.file_837 import ClaimFile
from claimwright_intake.persistence import files
from claimwright_intake.usecases.take_encounter import take_encounter

CLAIMS_A_TRANSACTION: Final = 50
"""Few enough that an event loop and a row's lock are held for tens of milliseconds only."""
ACTOR: Final = "reader:files"

_KNOWN: Final = Finding(
    "file.claim_known",
    "A claim of another file has the same external id.",
    fix="Tell us; two files with the same first 64 bits of their hash have never been seen.",
)
_REPEATED: Final = Finding(
    "file.number_repeated",
    "Another claim of this file has the same patient control number.",
    Severity.NOTES,
    fix="See whether one of them was sent by mistake.",
)


@dataclass(slots=True)
class _Pass:
    """One pass over one file: where it stands, in memory; `place` claims are dealt with."""

    org_id: UUID
    file_id: UUID
    file: ClaimFile
    claims: Iterator[FoundClaim]
    place: int


class _Then(Enum):
    """What follows one transaction of a pass."""

    GO_ON = auto()
    LOOK = auto()
    WAIT = auto()


class FileReading:
    """Reads one file after another; each step is one transaction, and what it has done stays done."""

    def __init__(self, transactions: Transactions, organizations: Callable[[], Awaitable[Sequence[UUID]]]) -> None:
        self._transactions = transactions
        self._organizations = organizations
        self._pass: _Pass | None = None

    async def step(self) -> bool:
        """Deal with the next claims, and return whether more may be waiting."""
        if self._pass is None:
            self._pass = await self._begin()
        current = self._pass
        if current is None:
            return False
        # Whatever goes wrong, the next step begins again from what is committed.
        self._pass = None
        async with self._transactions.begin(org_id=current.org_id, actor=ACTOR) as work:
            then = await _deal_with_some(work, current)
        self._pass = current if then is _Then.GO_ON else None
        return then is not _Then.WAIT

    async def _begin(self) -> _Pass | None:
        for org_id in await self._organizations():
            async with self._transactions.begin(org_id=org_id, actor=ACTOR) as work:
                kept = await files.next_unread(work)
                if kept is None:
                    continue
                file = ClaimFile(content=await files.content(work, kept.id), file_hash=kept.sha256.hex())
            claims = file.claims()
            # What an earlier run committed is read over again, and not dealt with again.
            for _ in islice(claims, kept.claim_count):
                pass
            return _Pass(org_id, kept.id, file, claims, kept.claim_count)
        return None


async def _deal_with_some(work: Work, current: _Pass) -> _Then:
    """Deal with the next claims of a file in one transaction; return what follows."""
    kept = await files.hold(work, current.file_id)
    if kept is None or kept.state == "read" or kept.claim_count != current.place:
        # Another process has it, or had it since. Reading it over at once, only to find that again, would cost both.
        return _Then.WAIT
    found_claims = list(islice(current.claims, CLAIMS_A_TRANSACTION))
    taken = 0
    for found in found_claims:
        current.place += 1
        taken += await _deal_with(work, current, found)
    await files.note_progress(work, current.file_id, claims=len(found_claims), encounters=taken)
    if len(found_claims) < CLAIMS_A_TRANSACTION:
        await files.note_end(work, current.file_id, current.file.findings)
        return _Then.LOOK
    return _Then.GO_ON


async def _deal_with(work: Work, current: _Pass, found: FoundClaim) -> bool:
    """Take a claim as an encounter, or keep what is wrong with it; return whether it was taken."""
    encounter, findings = _judge(found, today=work.now.date())
    if encounter is None:
        await files.add_claim(
            work, current.file_id, found, place=current.place, encounter_id=None, claim_id=None, findings=findings
        )
        return False
    source = Source("file", ids.text(ids.FILE, current.file_id), is_repeated_number=found.is_repeated_number)
    try:
        taken = await take_encounter(
            work, encounter, body_sha256=_hash_of(found), source=source, file_id=current.file_id
        )
    except ExternalIdTaken:
        await files.add_claim(
            work, current.file_id, found, place=current.place, encounter_id=None, claim_id=None, findings=[_KNOWN]
        )
        return False
    await files.add_claim(
        work,
        current.file_id,
        found,
        place=current.place,
        encounter_id=taken.encounter_id,
        claim_id=taken.claim_id,
        findings=findings,
    )
    return True


def _judge(found: FoundClaim, *, today: date) -> tuple[Encounter | None, list[Finding]]:
    read = read_encounter(found.document, today=today)
    findings = [*found.findings, *read.findings]
    if found.is_repeated_number:
        findings.append(_REPEATED)
    return (None if blocks(findings) else read.encounter), findings


def _hash_of(found: FoundClaim) -> bytes:
    return hashlib.sha256(json.dumps(found.document, sort_keys=True).encode()).digest()
