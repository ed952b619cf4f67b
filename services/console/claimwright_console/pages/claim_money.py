"""The money of one claim for its page: the owner's ledger by line, and what the patient is asked for, and why."""

import asyncio
from collections.abc import Iterator
from typing import TypeVar

from claimwright.events.parts import ClaimLedger
from claimwright_console.domain.ledger_lines import EntryRow, LineEntries, by_line
from claimwright_console.gateways.owners import OwnerDidNotAct
from claimwright_console.gateways.payments import Payments
from claimwright_console.gateways.payments_answers import Ledger, PatientShare, Told

ToldT = TypeVar("ToldT", bound=Told)


async def money_of(payments: Payments, claim_id: str) -> tuple[list[LineEntries] | None, PatientShare | None]:
    """Return a claim's ledger by line and the patient's share as they stand now, each None where it is not told."""
    ledger, share = await asyncio.gather(
        _told(payments, f"/v1/claims/{claim_id}/ledger", Ledger),
        _told(payments, f"/v1/claims/{claim_id}/patient-share", PatientShare),
    )
    return None if ledger is None else by_line(_rows(ledger)), share


def as_event_told(ledger: ClaimLedger) -> list[LineEntries]:
    """Return the ledger by line as the last event told it, for when its owner gives no answer."""
    return by_line(
        EntryRow(
            posting_id=posting.posting_id,
            cause_kind=posting.cause_kind,
            day=posting.day,
            account=entry.account,
            cents=entry.cents,
            payer_order=entry.payer_order,
            line=entry.line,
            reason=None,
            file=entry.artifact_id,
            byte_start=entry.byte_start,
            byte_end=entry.byte_end,
        )
        for posting in ledger.postings
        for entry in posting.entries
    )


async def _told(payments: Payments, path: str, answer: type[ToldT]) -> ToldT | None:
    try:
        return await payments.read(path, answer)
    except OwnerDidNotAct:
        return None


def _rows(ledger: Ledger) -> Iterator[EntryRow]:
    for posting in ledger.postings:
        for entry in posting.entries:
            yield EntryRow(
                posting_id=posting.id,
                cause_kind=posting.cause_kind,
                day=posting.day,
                account=entry.account,
                cents=entry.cents,
                payer_order=entry.payer_order,
                line=entry.line,
                reason=entry.reason,
                file=entry.file_id,
                byte_start=entry.byte_start,
                byte_end=entry.byte_end,
            )
